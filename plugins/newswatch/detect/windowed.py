"""Threshold, share and breadth: a condition on the last few buckets, looked at bucket by bucket."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from newswatch.detect.counting import WHOLE
from newswatch.detect.look import Finding, Look
from newswatch.detect.memory import STEP, Cell, Memory, floor
from newswatch.model.rules import Breadth, Share, Threshold
from newswatch.model.signal import Kind

Windowed = Threshold | Share | Breadth


@dataclass(frozen=True, slots=True)
class _Reading:
    holds: bool
    observed: float
    bound: float


def findings(rule: Windowed, memory: Memory, look: Look, first: int) -> Iterator[Finding]:
    """Changes of state from bucket ``first`` on. The open bucket can make a condition hold, only closed ones end it."""
    last = floor(look.now.timestamp())
    for key, cell in memory.cells.items():
        if key == WHOLE:
            continue
        judged = memory.judged
        for bucket in range(first, last + STEP, STEP):
            found = _step(rule, memory, (key, cell), bucket, (look.closed, judged))
            if found:
                # what opens while late items are counted may end there too
                judged = first
                yield found
        cell.prune(last - int(rule.window.total_seconds()) - 8 * STEP)
    if WHOLE in memory.cells:
        memory.cells[WHOLE].prune(last - int(rule.window.total_seconds()) - 8 * STEP)


def _step(
    rule: Windowed, memory: Memory, named: tuple[str, Cell], bucket: int, clock: tuple[int, int]
) -> Finding | None:
    (key, cell), (closed, judged) = named, clock
    is_closed = bucket + STEP <= closed
    waits_for_end = isinstance(rule, Share) or (isinstance(rule, Threshold) and rule.below is not None)
    if waits_for_end and (not is_closed or bucket + STEP - memory.since < rule.window.total_seconds()):
        return None
    reading = _read(rule, memory, cell, bucket)
    unit = rule.of if isinstance(rule, Breadth) else rule.count
    if reading.holds and cell.open is None and bucket > cell.first:
        cell.open = bucket
        at = float(bucket + STEP) if is_closed else max(float(bucket), min(cell.last, bucket + STEP))
        return Finding(Kind.OVER, key, bucket, at, reading.observed, reading.bound, unit=unit, note=_note(rule))
    if not reading.holds and cell.open is not None and is_closed and bucket >= max(judged, cell.open):
        start, cell.open, cell.first = cell.open, None, float(bucket)
        return Finding(Kind.UNDER, key, start, float(bucket + STEP), reading.observed, reading.bound, unit=unit)
    return None


def _read(rule: Windowed, memory: Memory, cell: Cell, bucket: int) -> _Reading:
    span = range(bucket + STEP - int(rule.window.total_seconds()) // STEP * STEP, bucket + STEP, STEP)
    count = _count(rule, cell, span)
    if isinstance(rule, Breadth):
        return _Reading(count >= rule.at_least, count, rule.at_least)
    if isinstance(rule, Share):
        whole = _count(rule, memory.cells[WHOLE], span) if WHOLE in memory.cells else 0
        return _Reading(whole >= rule.at_least and count > rule.above * whole, count, rule.above * whole)
    if rule.at_least is not None:
        return _Reading(count >= rule.at_least, count, rule.at_least)
    return _Reading(count < (rule.below or 0), count, rule.below or 0)


def _count(rule: Windowed, cell: Cell, span: range) -> int:
    if isinstance(rule, Breadth) or rule.count == "publishers":
        return len({name for at in span for name in cell.names.get(at, ())})
    return sum(cell.counts.get(at, 0) for at in span)


def _note(rule: Windowed) -> str:
    hours = rule.window.total_seconds() / 3600
    return f"in the last {hours:g} h"
