"""Stories, pure: which items are one report in circulation."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import timedelta

from newswatch.model.story import StoryText

WINDOW = timedelta(hours=72)
SHINGLE, BANDS, ALIKE = 3, 16, 0.6


def bands(title: str, summary: str, content: str = "", language: str | None = None) -> tuple[str, ...]:
    """Keys that near-duplicate texts are likely to share: candidates for one story, not a verdict."""
    grams = _grams(f"{title} {summary or content}")
    keys = []
    for number in range(BANDS):
        least = min(hashlib.blake2b(gram.encode(), digest_size=8, salt=bytes([number])).hexdigest() for gram in grams)
        keys.append(f"{number}:{least}")
    return tuple(keys)


def assign(new: Sequence[StoryText], known: Sequence[StoryText]) -> dict[str, str]:
    """Item id → story id for every item of ``new``, taken in time order; ``known`` have their story."""
    placed = {one.id: one for one in known}
    found: dict[str, str] = {}
    for one in sorted(new, key=lambda text: (text.time, text.id)):
        match = next((old for old in placed.values() if _same(one, old)), None)
        found[one.id] = (match.story if match else None) or one.id
        placed[one.id] = StoryText(
            one.id, one.language, one.title, one.summary, one.publisher, one.time, one.content, one.bands, found[one.id]
        )
    return found


def _same(one: StoryText, other: StoryText) -> bool:
    if one.language != other.language or not timedelta() <= one.time - other.time <= WINDOW:
        return False
    mine, theirs = _grams(f"{one.title} {one.summary}"), _grams(f"{other.title} {other.summary}")
    return len(mine & theirs) >= ALIKE * len(mine | theirs)


def _grams(text: str) -> set[str]:
    words = text.casefold().split()
    return {" ".join(words[at : at + SHINGLE]) for at in range(max(1, len(words) - SHINGLE + 1))}
