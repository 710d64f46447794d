"""The volume detector: baseline, scan, each series' own tail, and one report per excursion."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np

from newswatch.detect.baseline import Baseline
from newswatch.detect.scan import Array, scaled, scan, windows
from newswatch.detect.season import clock_changes

BUDGET = 0.05
#: history before anything is said
QUIET_DAYS = 2.5
#: the tail above this part of all buckets is fitted
TAIL = 0.05
LEVEL = 1.5
EXCESS = 1.0
#: pseudo-buckets that hold a tail near the theory's
TAIL_PRIOR = 120.0
#: buckets above a level come in runs of about this length in hours
RUN_HOURS = 0.5
#: a report within an excursion is repeated in the score only when it is this much (in e-folds of rate) more surprising
STEP = 2.0
#: the fitted tails promise more than comes: this much, in e-folds of rate, on synthetic news
CAUTION = 0.9
SOFTNESS = 3.0


@dataclass(frozen=True, slots=True)
class Rows:
    """Regular buckets: ``start`` (UTC), ``bucket`` seconds, counts; ``feeds`` and ``top`` may be unknown."""

    start: datetime
    bucket: int
    value: Array
    feeds: Array | None = None
    top: Array | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """Per bucket: expectation, score 0 to 1 (0.5 is one false alarm per 1 / BUDGET weeks), alert once per excursion."""

    expected: Array
    score: Array
    alert: Array
    holding: Array


@dataclass(slots=True)
class _Tail:
    """Exponential tail of a statistic above a running quantile."""

    bucket: int
    level: float = 2.0
    excess: float = 1.0
    seen: float = 0.0

    def rate(self, value: float) -> float:
        """Log of how many excursions a week should reach ``value``."""
        per_week = TAIL * 604_800 / max(self.bucket, RUN_HOURS * 3600)
        return math.log(per_week) - (value - self.level) / self.excess

    def learn(self, value: float) -> None:
        gain = max(0.002, 1 / (self.seen + 50))
        self.seen += 1
        self.level += gain * self.excess * 8 * ((value > self.level) - TAIL)
        self.level = max(self.level, LEVEL)
        if value > self.level:
            weight = max(0.004, 1 / (TAIL_PRIOR + self.seen * TAIL))
            self.excess += weight * (min(value - self.level, 5 * self.excess) - self.excess)
            self.excess = max(self.excess, EXCESS)


@dataclass(slots=True)
class _Excursion:
    """Where we are: the row that opened it, the best rate told, the window that told it."""

    told: float = math.inf
    window: int = -1
    after: int = 0
    open: bool = False
    alerted: bool = False
    quiet: int = field(default=0)


def judge(rows: Rows, *, budget: float = BUDGET) -> Judged:
    """Judge every bucket from the buckets up to it."""
    n, bucket = len(rows.value), rows.bucket
    baseline = Baseline(bucket, clock_changes_of(rows))
    first = rows.start.timestamp()
    usual = [
        baseline.step(
            first + number * bucket,
            float(rows.value[number]),
            None if rows.feeds is None else float(rows.feeds[number]),
            None if rows.top is None else float(rows.top[number]),
        )
        for number in range(n)
    ]
    expected = np.array([row.expected for row in usual])
    guarded = np.array([row.guarded for row in usual])
    dispersion = np.array([row.dispersion for row in usual])
    half = scan(guarded, expected, dispersion, bucket=bucket, trimmed=rows.top is None)
    surprise = scaled(half, bucket=bucket)
    score, alert, holding = _report(surprise, bucket, budget)
    return Judged(expected, score, alert, holding)


def clock_changes_of(rows: Rows) -> list[tuple[float, int]]:
    """The clock changes that fall into these rows."""
    from datetime import timedelta

    return clock_changes(rows.start, rows.start + timedelta(seconds=rows.bucket * len(rows.value)))


def _report(surprise: Array, bucket: int, budget: float) -> tuple[Array, Array, Array]:
    n = surprise.shape[1]
    lengths = np.array(windows(bucket))
    best, which = surprise.max(axis=0), surprise.argmax(axis=0)
    score, alert, holding = np.zeros(n), np.zeros(n), np.zeros(n)
    tail, state = _Tail(bucket), _Excursion()
    limit = math.log(budget) + CAUTION
    quiet = QUIET_DAYS * 86_400 / bucket
    reach = int(lengths[-1])
    for at in range(n):
        value, window = float(best[at]), int(which[at])
        if at - state.after < reach and state.after > 0:
            allowed = lengths <= at - state.after
            column = np.where(allowed, surprise[:, at], -np.inf)
            window = int(column.argmax()) if allowed.any() else 0
            value = float(column[window]) if allowed.any() else 0.0
        rate = tail.rate(value)
        if not state.alerted:
            tail.learn(value)
        if at < quiet:
            continue
        _advance(state, at, rate, window, float(surprise[state.window, at]) if state.window >= 0 else 0.0, tail, limit)
        holding[at] = state.alerted
        if state.told == rate and state.open:
            score[at] = 1 / (1 + math.exp(min(50.0, (rate - limit) / SOFTNESS)))
            if rate <= limit and not state.alerted:
                alert[at], state.alerted = 1, True
                holding[at] = 1
    return score, alert, holding


def _advance(state: _Excursion, at: int, rate: float, window: int, now: float, tail: _Tail, limit: float) -> None:
    """Open an excursion, tell more of it when it grows, close it when its own window has calmed down."""
    floor = limit + 4.0
    if not state.open:
        if rate < floor:
            state.open, state.told, state.window = True, rate, window
        return
    if rate < state.told - STEP or (rate <= limit < state.told):
        state.told, state.window = rate, window
        return
    calm = tail.rate(now) > (floor if not state.alerted else min(floor, limit + 0.3 * (floor - limit)))
    if calm and rate > limit:
        state.open, state.told, state.window = False, math.inf, -1
        if state.alerted:
            state.alerted, state.after = False, at
