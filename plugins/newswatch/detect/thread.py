"""Corroboration: independent reports of the same matter."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

from newswatch.model.observed import Observed


def thread(item: Observed, others: Iterable[Observed], within: timedelta) -> list[Observed]:
    """``item`` and those of ``others`` (that match the same rule) that share a concept and an actor with it.

    Only what came up to ``within`` before it and not after it; in order of time. A story's copies belong to the thread
    of their story.
    """
    found = {item.id: item}
    for other in others:
        if not timedelta(0) <= item.at - other.at <= within or other.id == item.id:
            continue
        if other.story == item.story or (_share(item.concepts, other.concepts) and _share(item.actors, other.actors)):
            found[other.id] = other
    return sorted(found.values(), key=lambda one: (one.at, one.id))


def independent(items: Sequence[Observed]) -> tuple[str, ...]:
    """Publisher families that reported on their own: of each story only the first report counts."""
    first: dict[str, Observed] = {}
    for item in sorted(items, key=lambda one: (one.at, not one.lead, one.id)):
        first.setdefault(item.story, item)
    return tuple(dict.fromkeys(item.family for item in first.values()))


def _share(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    return not set(one).isdisjoint(other)
