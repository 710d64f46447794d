"""What dresses a text up without being part of it, as patterns over the text after ``straight``; case never matters."""

from __future__ import annotations

import re
from collections.abc import Iterable

import ahocorasick_rs

from newswatch.story import tables


class Phrases:
    """Many phrases to look for at once, in whatever case; the few that are patterns are looked for one by one."""

    def __init__(self, phrases: Iterable[str]) -> None:
        plain = {phrase.lower() for phrase in phrases if re.escape(phrase).replace("\\", "") == phrase}
        others = [phrase for phrase in phrases if phrase.lower() not in plain]
        self._plain = ahocorasick_rs.AhoCorasick(sorted(plain))
        self._others = re.compile("|".join(others)) if others else None

    def within(self, text: str) -> bool:
        """Whether ``text`` has one of them."""
        lower = text.lower()
        if self._plain.find_matches_as_indexes(lower):
            return True
        return self._others is not None and self._others.search(lower) is not None


_ALL = tables.phrases()
#: the houses that mark wire copy
AGENCIES = "|".join(_ALL["agencies"])
#: by language: a sentence that has one of these is no part of the report, nor one with an English one
DRESS = {
    key.partition(".")[2]: Phrases(phrases + _ALL["sentences.en"])
    for key, phrases in _ALL.items()
    if key.startswith("sentences.")
}
#: by language: words on which a new clause hangs an old report, such as ``after``
HOOKS = {key.partition(".")[2]: frozenset(words) for key, words in _ALL.items() if key.startswith("hooks.")}
#: a live page, round-up, briefing or column: one per edition
EDITIONS = Phrases(_ALL["editions"])
LIVE = Phrases(_ALL["live"])
#: reports that come out again and again in the same form
PERIODIC = Phrases(_ALL["periodic"])

#: pieces that are taken out wherever they stand
PIECES: tuple[str, ...] = (
    r"<[^>]{1,200}>",
    r"https?://\S+",
    r"\S+@\S+\.\w+",
    r"\[[^\]]{0,40}\]",
    r"#\w+",
    r"@\w+",
    r"\((?:photo|foto|video|updated?|update \d|lead|corrects?|corrected|adds? [^)]{0,60}|recasts?|aktualisiert|"
    r"actualise|mis a jour|обновлен\w*|оновлен\w*|종합\d?보?|속보|사진|영상)\)",
    r"♦|•|►|▶|■|●|▲|◆|⬇️|🔴|❗️?|⚡️?|‼️?|📌|👉",
)

#: marks of origin inside a text, taken out once datelines are gone
ORIGINS: tuple[str, ...] = (
    rf"\((?:{AGENCIES})(?:\s*[/,]\s*(?:{AGENCIES}))*\)",
    rf"/(?:{AGENCIES})/",
)

