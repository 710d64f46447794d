"""Numbers that differ where two texts agree: members of a series, a new period, or the same fact put right."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache

from newswatch.story import calendar
from newswatch.story.align import Match, Pair
from newswatch.story.fold import fold
from newswatch.story.reading import Reading, Sentence
from newswatch.story.tokens import Token, stem_of

#: units that are written instead of each other, and the factors between them
_UNIT_WORDS = """
mile mijl meile миль мили миля милі 마일 km kilomet км километр кілометр 킬로미터 foot feet фут met metre метр
pound фунт kg kilo кг fahrenheit celsius acre hectare
"""
_UNITS = tuple(_UNIT_WORDS.split())
_FACTORS = (1.609, 3.281, 2.205, 2.471)


def serials(line: Sentence, language: str) -> set[str]:
    """Numbers that name a member of a series: ordinals, and what stands beside a noun such as round or package."""
    found = {f"{token.value:g}" for token in line if token.kind == "ordinal"}
    for one, other in itertools.pairwise(line):
        for number, noun in ((one, other), (other, one)):
            if number.kind == "number" and noun.kind == "word" and _numbers_a_series(noun, number is one, language):
                found.add(f"{number.value:g}")
        if other.kind == "number" and _is_type(one):
            # S-300/400
            found.add(f"{one.form.rstrip('0123456789')}{other.value:g}")
    return found | {token.key for token in line if _is_type(token)}


def _is_type(token: Token) -> bool:
    """Whether it is a word with figures: F-16, MH17."""
    return token.name and token.kind == "word" and any(map(str.isdigit, token.form))


def _numbers_a_series(noun: Token, after: bool, language: str) -> bool:
    """``package 13`` everywhere; ``13 package`` only where ordinals end in a full stop that is lost."""
    return noun.key in _series(language) and (not after or language == "de")


def changed(pair: Pair) -> list[tuple[float, float]]:
    """Figures of the earlier text that the later one has otherwise, in sentences that agree."""
    found: list[tuple[float, float]] = []
    known, fresh = _values(pair.earlier), _values(pair.later)
    for match in pair.pairs:
        new = [token.value for token in match.mine if _counts(token) and token.value not in known]
        old = [token.value for token in match.theirs if _counts(token) and token.value not in fresh]
        if new and old and not _other_units(match):
            found += zip(old, new, strict=False)
    return found


def unchanged(pair: Pair) -> int:
    """How many figures the two have in common."""
    return len(_values(pair.earlier) & _values(pair.later))


def summed(pair: Pair, altered: Sequence[tuple[float, float]]) -> bool:
    """Whether a total grew by just what the later text reports: a new period was added to it."""
    fresh = _values(pair.later) - _values(pair.earlier)
    return any(new > old >= 100 and new - old >= 5 and (new - old) in fresh for old, new in altered)


def all_lower(pair: Pair, altered: Sequence[tuple[float, float]]) -> bool:
    """Whether all of three figures or more fell: no correction changes all, and the count of one period grows."""
    return len(altered) >= 3 and not unchanged(pair) and all(new < old for old, new in altered)


def _counts(token: Token) -> bool:
    return token.kind == "number"


def _values(reading: Reading) -> set[float]:
    return {token.value for line in (reading.title, *reading.body) for token in line if token.kind == "number"}


def _other_units(match: Match) -> bool:
    one, other = _units(match.mine), _units(match.theirs)
    if not one or not other or one == other:
        return False
    mine, theirs = ({token.value for token in line if _counts(token)} for line in (match.mine, match.theirs))
    return any(_converts(a, b) for a in mine for b in theirs) or bool({"fahrenheit", "celsius"} & (one ^ other))


def _converts(one: float, other: float) -> bool:
    small, large = sorted((one, other))
    return small > 0 and any(abs(large / small / factor - 1) < 0.05 for factor in _FACTORS)


def _units(line: Iterable[Token]) -> frozenset[str]:
    return frozenset(unit for token in line if token.kind == "word" for unit in _unit(token.form))


@lru_cache(maxsize=16384)
def _unit(form: str) -> tuple[str, ...]:
    return tuple(unit for unit in _UNITS if form.startswith(unit))


@cache
def _series(language: str) -> frozenset[str]:
    """Stems of the nouns that number a series."""
    text = " ".join(calendar.SERIES.split())
    tables = dict(part.split(":", 1) for part in _by_language(text))
    return frozenset(stem_of(fold(noun), language) for noun in tables.get(language, "").split())


def _by_language(text: str) -> list[str]:
    parts: list[str] = []
    for word in text.split():
        if word.endswith(":"):
            parts.append(word)
        else:
            parts[-1] += f" {word}"
    return parts
