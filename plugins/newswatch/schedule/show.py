"""A feed and its state as one row for people and programs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from newswatch.model.address import redact
from newswatch.model.feed import FeedSpec, FeedState, FeedStatus
from newswatch.schedule import policy

_TROUBLE = {
    FeedStatus.GONE: 0,
    FeedStatus.FAILED: 1,
    FeedStatus.NEW: 3,
    FeedStatus.OK: 5,
    FeedStatus.UNCHANGED: 5,
    FeedStatus.PAUSED: 6,
}


def shown(spec: FeedSpec, state: FeedState, now: datetime) -> dict[str, Any]:
    """The row of ``newswatch feeds --json``: flat, times as datetimes, no credentials and no keys."""
    paused = not spec.enabled
    stale = policy.stale(state, now)
    return {
        "feed": spec.id,
        "status": (FeedStatus.PAUSED if paused else state.status).value,
        "error": None if paused else state.error,
        "failure": state.failure.value if state.failure and not paused else None,
        "health": _health(state, paused=paused, stale=stale),
        "next_poll": None if paused else state.next_poll,
        "url": redact(state.url),
        "configured_url": redact(spec.url),
        "title": state.title or spec.title,
        "publisher": spec.publisher.id,
        "language": state.language or spec.language,
        "country": spec.country,
        "kind": spec.kind,
        "failures": state.failures,
        "http_status": state.http_status,
        "empty": state.empty,
        "damaged": state.damaged is not None,
        "damage": state.damaged,
        "stale": stale,
        "last_poll": state.last_poll,
        "last_success": state.last_success,
        "last_new_item": state.last_new_item,
        "interval": state.interval,
        "polls": state.polls,
        "items": state.items_total,
        "items_last": state.items_last,
        "entries": state.entries_last,
        "hub": state.hub,
        "note": state.note,
    }


def _health(state: FeedState, *, paused: bool, stale: bool) -> str:
    """One word over the polls so far: ``stale`` outlasts a success, ``failing`` does not."""
    if paused:
        return "paused"
    if stale:
        return "stale"
    return "failing" if state.status in (FeedStatus.FAILED, FeedStatus.GONE) else "ok"


def trouble(row: dict[str, Any]) -> tuple[int, float, str]:
    """Sort key: gone and failed feeds first, then stale, damaged and empty ones, paused ones last."""
    rank = _TROUBLE[FeedStatus(row["status"])]
    if rank == 5:
        rank = 2 if row["stale"] else 4 if row["damaged"] or row["empty"] else 5
    return rank, -float(row["failures"]), row["feed"]
