"""Corroboration: independent reports of the same matter."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from newswatch.model.observed import Observed


def thread(item: Observed, others: Iterable[Observed], within: timedelta) -> list[Observed]:
    """``item`` and those of ``others`` (that match the same rule) that go with it.

    Only what came up to ``within`` before it and not after it; in order of time. A story's copies belong to the thread
    of their story.
    """
    found = {item.id: item}
    for other in others:
        if timedelta(0) <= item.at - other.at <= within and other.id != item.id and item.goes_with(other):
            found[other.id] = other
    return sorted(found.values(), key=lambda one: (one.at, one.id))