#: what a text begins with before it begins; applied again and again until nothing more is taken
OPENINGS: tuple[str, ...] = (
    r"(?:breaking(?: news)?|just in|urgent|exclusive|update(?: ?\d+)?|updated|corrected|correction|watch|photos?|video|"
    r"flash|alert|live|"
    r"news|developing|"
    r"net binnen|laatste nieuws|liveblog|video|"
    r"eilmeldung|eil|breaking|aktuell|update|exklusiv|"
    r"urgent|flash|alerte(?: info)?|direct|en direct|exclusif|mise a jour|mise à jour|info|"
    r"срочно|молния|эксклюзив|обновлено|видео|фото|главное|"
    r"терміново|блискавка|ексклюзив|оновлено|відео|"
    r"속보|긴급|단독|종합|1보|2보|3보)\s*(?:\(\d+\))?\s*[:!|\-.]+\s+",
    r"(?:\d+[- ]?(?:upd|update|lead)|upd\d*|wrapup \d+|update \d+)\s*[-:]\s*",
    r"(?:by|von|par|door|автор|текст|текст подготовил\w*|автор[:ыи]?)\s*:?\s+(?:[A-ZÀ-ÝА-ЯІЇЄҐ][\w.'-]+\s+){1,3}"
    r"(?:(?:and|und|en|et|и|та)\s+(?:[A-ZÀ-ÝА-ЯІЇЄҐ][\w.'-]+\s+){1,3})?(?:[-|/:,]|in\s+\w+\s+[-|])\s*",
    # a byline that is a sentence, with or without what its author is
    r"(?:[Bb]y|BY|Von|Par|Door|Автор)\s+(?:[A-ZÀ-ÝА-ЯІЇЄҐ][\w'-]+\s*){2,4}(?:,(?:\s+[\w'-]+){1,4})?\.\s+",
    r"(?:[A-Z][\w'-]+\s){2,3}in\s+[A-Z][\w'-]+(?:\s+and\s+agencies)?\.\s+",
    # the time of publication
    r"(?:[^\W\d]{2,9}\.?,?\s+)?\d{1,2}\.?\s+[^\W\d]{3,9}\.?\s+20\d\d,?\s+\d{1,2}[.:h]\d\d(?:\s+\w{2,4})?\s*[.|]\s+",
    r"(?:what (?:to|you need to) know|the (?:latest|facts)|worum es geht|was ist passiert|waar gaat het over|"
    r"ce que l'on sait|что произошло|що сталося)\s*[:.]\s+",
    r"(?:by|von|par|door)\s+(?:our|unser\w*|notre|nos|onze)\s+\w+(?:\s+\w+)?\s*[-|:.,]\s*",
    r"(?:von|par|door|by)\s+redaktion\s*[-|:.,]\s*",
    # dateline: PLACE[, date] (AGENCY) - ; PLACE, 3 March (AGENCY) - ; PLACE - AGENCY.
    rf"(?:[^\W\d_][\w .,'/-]{{1,40}}?,?\s*(?:\d{{1,2}}\.?\s+\w+\.?|\w+\.?\s+\d{{1,2}})?(?:,?\s*\d{{4}})?)\s*"
    rf"\((?:{AGENCIES})\)\s*[-:.]*\s*",
    rf"\((?:{AGENCIES})\)\s*[-:.]*\s*",
    rf"(?:[^\W\d_][\w .'-]{{1,24}})[,.]\s*\d{{1,2}}\.?\s*[^\W\d_]{{3,10}}\.?\s*(?:\d{{4}}\.?)?\s*[-.,:/]+\s*"
    rf"(?:/?(?:{AGENCIES})/?\s*[-.:]+\s*)?",
    rf"(?:{AGENCIES})\s*[-:|]+\s*",
    rf"(?:[A-ZÀ-ÝА-ЯІЇЄҐ][\w'-]+(?:[ /][A-ZÀ-ÝА-ЯІЇЄҐ][\w'-]+)?)\s*[-.,/]+\s*(?:{AGENCIES})\s*[-.:/]+\s*",
    r"(?:[A-ZÀ-ÝА-ЯІЇЄҐ]{3,}(?:[ /-][A-ZÀ-ÝА-ЯІЇЄҐ]{2,})*)(?:,\s*\w+\.?\s*\d{1,2}|,\s*\d{1,2}\.?\s*\w+\.?)?\s*[-:]\s+",
    rf"\([\w·\s]{{2,12}}=\s*(?:{AGENCIES})\)\s*(?:[가-힣·\s]{{2,20}}(?:기자|특파원)\s*=?\s*)?",
    r"[가-힣]{2,4}\s*(?:기자|특파원|앵커)\s*=\s*",
    r"\[[^\]]{1,30}\]\s*",
)

#: what a text ends with after it has ended
CLOSINGS: tuple[str, ...] = (
    rf"\s*[-(/|]\s*(?:{AGENCIES})\s*[)/]?\s*\.?$",
    r"\s*[-|]\s*(?:by\s+)?[A-Z][\w'-]+ [A-Z][\w'-]+ for \w+$",
    r"\s*[가-힣]{2,4}\s*기자\s*(?:\S+@\S+)?\.?$",
    r"\s*\((?:reporting|writing|editing|redaction|redaktion|redactie)[^)]*\)?\.?$",
)
