"""Letters as they compare: no case, no marks, one apostrophe, one dash; Hangul stays whole."""

from __future__ import annotations

import re
import unicodedata

_STRAIGHT = str.maketrans(
    {"’": "'", "‘": "'", "ʼ": "'", "`": "'", "´": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‹": "'"}
    | {"›": "'", "–": "-", "—": "-", "‑": "-", "−": "-", "―": "-", "\u00a0": " ", "\u202f": " ", "\u2009": " "}
    | {"…": "...", "\u00ad": None, "\u200b": None, "\ufeff": None, "−": "-"}
)
_SPACE = re.compile(r"\s+")
_MARKS = re.compile("[\u0300-\u036f]+")


def straight(text: str) -> str:
    """``text`` with plain quotes, dashes and spaces; its case and letters stay."""
    return text.translate(_STRAIGHT)


def fold(text: str) -> str:
    """Lower case, without diacritics and apostrophes (``п'ятницю`` is ``пятницю``, ``Selenskyj`` ``selenskyj``)."""
    text = text.casefold().replace("'", "")
    if text.isascii():
        return text
    return unicodedata.normalize("NFC", _MARKS.sub("", unicodedata.normalize("NFKD", text)))


def one_line(text: str) -> str:
    """Runs of white space as one space."""
    return _SPACE.sub(" ", text).strip()
