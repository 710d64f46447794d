"""Which language a short text is in: scripts first, then CLD2 and function words together.

CLD2 (``pycld2``) is a maintained library and costs 3 µs, but it is weak below thirty characters, where function words
and letters that only one language uses are strong; the feed's declared language breaks ties.
"""

from __future__ import annotations

import re
from itertools import chain
from string import ascii_letters

import pycld2

from newswatch.model.words import Words

UNKNOWN = "und"
LATIN = ("en", "nl", "de", "fr", "es", "pl")
_HEAD = 400
_OURS = frozenset({*LATIN, "ru", "uk"})
_HANGUL = re.compile("[\uac00-\ud7a3\u3131-\u318e]")
_KANA = re.compile("[\u3040-\u30ff]")
_HAN = re.compile("[\u4e00-\u9fff]")
_CYRILLIC = re.compile("[\u0400-\u04ff]+")
_UKRAINIAN = re.compile("[іїєґІЇЄҐ]")
_RUSSIAN = re.compile("[ыэъёЫЭЪЁ]")
#: Latin letters beyond ASCII
_LATIN = re.compile("[À-ɏ]+")
_ASCII = bytes(range(128))
_NO_LETTER = bytes(set(range(256)) - set(ascii_letters.encode()))
_WORD = re.compile(r"[^\W\d_]+")
_ELISION = re.compile(r"\b(?:[cdjlns]|qu)['’](?=[^\W\d_])")
_UNCLEAN = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
#: what CLD2's guess and the feed's word are worth in function words, and how near the best the second must come
_GUESSED, _DECLARED, _NEAR = 1.6, 1.1, 0.6

_FUNCTION_WORDS: dict[str, str] = {
    "en": """
        the of and to in is are was for with on by at from as over after amid says say said will be has have
        his her its an that who how what why not but against into than more new we you it this they would
        could may us up out off about top makes wins back
    """,
    "nl": """
        de het een van en in is zijn op te voor met aan bij naar uit om niet ook nog maar over onder tegen
        na tot dan dat die wordt worden heeft hebben had zegt wil kan moet geen hoe wat waarom wie door als
        meer tijdens nieuwe weer volgens jaar zich ze we hij deze dit
    """,
    "de": """
        der die das und in den von zu mit sich auf für ist im dem nicht ein eine als auch es an nach wie bei
        einer um am sind noch einem einen so zum aus gegen vor zur über will wird werden wurde hat haben
        sagt mehr wegen kein keine neue unter durch bis wir sie er warum doch vom laut dass was
    """,
    "fr": """
        le la les des de du un une et en à est dans pour que qui sur au aux par plus ne pas se son sa ses ce
        cette avec sont après selon contre entre face lors ont a été mais leur sans vers il elle
        nous comment pourquoi veut deux
    """,
    "es": """
        el la los las de del un una y en es por para con que se su al lo como más pero sus le ya o fue ha
        son tras según contra entre sobre sin hasta ante este esta no nuevo dice
    """,
    "pl": """
        w i z na do się nie jest to że o od po za przez dla jak ale są był była będzie przed pod nad przeciw
        ze co czy tym tego rosja jego jej oraz już wobec kto
    """,
}
_VOTES: dict[str, tuple[str, ...]] = {}
for _language, _words in _FUNCTION_WORDS.items():
    for _word in _words.split():
        _VOTES[_word] = (*_VOTES.get(_word, ()), _language)
_LETTERS = (
    ("de", re.compile("[ßäöüÄÖÜ]")),
    ("pl", re.compile("[łąęśżźńćŁŚŻŹĆ]")),
    ("es", re.compile("[ñ¿¡íóúÑ]")),
    ("fr", re.compile("[çèêàùâîôûœÇÈÊÀ]")),
)


def identify(text: str, declared: str | None = None) -> str:
    """ISO 639-1 code of ``text``'s language, judged by its first 400 characters; ``und`` when nothing is known."""
    return rank(text, declared)[0]


