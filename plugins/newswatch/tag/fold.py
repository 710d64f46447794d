"""Folding: the one spelling in which terms and texts meet, with the way back to the original offsets.

Folded text is lower case, without Latin diacritics, compatibility forms or soft hyphens; hyphens, middle dots and
every kind of space are one blank (a dash between blanks is punctuation). Cyrillic keeps its letters but for ``ё``
(written ``е`` as often as not). Nearly every text keeps its length, so that offsets are the same; only where it does
not are they remembered.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from dataclasses import dataclass

_BLANKS = "\t\n\r\v\f\x1c\x1d\x1e\x1f\x85\xa0-‐‑·・‧∙•ㆍ\u1680\u3000\u2028\u2029\u202f\u205f" + "".join(
    map(chr, range(0x2000, 0x200B))
)
_QUOTES = "’‘‚‛′ʼ`´ʹ"
_LETTERS = {"ł": "l", "ø": "o", "đ": "d", "ı": "i", "ё": "е", "ß": "s", "…": "."}
_GONE = frozenset("\xad\u200b\u200c\u200d\u2060\ufeff")
_RANGES = ((0xA0, 0x370), (0x1E00, 0x3400), (0xF900, 0xFB50), (0xFE30, 0xFFF0))


def _tables() -> tuple[dict[str, str], list[str]]:
    """Characters that fold to another one, and those (odd ones) that fold to none or several."""
    table: dict[str, str] = {}
    odd: list[str] = ["\u0130"]
    for first, last in _RANGES:
        for code in range(first, last):
            char = chr(code)
            folded = _strip(unicodedata.normalize("NFKC", char).lower())
            if len(folded) != 1 or unicodedata.combining(char):
                odd.append(char)
            elif folded != char.lower() and len(char.lower()) == 1:
                table[char.lower()] = folded
    table |= dict.fromkeys(_BLANKS, " ") | dict.fromkeys(_QUOTES, "'") | _LETTERS
    return table, [char for char in odd if char not in table]


def _strip(text: str) -> str:
    """``text`` without diacritics, when its letters are Latin."""
    apart = unicodedata.normalize("NFD", text)
    return apart[0] if len(apart) > 1 and apart[0].isascii() and unicodedata.combining(apart[1]) else text


_TABLE, _ODD_ONES = _tables()
_ODD_CLASS = re.escape("".join(_ODD_ONES))
_ODD = re.compile(f"[{_ODD_CLASS}\u1100-\u11ff\u0300-\u036f]|  ")
_CLUSTER = re.compile(
    f"[{re.escape(_BLANKS)} ]{{2,}}|[\u1100-\u115f][\u1160-\u11ff]*|.[\u0300-\u036f]+|[{_ODD_CLASS}\u0300-\u036f]",
    re.DOTALL,
)
_CHANGED = re.compile("[" + re.escape("".join(sorted(_TABLE))) + "]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_ASCII = str.maketrans("\t\n\r\v\f\x1c\x1d\x1e\x1f-`", "          '")


@dataclass(frozen=True, slots=True)
class Folded:
    """``text`` is the folded text; ``origin[i]`` is the original offset of its i-th character, None when the same.

    The last element of ``origin`` is the original length.
    """

    text: str
    origin: array[int] | None = None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Offsets of the original text for ``text[start:end]``."""
        if self.origin is None:
            return start, end
        return self.origin[start], self.origin[end]


def fold(text: str) -> Folded:
    """Fold ``text``. Any string will do: NUL and lone surrogates are characters that match nothing."""
    if " - " in text:
        text = text.replace(" - ", " , ")
    if text.isascii():
        folded = text.lower().translate(_ASCII)
        return Folded(folded) if "  " not in folded else _by_character(text)
    folded = _CHANGED.sub(_changed, text.lower())
    if len(folded) != len(text) or _ODD.search(folded):
        return _by_character(text)
    return Folded(_SURROGATE.sub("\ufffd", folded))


def _changed(match: re.Match[str]) -> str:
    return _TABLE[match[0]]


def _by_character(text: str) -> Folded:
    """For a text whose length changes: runs that keep theirs are copied, the clusters between them folded apart."""
    pieces: list[str] = []
    origin = array("l")
    done = 0
    for match in (*_CLUSTER.finditer(text), None):
        start = match.start() if match else len(text)
        pieces.append(_CHANGED.sub(_changed, text[done:start].lower()))
        origin.extend(range(done, start))
        if match:
            piece = _cluster(match[0])
            pieces.append(piece)
            origin.extend([start] * len(piece))
            done = match.end()
    origin.append(len(text))
    return Folded(_SURROGATE.sub("\ufffd", "".join(pieces)), origin)


def _cluster(text: str) -> str:
    if not text.strip(_BLANKS + " "):
        return " "
    composed = _CHANGED.sub(_changed, "".join(map(_strip, unicodedata.normalize("NFKC", text).lower())))
    return "".join(char for char in composed if char not in _GONE and not unicodedata.combining(char))
