"""Volume rules: the detector run over kept counts, its state restored from them and kept again."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from newswatch.detect.look import Band, Finding, Look
from newswatch.detect.memory import STEP, Cell, Memory, floor, moment
from newswatch.detect.volume import QUIET_DAYS, Detector, Judged, Rows
from newswatch.model.rules import Volume
from newswatch.model.signal import Kind

#: buckets that can still be judged again when items arrive late
LATE = 8
#: an untouched split value is looked at again after so many buckets
LAZY = 16


def findings(rule: Volume, memory: Memory, look: Look, touched: set[int]) -> Iterator[Finding | Band]:
    """Changes of state of every split value, and the buckets judged anew.

    The split values share the budget, so that many of them do not add up.
    """
    step = int(rule.bucket.total_seconds())
    closed = floor(look.closed, step)
    budget = rule.false_alarms_per_week / max(1, len(memory.cells))
    for key, cell in memory.cells.items():
        if closed <= cell.base or not _due(rule, cell, touched, closed, step):
            continue
        yield from _cell(rule, memory, (key, cell), look, (closed, step, budget))


def _due(rule: Volume, cell: Cell, touched: set[int], closed: int, step: int) -> bool:
    if rule.direction == "drop" or cell.open is not None or (closed - cell.base) // step > LATE + LAZY:
        return True
    return any(cell.counts.get(bucket, 0) for bucket in touched)


def _cell(
    rule: Volume, memory: Memory, named: tuple[str, Cell], look: Look, clock: tuple[int, int, float]
) -> Iterator[Finding | Band]:
    cell = named[1]
    closed, step, budget = clock
    n = (closed - cell.base) // step
    detector = _detector(rule, cell, step, budget)
    if cell.detector is None:
        _lend(rule, memory, detector)
    settled = n - LATE if n > 2 * LATE else 0
    rows = _rows(cell, look, step, n)
    parts: list[Judged] = []
    base = cell.base
    if settled:
        parts.append(detector.judge(_cut(rows, 0, settled)))
        cell.detector, cell.base = detector.pack(), base + settled * step
        detector = _detector(rule, cell, step, budget)
    parts.append(detector.judge(_cut(rows, settled, n)))
    yield from _changes(rule, memory, named, (base, step), rows, parts)
    cell.prune(cell.base - 96 * STEP)


def _detector(rule: Volume, cell: Cell, step: int, budget: float) -> Detector:
    detector = Detector(step, budget=budget, direction=rule.direction)
    if cell.detector is not None:
        detector.restore(cell.detector)
    return detector


def restart(rule: Volume, memory: Memory, now: float) -> None:
    """Begin the history of every split value anew, with the season that was known: the watch-list has changed.

    What counts where is another matter from here on; nothing is said until there is enough history again.
    """
    step = int(rule.bucket.total_seconds())
    for cell in memory.cells.values():
        fresh = Detector(step, direction=rule.direction)
        if cell.detector is not None:
            old = Detector(step, direction=rule.direction)
            old.restore(cell.detector)
            fresh.lend(old.baseline.season)
        cell.detector, cell.base = fresh.pack(), max(cell.base, floor(now, step))
    memory.restarted = floor(now, step)


def _lend(rule: Volume, memory: Memory, detector: Detector) -> None:
    """A new split value starts with the season of the one that is known best."""
    known = [cell for cell in memory.cells.values() if cell.detector is not None]
    if known:
        lender = Detector(detector.bucket, direction=rule.direction)
        lender.restore(max((cell.detector for cell in known if cell.detector), key=lambda packed: packed["rows"]))
        if not lender.young:
            detector.lend(lender.baseline.season)


def _rows(cell: Cell, look: Look, step: int, n: int) -> Rows:
    """The buckets since ``base``; where nobody knows how many feeds answered, all are taken to have."""
    value, top, feeds = np.zeros(n), np.zeros(n), np.ones(n)
    most = max((one.feeds for one in look.coverage.values()), default=1)
    for number in range(n):
        first = cell.base + number * step
        inside = range(first, first + step, STEP)
        value[number] = sum(cell.counts.get(bucket, 0) for bucket in inside)
        top[number] = sum(cell.tops.get(bucket, 0) for bucket in inside)
        answered = [one.answered for bucket in inside if (one := look.covered(bucket)) is not None]
        feeds[number] = sum(answered) / len(answered) if answered else most
    return Rows(moment(cell.base), step, value, feeds, top)


def _cut(rows: Rows, first: int, last: int) -> Rows:
    start = moment(rows.start.timestamp() + first * rows.bucket)
    feeds = None if rows.feeds is None else rows.feeds[first:last]
    top = None if rows.top is None else rows.top[first:last]
    return Rows(start, rows.bucket, rows.value[first:last], feeds, top)


def _changes(
    rule: Volume, memory: Memory, named: tuple[str, Cell], clock: tuple[int, int], rows: Rows, parts: list[Judged]
) -> Iterator[Finding | Band]:
    key, cell = named
    base, step = clock
    expected, low, high, score, holding, span, young = (
        np.concatenate([getattr(part, name) for part in parts])
        for name in ("expected", "low", "high", "score", "holding", "span", "young")
    )
    for number in range(len(expected)):
        bucket, end = base + number * step, float(base + (number + 1) * step)
        if end <= memory.judged and number < len(expected) - LATE:
            continue
        yield Band(
            rule.id,
            rule.version,
            ",".join(rule.by),
            key,
            bucket,
            float(rows.value[number]),
            float(expected[number]),
            float(low[number]),
            float(high[number]),
            float(score[number]),
            0 if rows.feeds is None else int(rows.feeds[number]),
            _history(memory, bucket) if young[number] else "",
        )
        if cell.open is None and holding[number]:
            over = slice(max(0, number + 1 - int(span[number])), number + 1)
            observed = float(rows.value[over].sum())
            enough = observed if rule.direction == "spike" else float(expected[over].sum())
            if bucket <= cell.first or enough < rule.at_least:
                continue
            cell.open = bucket
            band = (float(expected[over].sum()), float(low[over].sum()), float(high[over].sum()))
            hours = span[number] * step / 3600
            yield Finding(
                Kind.OVER,
                key,
                bucket,
                end,
                observed,
                *band,
                max(0.5, float(score[number])),
                rule.count,
                f"in {hours:g} h",
            )
        elif cell.open is not None and not holding[number] and end > memory.judged:
            start, cell.open, cell.first = cell.open, None, float(bucket)
            yield Finding(
                Kind.UNDER,
                key,
                start,
                end,
                float(rows.value[number]),
                float(expected[number]),
                float(low[number]),
                float(high[number]),
                0.0,
                rule.count,
            )


def _history(memory: Memory, bucket: int) -> str:
    """Why a bucket of a young series cannot be judged."""
    lately = memory.restarted and bucket - memory.restarted < QUIET_DAYS * 86_400
    return "history restarting" if lately else "not enough history"