def rank(text: str, declared: str | None = None) -> tuple[str, ...]:
    """The languages whose word lists fit ``text``, the likeliest first."""
    head = text[:_HEAD]
    if head.isascii():
        return _latin(head, "", declared)
    encoded = head.encode("utf-8", "surrogatepass")
    beyond = encoded.translate(None, _ASCII).decode("utf-8", "surrogatepass")
    latin = len(encoded.translate(None, _NO_LETTER)) + _count(_LATIN, beyond)
    by_script = _by_script(head, beyond, latin, declared)
    if by_script is None:
        return _latin(head, beyond, declared) if latin else (declared or UNKNOWN,)
    return (*by_script, *_latin(head, beyond, None)) if latin > 20 else by_script


def _by_script(head: str, beyond: str, latin: int, declared: str | None) -> tuple[str, ...] | None:
    """The languages of the script, None when that is Latin or unknown; ``beyond``: the characters beyond ASCII."""
    if _HANGUL.search(beyond):
        return ("ko",)
    if _KANA.search(beyond):
        return ("ja",)
    if _HAN.search(beyond):
        return ("ja", "zh") if declared == "ja" else ("zh", "ja")
    if _count(_CYRILLIC, beyond) * 3 > latin:
        return _cyrillic(head, beyond, declared)
    return None


def _count(runs: re.Pattern[str], text: str) -> int:
    return sum(map(len, runs.findall(text)))


def _cyrillic(head: str, beyond: str, declared: str | None) -> tuple[str, ...]:
    ukrainian, russian = len(_UKRAINIAN.findall(beyond)), len(_RUSSIAN.findall(beyond))
    if ukrainian == russian:
        guess = declared if declared in ("ru", "uk") else _cld(head) or "ru"
        return ("uk", "ru") if guess == "uk" else ("ru", "uk")
    return ("uk", "ru") if ukrainian > russian else ("ru", "uk")


def _latin(head: str, beyond: str, declared: str | None) -> tuple[str, ...]:
    scores = dict.fromkeys(LATIN, 0.0)
    for language in chain.from_iterable(map(_votes.__getitem__, head.lower().split())):
        scores[language] += 1.0
    if beyond:
        for language, letters in _LETTERS:
            if letters.search(beyond):
                scores[language] += 1.0
    return sure(scores, declared) or ranked(scores, declared, _cld(head))


def sure(scores: dict[str, float], declared: str | None) -> tuple[str, ...] | None:
    """What ``ranked`` says whatever CLD2, which costs more than all the rest, would guess; None when that matters."""
    total = {language: score + _DECLARED * (language == declared) for language, score in scores.items()}
    second, best = sorted(total.values())[-2:]
    return (max(total, key=total.__getitem__),) if second + _GUESSED + 0.1 < _NEAR * best else None


def ranked(scores: dict[str, float], declared: str | None, guess: str | None) -> tuple[str, ...]:
    """The likeliest of the languages with ``scores``, given what the feed declares and CLD2 guesses."""
    most = max(scores.values())
    told = declared in scores or most > 0
    votes, scores = scores, dict(scores)
    if guess in scores:
        scores[guess] += _GUESSED
    if declared in scores:
        scores[declared] += _DECLARED
    order = sorted(scores, key=lambda language: -scores[language])
    best = scores[order[0]]
    # short headlines without function words are often taken for English, and CLD2 is sure of it
    if best == 0 or not told:
        return (declared or guess or UNKNOWN, *LATIN)
    # a word that several languages share, such as "in", does not tell them apart
    near = {language for language in order if scores[language] >= _NEAR * best or 0 < votes[language] == most}
    return tuple(language for language in order if scores[language] > 0 and language in near)


def _said(token: str) -> tuple[str, ...]:
    """The languages for which what stands between two blanks speaks, in lower case."""
    votes = [language for word in _WORD.findall(token) for language in _VOTES.get(word, ())]
    return (*votes, *["fr"] * len(_ELISION.findall(token)))


_votes = Words(_said)


def _cld(head: str) -> str | None:
    clean = head if head.isprintable() else _UNCLEAN.sub(" ", head)
    try:
        reliable, _, details = pycld2.detect(clean, bestEffort=True)
    except pycld2.error:
        return None
    code: str = details[0][1]
    return code if code in _OURS or (reliable and code != "un") else None
