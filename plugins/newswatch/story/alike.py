"""Whether two words are one, spelled otherwise: typing errors, transliterations, endings."""

from __future__ import annotations

import re
from functools import lru_cache

from rapidfuzz.distance import OSA

from newswatch.story.fold import fold
from newswatch.story.tables import spellings

#: spellings of names that no rule derives from each other
_ALIAS = {fold(name): names[0] for names in spellings() for name in names}
#: words one or two letters apart that are not one
_APART = frozenset(
    frozenset(pair)
    for pair in (
        ("iran", "iraq"),
        ("iran", "irak"),
        ("austria", "australia"),
        ("slovakia", "slovenia"),
        ("slowakei", "slowenien"),
        ("letland", "estland"),
        ("north", "south"),
        ("imports", "exports"),
        ("import", "export"),
        ("minister", "ministry"),
        ("иран", "ирак"),
        ("іран", "ірак"),
    )
)
_SOUNDS = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        ("sch|shch|sh|sj|tch|tsch|ch", "c"),
        # Oleg and Oleh; at its beginning a word with a g is another word
        ("kh|gh|(?<=.)g", "h"),
        ("zh|dzh|dj", "j"),
        ("tz|ts", "z"),
        ("ou|oe|oo", "u"),
        ("ph|v|w|ff", "f"),
        ("ck|q", "k"),
        ("x", "ks"),
        ("z", "s"),
        ("[yj]", "i"),
        ("ae", "a"),
        ("[єэ]", "е"),
        ("[іыї]", "и"),
        ("ґ", "г"),
        ("[ьъ]", ""),
        (r"(.)\1+", r"\1"),
    )
)
#: letters that the part of a compound has
PART = 5
_HANGUL = re.compile("[\uac00-\ud7a3]")


@lru_cache(maxsize=65536)
def sound(form: str) -> str:
    """``form`` with the letters that transliterations and careless spelling mix up made one."""
    for pattern, letter in _SOUNDS:
        form = pattern.sub(letter, form)
    return form


@lru_cache(maxsize=131072)
def alike(one: str, other: str) -> bool:
    """Whether two folded words are spellings of one."""
    if one == other:
        return True
    if frozenset((one, other)) in _APART or one.isdigit() or other.isdigit():
        return False
    alias = _ALIAS.get(one)
    if alias and alias == _ALIAS.get(other):
        return True
    if _HANGUL.search(one):
        return _hangul(one, other)
    first, second = sound(one), sound(other)
    shorter = min(len(first), len(second))
    if first == second:
        return True
    if shorter < 4 or first[0] != second[0]:
        return False
    distance = min(OSA.distance(first, second, score_cutoff=3), OSA.distance(one, other, score_cutoff=3))
    return distance <= _slips(min(len(one), len(other))) or _endings(first, second, shorter)


def same_word(one: str, other: str) -> bool:
    """Whether two words are one, or the one is a part of the other: a scooter and an electric scooter."""
    if alike(one, other):
        return True
    short, long = (one, other) if len(one) <= len(other) else (other, one)
    return len(short) >= PART and (long.startswith(short) or long.endswith(short))


def _slips(length: int) -> int:
    """Typing errors that a word of this length may have."""
    return 0 if length < 5 else 1 if length < 9 else 2


def _endings(one: str, other: str, shorter: int) -> bool:
    common = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), shorter)
    return common >= 4 and common >= shorter - 1 and max(len(one), len(other)) - common <= 3


def _hangul(one: str, other: str) -> bool:
    """One slip in four syllables or two changed about in three, or the same beginning with other particles."""
    if sound(one) == sound(other) or (len(one) >= 3 and sorted(one) == sorted(other)):
        return True
    short, long = sorted((one, other), key=len)
    if len(short) >= 2 and long.startswith(short) and len(long) - len(short) <= 3:
        return True
    common = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), len(short))
    if common >= 3 and max(len(one), len(other)) - common <= 2:
        return True
    return len(short) >= 4 and OSA.distance(one, other, score_cutoff=2) <= 1
