"""The feeds as people look at them: each with its state, those in trouble first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from newswatch import schedule
from newswatch.config.feeds import registrable_host
from newswatch.model.feed import FeedSpec, FeedState
from newswatch.model.item import Publisher
from newswatch.schedule.show import trouble


def rows(specs: Sequence[FeedSpec], states: Mapping[str, FeedState], now: datetime) -> list[dict[str, Any]]:
    """One row per feed: the configured ones, and those polled from another list or taken out since.

    Rows are those of ``schedule.shown`` with ``configured``: whether the list holds the feed.
    """
    names = {spec.id for spec in specs}
    found = [(spec, schedule.current(spec, states.get(spec.id)), True) for spec in specs]
    found += [(_unlisted(state), state, False) for name, state in states.items() if name not in names]
    shown = [{**schedule.shown(spec, state, now), "configured": configured} for spec, state, configured in found]
    return sorted(shown, key=trouble)


def of_this_list(specs: Sequence[FeedSpec], states: Mapping[str, FeedState]) -> Sequence[FeedSpec]:
    """``specs``, or none of them when none was ever polled but others were: the list is then of another namespace."""
    return () if states and not any(spec.id in states for spec in specs) else specs


def _unlisted(state: FeedState) -> FeedSpec:
    host = registrable_host(state.configured_url)
    return FeedSpec(id=state.feed, url=state.configured_url, publisher=Publisher(host, host))
