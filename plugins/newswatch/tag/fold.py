"""Folding: the one spelling in which terms and texts meet, with the way back to the original offsets.

Folded text is lower case, without Latin diacritics, compatibility forms or soft hyphens; every kind of dash, middle
dot and space is a blank. Cyrillic keeps its letters but for ``ё`` (written ``е`` as often as not).
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from dataclasses import dataclass

_BLANKS = "\t\n\r\v\f\x1c\x1d\x1e\x1f\x85\xa0-‐‑‒–—―−·・‧∙•ㆍ\u3000\u2028\u2029" + "".join(
    map(chr, range(0x2000, 0x200B))
)
_QUOTES = "’‘‚‛′ʼ`´ʹ"
_LETTERS = {"ł": "l", "ø": "o", "đ": "d", "ı": "i", "ё": "е", "ß": "s"}
_GONE = "\xad\u200b\u200c\u200d\u2060\ufeff\u0301"
_ODD = re.compile(f"[{_GONE}]| {{2}}|[\u0300-\u036f\u1100-\u11ff]")


def _latin() -> dict[int, str]:
    table: dict[int, str] = {}
    for code in (*range(0xC0, 0x250), *range(0x1E00, 0x1F00)):
        letter = chr(code).lower()
        base = unicodedata.normalize("NFD", letter)[0]
        if len(letter) == 1 and base.isascii():
            table[code] = base
    return table


_TABLE: dict[int, str] = {
    **_latin(),
    **{ord(char): " " for char in _BLANKS},
    **{ord(char): "'" for char in _QUOTES},
    **{ord(char): to for char, to in _LETTERS.items()},
    **{ord(char.upper()): to for char, to in _LETTERS.items() if len(char.upper()) == 1},
}
_ASCII = str.maketrans("\t\n\r\v\f\x1c\x1d\x1e\x1f-`", "          '")


@dataclass(frozen=True, slots=True)
class Folded:
    """``text`` is the folded text; ``origin[i]`` is the original offset of its i-th character, None when the same."""

    text: str
    origin: array[int] | None = None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Offsets of the original text for ``text[start:end]``."""
        if self.origin is None:
            return start, end
        return self.origin[start], self.origin[end - 1] + 1 if end > start else self.origin[start]


def fold(text: str) -> Folded:
    """Fold ``text``. Any string will do: NUL and lone surrogates are characters that match nothing."""
    if text.isascii():
        folded = text.lower().translate(_ASCII)
        return Folded(folded) if "  " not in folded else _by_character(text)
    if not unicodedata.is_normalized("NFKC", text):
        return _fold_odd(text)
    folded = text.lower().translate(_TABLE)
    if len(folded) != len(text) or _ODD.search(folded):
        return _fold_odd(text)
    return Folded(_without_surrogates(folded))


def _fold_odd(text: str) -> Folded:
    """For texts whose length changes in folding."""
    return _by_character(text)


def _by_character(text: str) -> Folded:
    pieces: list[str] = []
    origin = array("l")
    blank = False
    for at, cluster in _clusters(text):
        for char in unicodedata.normalize("NFKC", cluster).lower().translate(_TABLE):
            if char in _GONE or (blank and char == " ") or "\u0300" <= char <= "\u036f":
                continue
            blank = char == " "
            pieces.append(char)
            origin.append(at)
    return Folded(_without_surrogates("".join(pieces)), origin)


def _clusters(text: str) -> list[tuple[int, str]]:
    """A base character with the combining marks (or Hangul jamo) that follow it, and its offset."""
    out: list[tuple[int, str]] = []
    for at, char in enumerate(text):
        joins = unicodedata.combining(char) or "\u1160" <= char <= "\u11ff"
        if joins and out:
            out[-1] = (out[-1][0], out[-1][1] + char)
        else:
            out.append((at, char))
    return out


_SURROGATE = re.compile("[\ud800-\udfff]")


def _without_surrogates(text: str) -> str:
    return _SURROGATE.sub("\ufffd", text)
