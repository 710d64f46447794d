"""One pass of detection: five requests, whatever the number of rules.

Read the cursor and what is remembered (one request); refresh; read the items that are new since the cursor less ten
minutes together with everything in their buckets, and how many feeds answer (one, and one more per further page); write
signals, judged buckets and memories (one); move the cursor (one). Whatever fails, the next pass does it over: signals
have deterministic ids, buckets are counted whole.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from newswatch.detect.evaluate import Detection, evaluate
from newswatch.detect.look import Band, Look
from newswatch.detect.memory import STEP, Memories, floor, moment
from newswatch.detect.where import Filed
from newswatch.errors import StoreUnavailableError
from newswatch.index import documents
from newswatch.index.client import Store
from newswatch.index.counts import band_write
from newswatch.index.documents import Found, Outcome, Write
from newswatch.index.signals import signal_write
from newswatch.model.observed import Observed
from newswatch.model.rules import Rule
from newswatch.model.signal import Coverage, Signal
from newswatch.pipeline.detect_news import ingested, linked, observed, read_news

OVERLAP = timedelta(minutes=10)
#: without a cursor, items of the last day are matched (and only the newest buckets counted)
FIRST = timedelta(days=1)
#: buckets before the overlap that are counted again, and from whose items signals are explained
BEHIND = 2
LATEST = timedelta(hours=24)
SHARDS = 16
COVERAGE_KEPT = 100 * STEP
CURSOR = "cursor-detect"
TRIES = 5


@dataclass(frozen=True, slots=True)
class _Kept:
    """What was remembered: the cursor's value, memories, and the guards of their next writes."""

    cursor: Mapping[str, Any]
    memories: Memories
    guards: Mapping[str, Found]


def detect_pass(store: Store, rules: Sequence[Rule], now: datetime) -> tuple[Signal, ...]:
    """Evaluate ``rules`` on what is new and on the buckets that closed; the signals, oldest first.

    They are in ``<ns>-signals`` already when this returns. Raises StoreUnavailableError when another pass was faster.
    """
    kept = _read(store, rules)
    since = datetime.fromisoformat(kept.cursor["ingested"]) if kept.cursor else now - FIRST
    counted = floor(((since if kept.cursor else now) - OVERLAP).timestamp()) - BEHIND * STEP
    first = min(counted, kept.cursor.get("again", counted))
    hits, coverage = read_news(store, since - OVERLAP, moment(first), now)
    items = [(observed(hit["_id"], hit["_source"]), hit) for hit in hits if linked(hit, now)]
    fresh = [(item, _mark(item)) for item, hit in items if ingested(hit) >= since - OVERLAP]
    # when late items made a pass look further back, what they changed is still to be counted
    late = "again" in kept.cursor and "rebuilt" not in kept.cursor
    known = set() if late else set(kept.cursor.get("seen", ()))
    new = [item for item, mark in fresh if mark not in known]
    look = Look(now, new, _buckets([item for item, _ in items], first, now), _coverage(kept, coverage, now))
    found = evaluate(Filed(rules), kept.memories, look)
    _write(store, rules, found, kept, now)
    held = [ingested(hit) for hit in hits if not linked(hit, now)]
    _advance(store, kept, look, (first, held, [mark for _, mark in fresh]))
    return tuple(found.signals)


def rebuild(store: Store, rules: Sequence[Rule], made: tuple[Memories, Iterable[Band]], now: datetime) -> None:
    """Put what a replay up to ``now`` made in the place of what is remembered, as after items were tagged anew.

    ``made``: memories and judged buckets. The next pass counts everything since ``now`` again, so that nothing is lost
    that came meanwhile. Raises StoreUnavailableError when a pass of detection interfered: call it again.
    """
    memories, bands = made
    kept = _read(store, rules)
    changed = Detection(changed={rule.id for rule in rules})
    again = _Kept(kept.cursor, memories, kept.guards)
    _refuse(documents.bulk(store, _memories(store, [rule.id for rule in rules], changed, again, now)))
    back = {"ingested": min(kept.cursor.get("ingested", now.isoformat()), now.isoformat())}
    value = {**kept.cursor, **back, "again": floor(now.timestamp()), "rebuilt": True}
    source = {"kind": "cursor", "at": now.isoformat(), "value": value}
    if not documents.put(store, store.index("state"), CURSOR, source, kept.guards.get(CURSOR)):
        raise StoreUnavailableError("a pass of detection was faster")
    _refuse(documents.bulk(store, (band_write(store, band) for band in bands)))


