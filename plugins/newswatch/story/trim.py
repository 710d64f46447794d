"""A text without its dress: agency marks, datelines, bylines, site names, invitations to subscribe."""

from __future__ import annotations

import re

from newswatch.story import phrases
from newswatch.story.fold import one_line, straight

_PIECES = re.compile("|".join(f"(?:{piece})" for piece in phrases.PIECES), re.IGNORECASE)
_ORIGINS = re.compile("|".join(phrases.ORIGINS), re.IGNORECASE)
_OPENINGS = tuple(
    # names are told by their capitals, all else is written as it likes
    re.compile(opening if "A-Z" in opening else f"(?i:{opening})")
    for opening in phrases.OPENINGS
)
_CLOSINGS = tuple(re.compile(closing, re.IGNORECASE) for closing in phrases.CLOSINGS)
_CUT = re.compile(
    r"(?:\.\.\.|\[\.\.\.\]|\(\.\.\.\)|\[…\])\s*(?:\S+ )?(?:read more|lees meer|weiterlesen|читать далее)?[\s\])]*$",
    re.I,
)
#: the French article in l'Allemagne; no English letter stands alone before an apostrophe
_ELIDED = re.compile(r"\b([ldsncjmt]|qu)'(?=[^\W\d])", re.IGNORECASE)
_ACRONYM = re.compile(r"\b(?:[A-Z]\.){2,}(?=[\s,)]|$)")
_SITE = re.compile(r"\s+[-|]\s+([^-|]{2,40})$")
_STOP = re.compile(r"(?<=[.!?。])[\"')\]]*\s+(?=[\"'(\[]?[^\W_a-zà-ÿа-яіїєґ])|\n+")
_ABBREVIATION = re.compile(
    r"(?:^|[\s(])(?:[^\W\d_]|Mr|Mrs|Ms|Dr|Prof|St|Gen|Lt|Col|Sen|Rep|Gov|No|Nr|ca|bzw|vgl|Str|Mt|Mio|Mrd|M|Mme|"
    r"U\.S|U\.K|U\.N|г|гг|ул|им|тыс|млн|млрд|тис|вул|см|ст|dhr|mevr|mln|jan|feb|aug|sept|oct|okt|nov|dec|dez)\.$",
    re.IGNORECASE,
)
_ORDINAL = re.compile(r"(?:^|\s)\d{1,2}\.$")


def plain(text: str) -> str:
    """One-line text without mark-up and addresses; letters before an apostrophe or between full stops stand alone."""
    bare = _PIECES.sub(" ", straight(text).replace("[...]", "..."))
    return one_line(_ELIDED.sub(r"\1 ", _ACRONYM.sub(lambda found: found[0].replace(".", ""), bare)))


def is_cut(text: str) -> bool:
    """Whether ``text`` was cut short with an ellipsis."""
    return _CUT.search(straight(text)) is not None


def headline(text: str) -> str:
    """A title without marks before it and the site's name behind it."""
    bare = undressed(plain(text))
    found = _SITE.search(bare)
    return bare[: found.start()] if found and len(found[1].split()) <= 4 and found.start() > 12 else bare


def body(text: str, language: str) -> list[str]:
    """The sentences of a summary that belong to the report."""
    lines = [plain(line) for line in text.splitlines()] if "\n" in text else [plain(text)]
    whole = [one for line in lines for one in sentences(undressed(line), language)]
    dress = phrases.DRESS.get(language, phrases.DRESS["en"])
    kept = [bare for one in whole if not dress.within(one) and (bare := undressed(one))]
    return kept


def undressed(text: str) -> str:
    """``text`` without what stands before its beginning and after its end."""
    for _ in range(4):
        before = text
        for pattern in _OPENINGS:
            found = pattern.match(text)
            if found and found.end() < len(text):
                text = text[found.end() :]
        if text == before:
            break
    for pattern in _CLOSINGS:
        text = pattern.sub("", text)
    return one_line(_ORIGINS.sub(" ", text))


def sentences(text: str, language: str) -> list[str]:
    """``text`` in sentences; abbreviations and (in German) ordinals do not end one."""
    found: list[str] = []
    for piece in _STOP.split(text):
        if found and (_ABBREVIATION.search(found[-1]) or (language == "de" and _ORDINAL.search(found[-1]))):
            found[-1] = f"{found[-1]} {piece}"
        elif piece.strip():
            found.append(piece.strip())
    return found
