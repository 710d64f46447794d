"""The daily upkeep of the store: mappings, retention, snapshots. A step that fails is told and stops no other."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from newswatch.errors import StoreError
from newswatch.index import feeds, retention, snapshots
from newswatch.index.client import Store
from newswatch.index.documents import Write, bulk
from newswatch.index.mappings import ALL, MONTHLY
from newswatch.index.upgrade import bring_up
from newswatch.model.upkeep import Keep, UpkeepConfig

MONTHS = "items"


@dataclass(frozen=True, slots=True)
class Step:
    """What one step did, in words; ``failed`` when it could not."""

    name: str
    said: str
    failed: bool = False


def run(store: Store, config: UpkeepConfig, known_feeds: Collection[str], now: datetime) -> list[Step]:
    """All steps, in an order in which a snapshot is taken before anything is dropped."""
    keep = config.keep
    steps: list[tuple[str, Callable[[], str]]] = [("mappings", lambda: _mappings(store))]
    if config.snapshots and config.snapshots.daily:
        steps.append(("snapshot", lambda: _snapshot(store, config, now)))
    steps.append(("items", lambda: _items(store, keep.items, now)))
    for name, query, sort in _old(keep, now):
        steps.append((name, lambda name=name, query=query, sort=sort: _pruned(store, name, query, sort)))  # type: ignore[misc]
    steps.append(("entries", lambda: _entries(store, known_feeds, now - keep.entries)))
    return [_step(name, do) for name, do in steps]


def _step(name: str, do: Callable[[], str]) -> Step:
    try:
        return Step(name, do())
    except StoreError as error:
        return Step(name, str(error), failed=True)


def _mappings(store: Store) -> str:
    done: dict[str, list[str]] = {}
    for name, mapping in ALL.items():
        pattern = f"{store.index(name)}-*" if name in MONTHLY else store.index(name)
        done |= bring_up(store, pattern, mapping)
    said = "; ".join(f"{index} got {', '.join(fields)}" for index, fields in done.items())
    return said or "every index is up to date"


def _snapshot(store: Store, config: UpkeepConfig, now: datetime) -> str:
    wanted = config.snapshots
    assert wanted is not None
    snapshots.register(store, wanted.repository, wanted.location)
    made = snapshots.take(store, wanted.repository, now)
    thinned = snapshots.thin(store, wanted.repository, wanted.keep)
    return f"{made.name} taken" + (f", {len(thinned)} older removed" if thinned else "")


def _items(store: Store, keep: timedelta, now: datetime) -> str:
    if retention.has_lifecycle(store):
        retention.hand_to_lifecycle(store, MONTHS, keep)
        return f"the cluster drops months older than {keep.days} days itself"
    dropped = retention.drop_months(store, MONTHS, keep, now)
    return f"dropped {', '.join(dropped)}" if dropped else "no month is old enough"


def _old(keep: Keep, now: datetime) -> Iterator[tuple[str, dict[str, Any], str]]:
    """What is too old: index, query, and the field that its documents are sorted by. Nothing that is still open."""

    def before(field: str, span: timedelta) -> dict[str, Any]:
        return {"range": {field: {"lt": (now - span).isoformat()}}}

    def both(*filters: dict[str, Any]) -> dict[str, Any]:
        return {"bool": {"filter": list(filters)}}

    ended = {"bool": {"should": [{"term": {"kind": "event"}}, {"exists": {"field": "ended"}}]}}
    yield "counts", both(before("@timestamp", keep.counts), {"exists": {"field": "rule.id"}}), "@timestamp"
    yield "signals", both(before("@timestamp", keep.signals)), "@timestamp"
    yield "alerts", both(before("@timestamp", keep.alerts), before("updated", keep.alerts), ended), "@timestamp"
    yield "ledger", both(before("@timestamp", keep.ledger)), "@timestamp"
    yield "outbox", both(before("@timestamp", keep.outbox), {"terms": {"state": ["sent", "failed"]}}), "@timestamp"
    yield "digests", both(before("until", keep.digests), {"terms": {"kind": ["told", "archive"]}}), "until"
    yield "dead-letter", both(before("@timestamp", keep.dead_letters)), "@timestamp"
    yield "state", both(before("at", keep.ledger), {"term": {"kind": "act"}}), "at"


def _pruned(store: Store, name: str, query: dict[str, Any], sort: str) -> str:
    count = retention.prune(store, name, query, sort)
    return f"{count:,} old documents deleted" if count else "nothing is old enough"


def _entries(store: Store, known: Collection[str], before: datetime) -> str:
    """Forget feeds that are configured no longer and were last polled before then."""
    gone = [
        name
        for name, state in feeds.all_states(store).items()
        if name not in known and state.last_poll and state.last_poll < before
    ]
    bulk(store, [Write("delete", store.index(index), name) for name in gone for index in ("entries", "feeds")])
    return f"forgot {', '.join(gone)}" if gone else "no feed was taken out long enough ago"