def know(store: Store, pairs: Sequence[tuple[Observed, Observed]]) -> None:
    """Items were seen before they were tagged anew (each before and after): what they now mean is no news either.

    What late items left to be counted is left to ``rebuild``, else the next pass would take all that it saw for new.
    """
    for _ in range(TRIES):
        found = documents.get(store, store.index("state"), CURSOR)
        if not found:
            return
        value = {name: part for name, part in found.source["value"].items() if name != "again"}
        seen = set(value.get("seen", ()))
        value["seen"] = sorted(seen | {_mark(after) for before, after in pairs if _mark(before) in seen})
        if documents.put(store, store.index("state"), CURSOR, {**found.source, "value": value}, found):
            return
    raise StoreUnavailableError("passes of detection were faster each time")


def shard(rule: str) -> str:
    """The document that remembers a rule."""
    return f"memory-{zlib.crc32(rule.encode()) % SHARDS}"


def _read(store: Store, rules: Sequence[Rule]) -> _Kept:
    names = sorted({shard(rule.id) for rule in rules})
    pairs = [(store.index("state"), CURSOR), *((store.index("counts"), name) for name in names)]
    found = documents.mget(store, pairs)
    known = {rule.id for rule in rules}
    memories = {
        rule: source
        for name in names
        if name in found
        for rule, source in found[name].source["state"].items()
        if rule in known
    }
    return _Kept(found[CURSOR].source["value"] if CURSOR in found else {}, Memories(memories), found)


def _mark(item: Observed) -> int:
    """What tells an item that a pass has seen from one that is new or that came to mean something else."""
    text = repr((item.id, item.story, item.lead, item.tags, item.concepts, item.actors))
    return zlib.crc32(text.encode())


def _buckets(items: Iterable[Observed], first: int, now: datetime) -> dict[int, list[Observed]]:
    buckets: dict[int, list[Observed]] = {bucket: [] for bucket in range(first, floor(now.timestamp()) + 1, STEP)}
    for item in items:
        bucket = floor(item.at.timestamp())
        if item.origin == "live" and bucket in buckets:
            buckets[bucket].append(item)
    return buckets


def _coverage(kept: _Kept, current: Coverage | None, now: datetime) -> dict[int, Coverage]:
    """Coverage per bucket: the best that a pass within it saw."""
    at = floor(now.timestamp())
    known = {
        int(bucket): Coverage(*pair)
        for bucket, pair in kept.cursor.get("coverage", {}).items()
        if int(bucket) >= at - COVERAGE_KEPT
    }
    if current is not None and (at not in known or current.answered >= known[at].answered):
        known[at] = current
    return known


def _write(store: Store, rules: Sequence[Rule], found: Detection, kept: _Kept, now: datetime) -> None:
    # memories last: when a pass breaks off between requests, the next one finds the same signals again
    writes = [signal_write(store, signal, now) for signal in found.signals]
    writes += [band_write(store, band) for band in found.bands]
    writes += _memories(store, [rule.id for rule in rules], found, kept, now)
    _refuse(documents.bulk(store, writes, whole=True))


def _memories(store: Store, rules: Sequence[str], found: Detection, kept: _Kept, now: datetime) -> Iterator[Write]:
    """The shards that hold a changed memory, whole."""
    for name in sorted({shard(rule) for rule in found.changed}):
        state = kept.memories.dump(sorted(rule for rule in rules if shard(rule) == name))
        source = {"@timestamp": now.isoformat(), "series": name, "state": state}
        guard = kept.guards.get(name)
        yield Write("index" if guard else "create", store.index("counts"), name, source, guard)


def _refuse(outcomes: Iterable[Outcome]) -> None:
    for outcome in outcomes:
        known = outcome.write.op == "create" and outcome.conflict and outcome.write.index.endswith("-signals")
        if not outcome.applied and not known:
            raise StoreUnavailableError(f"detection could not keep {outcome.write.id}: {outcome.reason or 'conflict'}")


def _advance(store: Store, kept: _Kept, look: Look, read: tuple[int, list[datetime], list[int]]) -> None:
    """Move the cursor, but not past items that are not linked to their story yet.

    ``read``: the first bucket that was counted, when the unlinked items came, and the marks of all that was seen.
    """
    first, unlinked, marks = read
    late = [floor(item.at.timestamp()) for item in look.fresh if item.origin == "live"]
    again = [bucket for bucket in late if (look.now - LATEST).timestamp() <= bucket < first]
    value: dict[str, Any] = {
        "ingested": min([look.now, *(at + OVERLAP for at in unlinked)]).isoformat(),
        "coverage": {str(bucket): [one.answered, one.feeds] for bucket, one in look.coverage.items()},
        "seen": marks,
    }
    if again:
        value["again"] = min(again)
    source = {"kind": "cursor", "at": look.now.isoformat(), "value": value}
    if not documents.put(store, store.index("state"), CURSOR, source, kept.guards.get(CURSOR)):
        raise StoreUnavailableError("another pass of detection was faster")
