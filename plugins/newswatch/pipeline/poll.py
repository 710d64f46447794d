"""Feeds → items: what is due, in shards, each of which is one idempotent transaction over some feeds."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable, Iterable, Mapping, Sequence

from newswatch import fetch, schedule
from newswatch.index import feeds
from newswatch.index.client import again
from newswatch.model.feed import Ask, FeedState
from newswatch.pipeline.apart import Settle, apart
from newswatch.pipeline.shard import STATES, PollReport, run
from newswatch.pipeline.turn import Poll

__all__ = ["Poll", "PollReport", "Progress", "due", "poll_due", "poll_shard", "shards"]

SHARDS = 8
#: due feeds for which processes are started, and how many at most: each takes 60 MB of its own
MANY, PROCESSES = 50, 2
Progress = Callable[[FeedState], None]


def due(poll: Poll, *, every: bool = False) -> list[Ask]:
    """What is to be asked now, of ``every`` feed or of those that are due; their states are read in one request.

    Feeds that were switched off are marked as paused.
    """
    return _asks(poll, _begun(poll, every=every))


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
    states = _begun(poll, every=every)
    parts = shards(_asks(poll, states), _processes(len(states)))
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
    states = _current(poll, listed, feeds.states(poll.store, listed))
    return run(poll, states, lambda settled: _write(poll, settled, progress))


def _begun(poll: Poll, *, every: bool) -> dict[str, FeedState]:
    """The states with which a poll of what is due starts, read in one request."""
    known = feeds.states(poll.store, poll.specs)
    specs = tuple(poll.specs.values())
    if every:
        return _current(poll, list(poll.specs), known)
    feeds.write_states(poll.store, schedule.paused(known, specs))
    return _current(poll, [spec.id for spec in schedule.due(known, specs, poll.now)], known)


def _current(poll: Poll, ids: Sequence[str], known: Mapping[str, FeedState]) -> dict[str, FeedState]:
    return {name: schedule.current(poll.specs[name], known.get(name)) for name in ids}


def _asks(poll: Poll, states: Mapping[str, FeedState]) -> list[Ask]:
    return [schedule.ask(poll.specs[name], state, poll.now) for name, state in states.items()]


def _processes(feeds_due: int) -> int:
    """How many processes are worth their start: one for each core. Only on Linux is forking safe."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
    return min(cores, PROCESSES) if feeds_due >= MANY else 1


def _write(poll: Poll, settled: Sequence[FeedState], progress: Progress) -> None:
    feeds.write_states(poll.store, settled)
    for state in settled:
        progress(state)
