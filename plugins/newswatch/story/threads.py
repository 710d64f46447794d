"""Threads: independent reports of one matter, which corroborate each other."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from newswatch.model.observed import Observed, families

WITHIN = timedelta(hours=72)


@dataclass(frozen=True, slots=True)
class Thread:
    """Reports of one matter, copies included, in order of time; ``families`` are the independent publishers."""

    items: tuple[Observed, ...]
    families: tuple[str, ...]


def threads(items: Iterable[Observed], within: timedelta = WITHIN) -> list[Thread]:
    """Group items that share a tag, a concept and an actor with a thread's first report, up to ``within`` after it.

    An item goes to the earliest thread that it fits, a copy to the thread of its story. In order of their first
    reports, whatever the order of ``items``.
    """
    groups: list[list[Observed]] = []
    by_story: dict[str, list[Observed]] = {}
    for item in sorted(items, key=lambda one: (one.at, not one.lead, one.id)):
        group = by_story.get(item.story) or next((one for one in groups if _fits(item, one[0], within)), None)
        if group is None:
            group = []
            groups.append(group)
        group.append(item)
        by_story.setdefault(item.story, group)
    return [Thread(tuple(group), families(group)) for group in groups]


def _fits(item: Observed, first: Observed, within: timedelta) -> bool:
    return item.at - first.at <= within and not set(item.tags).isdisjoint(first.tags) and item.goes_with(first)
