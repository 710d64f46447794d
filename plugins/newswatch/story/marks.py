"""Which classes of words (``newswatch/data/stories/families.txt``) a text has."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

import ahocorasick_rs

from newswatch.story.fold import fold
from newswatch.story.tables import families

_US = re.compile(r"\bUS\b")


class Mark(NamedTuple):
    """One class of words that excludes the others of its family: ``stage`` and ``adopted``."""

    family: str
    kind: str


def marks(text: str, language: str) -> frozenset[Mark]:
    """All marks of ``text``, as it was written."""
    matcher = _matcher(language)
    if matcher is None:
        return frozenset()
    folded = fold(_US.sub("usa", text))
    stems, owners = matcher
    found = set()
    for at, start, end in stems.find_matches_as_indexes(folded, overlapping=True):
        _stem, whole, marked = owners[at]
        if language == "ko" or (
            (not start or not folded[start - 1].isalnum())
            and (not whole or end == len(folded) or not folded[end].isalnum())
        ):
            found.update(marked)
    return frozenset(found)


@cache
def _matcher(language: str) -> tuple[ahocorasick_rs.AhoCorasick, list[tuple[str, bool, list[Mark]]]] | None:
    stems: dict[str, list[Mark]] = {}
    for family, kind, of, stem in families():
        if of == language:
            stems.setdefault(fold(stem), []).append(Mark(family, kind))
    owners = [(stem.rstrip("$"), stem.endswith("$"), marked) for stem, marked in stems.items()]
    return (ahocorasick_rs.AhoCorasick([stem for stem, _, _ in owners]), owners) if owners else None
