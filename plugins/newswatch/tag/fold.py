"""Folding: the one spelling in which terms and texts meet, with the way back to the original offsets.

Folded text is lower case, without Latin diacritics, compatibility forms or soft hyphens; hyphens, middle dots and
every kind of space are one blank (a dash between blanks is punctuation). Cyrillic keeps its letters but for ``ё``
(written ``е`` as often as not). Nearly every text keeps its length, so that offsets are the same; only where it does
not are the places remembered from which they shift.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass, field

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
_ODD = re.compile(f"[{_ODD_CLASS}\u1100-\u11ff\u0300-\u036f\ud800-\udfff]")
_CLUSTER = re.compile(
    f"[{re.escape(_BLANKS)} ]{{2,}}|[\u1100-\u115f][\u1160-\u11ff]*|.[\u0300-\u036f]+|[{_ODD_CLASS}\u0300-\u036f]",
    re.DOTALL,
)
_CHANGED = re.compile("[" + re.escape("".join(sorted(_TABLE))) + "]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_ASCII = str.maketrans("\t\n\r\v\f\x1c\x1d\x1e\x1f-`", "          '")


@dataclass(frozen=True, slots=True)
class Folded:
    """``text`` is the folded text; from the character ``at[i]`` on its original offsets go up from ``origin[i]``."""

    text: str
    at: list[int] = field(default_factory=list)
    origin: list[int] = field(default_factory=list)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Offsets of the original text for ``text[start:end]``."""
        return (self._original(start), self._original(end)) if self.at else (start, end)

    def _original(self, place: int) -> int:
        run = bisect_right(self.at, place) - 1
        return place if run < 0 else self.origin[run] + place - self.at[run]


def fold(text: str) -> Folded:
    """Fold ``text``. Any string will do: NUL and lone surrogates are characters that match nothing."""
    if " - " in text:
        text = text.replace(" - ", " , ")
    if text.isascii():
        folded = text.lower().translate(_ASCII)
    else:
        folded = _CHANGED.sub(_changed, text.lower())
        if len(folded) != len(text) or _ODD.search(folded):
            return _by_clusters(text)
    return _closed(folded) if "  " in folded else Folded(folded)


def _changed(match: re.Match[str]) -> str:
    return _TABLE[match[0]]


def _closed(folded: str) -> Folded:
    """Every gap is one blank: what breaks lines and paragraphs, nearly always the only thing that shifts a text."""
    pieces: list[str] = []
    at: list[int] = []
    origin: list[int] = []
    done = gone = 0
    while (start := folded.find("  ", done)) >= 0:
        end = start + 2
        while folded[end : end + 1] == " ":
            end += 1
        pieces += folded[done:start], " "
        gone += end - start - 1
        at.append(end - gone)
        origin.append(end)
        done = end
    pieces.append(folded[done:])
    return Folded("".join(pieces), at, origin)


def _by_clusters(text: str) -> Folded:
    """For a text whose length changes: runs that keep theirs are copied, the clusters between them folded apart."""
    pieces: list[str] = []
    at: list[int] = []
    origin: list[int] = []
    length = done = 0
    for match in _CLUSTER.finditer(text):
        start, end = match.span()
        piece = _cluster(match[0])
        pieces += _CHANGED.sub(_changed, text[done:start].lower()), piece
        length += start - done
        # every character of a cluster stands for its beginning, and what follows begins at its end
        at += range(length, length + len(piece) + 1)
        origin += [start] * len(piece) + [end]
        length += len(piece)
        done = end
    pieces.append(_CHANGED.sub(_changed, text[done:].lower()))
    return Folded(_SURROGATE.sub("\ufffd", "".join(pieces)), at, origin)


def _cluster(text: str) -> str:
    if not text.strip(_BLANKS + " "):
        return " "
    composed = _CHANGED.sub(_changed, "".join(map(_strip, unicodedata.normalize("NFKC", text).lower())))
    return "".join(char for char in composed if char not in _GONE and not unicodedata.combining(char))
