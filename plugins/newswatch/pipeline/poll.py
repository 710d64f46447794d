"""Feeds → items: what is due, in shards, each of which is one idempotent transaction over some feeds."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from newswatch import fetch, schedule
from newswatch.index import feeds
from newswatch.index.client import Store, again
from newswatch.model.feed import Ask, FeedSpec, FeedState
from newswatch.pipeline.apart import Settle, apart
from newswatch.pipeline.shard import STATES, PollReport, run
from newswatch.pipeline.turn import Poll

__all__ = ["Poll", "PollReport", "Progress", "due", "poll_due", "poll_shard", "shards"]

SHARDS = 8
#: due feeds for which processes are started, and how many at most: each takes 60 MB of its own
MANY, PROCESSES = 50, 2
Progress = Callable[[FeedState], None]
Specs = Mapping[str, FeedSpec]


def due(store: Store, specs: Specs, now: datetime, *, every: bool = False) -> list[Ask]:
    """What is to be asked now, of ``every`` feed or of those that are due; their states are read in one request.

    Feeds that were switched off are marked as paused.
    """
    return _asks(specs, _begun(store, specs, now, every=every), now)


def shards(asks: Iterable[Ask], number: int = SHARDS) -> list[list[str]]:
    """The feeds of ``asks`` spread over at most ``number`` shards, none empty, as evenly as their hosts allow.

    Those of one host stay together, because manners towards it are kept within a shard.
    """
    hosts: dict[tuple[str, int] | None, list[str]] = {}
    for ask in asks:
        hosts.setdefault(fetch.host(ask.url), []).append(ask.feed)
    found: list[list[str]] = [[] for _ in range(min(number, len(hosts)))]
    for ids in sorted(hosts.values(), key=len, reverse=True):
        min(found, key=len).extend(ids)
    return found


def poll_due(poll: Poll, progress: Progress = lambda _: None, *, every: bool = False) -> PollReport:
    """Poll all that is due (``every``: all feeds) once, in a process per core when it is much.

    Raises StoreError when the store could not take what they brought, NewswatchError when a process was ended.
    """
    states = _begun(poll.store, poll.specs, poll.now, every=every)
    number = _processes(len(states))
    parts = shards(_asks(poll.specs, states, poll.now), number) if number > 1 else []
    if len(parts) <= 1:
        return run(poll, states, lambda settled: _write(poll, settled, progress))

    def work(part: Sequence[str], settle: Settle) -> PollReport:
        return run(dataclasses.replace(poll, store=again(poll.store)), {name: states[name] for name in part}, settle)

    waiting: list[FeedState] = []

    def settle(settled: list[FeedState], least: int = STATES) -> None:
        waiting.extend(settled)
        if len(waiting) >= least:
            settled, waiting[:] = list(waiting), ()
            _write(poll, settled, progress)

    try:
        reports = apart(parts, work, settle)
    finally:
        settle([], 1)
    return sum(reports, PollReport())


def poll_shard(poll: Poll, ids: Sequence[str], progress: Progress = lambda _: None) -> PollReport:
    """Poll the feeds ``ids`` once, due or not. Raises StoreError as ``poll_due`` does."""
    listed = [name for name in ids if name in poll.specs]
    states = _current(poll.specs, listed, feeds.states(poll.store, listed))
    return run(poll, states, lambda settled: _write(poll, settled, progress))


def _begun(store: Store, specs: Specs, now: datetime, *, every: bool) -> dict[str, FeedState]:
    """The states with which a poll of what is due starts, read in one request."""
    known = feeds.states(store, specs)
    if every:
        return _current(specs, specs, known)
    listed = tuple(specs.values())
    feeds.write_states(store, schedule.paused(known, listed))
    return _current(specs, [spec.id for spec in schedule.due(known, listed, now)], known)


def _current(specs: Specs, ids: Iterable[str], known: Mapping[str, FeedState]) -> dict[str, FeedState]:
    return {name: schedule.current(specs[name], known.get(name)) for name in ids}


def _asks(specs: Specs, states: Mapping[str, FeedState], now: datetime) -> list[Ask]:
    return [schedule.ask(specs[name], state, now) for name, state in states.items()]


def _processes(feeds_due: int) -> int:
    """How many processes are worth their start: one for each core. Only on Linux is forking safe."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
    return min(cores, PROCESSES) if feeds_due >= MANY else 1


def _write(poll: Poll, settled: Sequence[FeedState], progress: Progress) -> None:
    feeds.write_states(poll.store, settled)
    for state in settled:
        progress(state)
