"""Newswatch looks at itself: what is wrong becomes signals, and goes the way of every other state.

Each finding has a start that follows from what is stored, so that a pass that is repeated makes the same signals. Which
episodes are open is remembered, and written after the signals.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from newswatch.errors import StoreUnavailableError
from newswatch.index import digests, documents
from newswatch.index.client import Store, asking, body
from newswatch.index.signals import signal_write
from newswatch.index.state import advance, cursor
from newswatch.model.selfwatch import DIGEST, DRILL, FEEDS, LETTERS, SELF_RULES, STALLED, SelfRule
from newswatch.model.signal import Kind, Signal, signal_id
from newswatch.pipeline.outbox import refuse

#: how long after the time at which some feed should have been polled ingest counts as stalled
OVERDUE = timedelta(minutes=30)
#: this share of the feeds, and so many of them, may fail before somebody is told
SHARE, FEWEST = 0.5, 5
#: a message that was refused for good is a reason to look for this long
RECENT = timedelta(hours=6)
CURSOR, CANARY = "selfwatch", "canary"
VERSION = "1"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is wrong since ``start``; ``note`` says it in one sentence."""

    rule: SelfRule
    start: datetime
    note: str


def look(store: Store, now: datetime) -> list[Finding]:
    """Find what is wrong, and write the signals of what began or ended."""
    findings = {one.rule.id: one for one in _findings(store, now)}
    kept, guard = cursor(store, CURSOR)
    open_ = {rule: datetime.fromisoformat(start) for rule, start in kept.get("open", {}).items()}
    signals = []
    for rule in SELF_RULES:
        found, since = findings.get(rule.id), open_.get(rule.id)
        if found is not None and since is None:
            signals.append(_signal(found, Kind.OVER, found.start, found.start))
            open_[rule.id] = found.start
        elif found is None and since is not None:
            signals.append(_signal(Finding(rule, since, "it is over"), Kind.UNDER, since, now))
            del open_[rule.id]
    if signals:
        refuse(documents.bulk(store, [signal_write(store, one, now) for one in signals]), "signals about newswatch")
        # when another run was first, it wrote the same signals
        advance(store, CURSOR, {"open": {rule: start.isoformat() for rule, start in open_.items()}}, guard, now)
    return list(findings.values())


def healthy(store: Store) -> None:
    """Raise StoreUnavailableError when an index of the namespace is red: part of what newswatch knows is not there."""
    with asking(store):
        found = body(store, store.client.cluster.health(index=f"{store.namespace}-*"))
    if found["status"] == "red":
        raise StoreUnavailableError(f"Elasticsearch at {store.url} is red: some data of newswatch cannot be read")


def canary(store: Store, now: datetime, *, seen: bool) -> None:
    """Remember that the drill's canary arrived, or did not arrive in time."""
    kept, guard = cursor(store, CANARY)
    advance(store, CANARY, {**kept, "seen" if seen else "missed": now.isoformat()}, guard, now)


def _findings(store: Store, now: datetime) -> Iterable[Finding]:
    index = store.index("feeds")
    documents.refresh(store, index, store.index("outbox"))
    feeds = documents.search(store, index, FEEDS_REQUEST)
    total = feeds["hits"]["total"]["value"]
    yield from _stalled(feeds["aggregations"], total, now)
    yield from _failing(feeds["aggregations"], total)
    yield from _letters(store, now)
    yield from _canary(store)
    yield from _digests(store, now)


FEEDS_REQUEST: dict[str, Any] = {
    "size": 0,
    "track_total_hits": True,
    "query": {"bool": {"must_not": {"terms": {"status": ["paused", "gone"]}}}},
    "aggs": {
        "polled": {"max": {"field": "last_poll"}},
        "due": {"min": {"field": "next_poll"}},
        "failing": {"filter": {"term": {"status": "failed"}}, "aggs": {"since": {"max": {"field": "last_poll"}}}},
    },
}


def _stalled(found: Mapping[str, Any], total: int, now: datetime) -> Iterable[Finding]:
    """Feeds are due and none was polled: neither lately nor since the first of them should have been."""
    if not total or found["due"]["value"] is None or found["polled"]["value"] is None:
        return
    polled, due = _moment(found["polled"]["value"], now), _moment(found["due"]["value"], now)
    start = max(polled, due) + OVERDUE
    if start <= now:
        yield Finding(STALLED, start, f"no feed was polled since {polled:%Y-%m-%d %H:%M} UTC, and {total} feeds wait")


def _failing(found: Mapping[str, Any], total: int) -> Iterable[Finding]:
    failing = found["failing"]["doc_count"]
    if failing >= FEWEST and failing >= SHARE * total:
        start = _moment(found["failing"]["since"]["value"], None)
        yield Finding(FEEDS, start, f"{failing} of {total} feeds failed at their last poll")


def _letters(store: Store, now: datetime) -> Iterable[Finding]:
    query = {
        "bool": {"filter": [{"term": {"state": "failed"}}, {"range": {"sent": {"gte": (now - RECENT).isoformat()}}}]}
    }
    request = {"query": query, "size": 1, "sort": [{"sent": "asc"}], "_source": ["sent"], "track_total_hits": True}
    request["aggs"] = {"to": {"terms": {"field": "channel", "size": 5}}}
    found = documents.search(store, store.index("outbox"), request)
    count = found["hits"]["total"]["value"]
    if count:
        channels = ", ".join(bucket["key"] for bucket in found["aggregations"]["to"]["buckets"])
        start = datetime.fromisoformat(found["hits"]["hits"][0]["_source"]["sent"])
        yield Finding(LETTERS, start, f"{count} refused in the last 6 hours: {channels}; newswatch status says why")


def _canary(store: Store) -> Iterable[Finding]:
    kept, _ = cursor(store, CANARY)
    missed, seen = kept.get("missed"), kept.get("seen")
    if missed and (not seen or datetime.fromisoformat(seen) < datetime.fromisoformat(missed)):
        start = datetime.fromisoformat(missed)
        yield Finding(DRILL, start, f"the canary was not seen by {start:%Y-%m-%d %H:%M} UTC")


def _digests(store: Store, now: datetime) -> Iterable[Finding]:
    late = digests.missed(store, now)
    if late:
        yield Finding(DIGEST, min(late.values()), f"not gone out by their deadline: {', '.join(sorted(late))}")


def _signal(found: Finding, kind: Kind, start: datetime, at: datetime) -> Signal:
    rule = found.rule
    return Signal(
        id=signal_id(rule.id, "", start, kind),
        rule=rule.id,
        type="self",
        title=rule.title,
        version=VERSION,
        severity=rule.severity,
        kind=kind,
        start=start,
        at=at,
        labels=tuple(rule.labels.items()),
        note=f"{found.note}. What to do stands in docs/operations.md under {rule.id}",
    )


def _moment(milliseconds: float, now: datetime | None) -> datetime:
    """A date aggregation's value; none later than ``now``."""
    found = datetime.fromtimestamp(milliseconds / 1000, UTC)
    return found if now is None else min(found, now)
