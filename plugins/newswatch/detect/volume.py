"""The volume detector: baseline, scan, each series' own tail, and one report per excursion."""

from __future__ import annotations

import base64
import itertools
import math
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

import numpy as np

from newswatch.detect.baseline import Baseline, Usual
from newswatch.detect.scan import Array, scaled, scan, windows
from newswatch.detect.season import Season
from newswatch.detect.tail import Excursion, Tail, score

BUDGET = 0.05
#: history before anything is said
QUIET_DAYS = 2.5
#: the fitted tails promise more alarms than come: this much, in e-folds of rate, measured on synthetic news
PROMISED = 1.1
#: a season lent by the whole weighs as many counts as this
LENT = 4.0
#: of the packed state; goes up when what is packed changes
LAYOUT = 4

Direction = Literal["spike", "drop"]


@dataclass(frozen=True, slots=True)
class Rows:
    """Regular buckets: ``start`` (UTC), ``bucket`` seconds, counts; ``feeds`` and ``top`` may be unknown.

    ``feeds`` is how many feeds answered, ``top`` how many of ``value`` the largest of them brought.
    """

    start: datetime
    bucket: int
    value: Array
    feeds: Array | None = None
    top: Array | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """Per bucket: expectation and its 95 % band, score 0 to 1, alert once per excursion, and whether one holds.

    A score of 0.5 is reached by chance as often as the budget allows. Within an excursion the score is told at its
    start and again only when it grows; it is 0 otherwise. ``span`` is the length in buckets of the window that told
    the excursion that holds; ``young`` buckets had not enough history before them to say anything.
    """

    expected: Array
    low: Array
    high: Array
    score: Array
    alert: Array
    holding: Array
    span: Array
    young: Array


class Detector:
    """One series. ``judge`` takes buckets in order, in pieces of any length: the pieces do not change the verdicts."""

    def __init__(self, bucket: int, *, budget: float = BUDGET, direction: Direction = "spike") -> None:
        self.bucket, self.direction = bucket, direction
        self.budget = budget
        self.lengths = np.array(windows(bucket))
        self.baseline = Baseline(bucket)
        self.tail, self.excursion = Tail(bucket), Excursion()
        self.kept = np.zeros((4, 0))
        self.varied = np.zeros(len(self.lengths))
        self.rows = 0

    @property
    def young(self) -> bool:
        """Whether there is not enough history to say anything."""
        return self.rows * self.bucket < QUIET_DAYS * 86_400

    @property
    def limit(self) -> float:
        """The rate (natural logarithm, a week) below which an excursion is an alert."""
        return math.log(self.budget) + PROMISED

    def lend(self, season: Season) -> None:
        """Start with the shape of another season (of the whole), until this series knows its own."""
        own = self.baseline.season
        own.counts = [LENT * part for part in season.shape]
        own.exposure = [LENT] * len(own.counts)
        own.shape, own.midnight = list(season.shape), list(season.midnight)

    def judge(self, rows: Rows) -> Judged:
        """Judge every bucket from the buckets up to it. ``rows`` go on where the last ones ended."""
        expected, least, guarded, dispersion, doubt, away = self._usual(rows)
        young = (self.rows + 1 + np.arange(len(expected))) * self.bucket < QUIET_DAYS * 86_400
        if self.direction == "spike":
            fresh = np.stack([guarded, expected, dispersion, doubt])
        else:
            gone = (away > 0) & (rows.feeds is not None)
            fresh = np.stack([np.where(gone, least, rows.value), least, dispersion, doubt])
        told, alert, holding, span = self._tell(self._surprise(fresh, trimmed=rows.top is None))
        wide = 1.96 * np.sqrt(expected + dispersion * expected**2)
        return Judged(
            expected, np.maximum(expected - wide, 0), expected + wide, told, alert, holding, span, young.astype(float)
        )

    def _usual(self, rows: Rows) -> Array:
        """What the baseline says, a column per bucket (the fields of ``Usual``)."""
        first = rows.start.timestamp()
        feeds = itertools.repeat(None) if rows.feeds is None else rows.feeds.tolist()
        top = itertools.repeat(None) if rows.top is None else rows.top.tolist()
        usual = [
            self.baseline.step(first + number * rows.bucket, *row)
            for number, row in enumerate(zip(rows.value.tolist(), feeds, top, strict=False))
        ]
        return np.array(usual, dtype=float).reshape(-1, len(Usual._fields)).T

    def _surprise(self, fresh: Array, *, trimmed: bool) -> Array:
        before = self.kept.shape[1]
        all_rows = np.concatenate([self.kept, fresh], axis=1)
        half = scan(all_rows, bucket=self.bucket, trimmed=trimmed, below=self.direction == "drop")
        out, self.varied = scaled(half[:, before:], self.varied, self.rows, self.bucket)
        self.kept = all_rows[:, -int(self.lengths[-1]) :]
        return out

    def _tell(self, surprise: Array) -> tuple[Array, Array, Array, Array]:
        n = surprise.shape[1]
        best, which = surprise.max(axis=0).tolist(), surprise.argmax(axis=0).tolist()
        told, alert, holding, span = (np.zeros(n) for _ in range(4))
        reach, state, tail, limit = int(self.lengths[-1]), self.excursion, self.tail, self.limit
        for number in range(n):
            at, value, window = self.rows, best[number], which[number]
            self.rows += 1
            if state.after > 0 and at - state.after < reach:
                value, window = self._recent(surprise[:, number], at - state.after)
            rate = tail.rate(value)
            if not state.alerted:
                tail.learn(value)
            if self.young or state.idle(rate, limit):
                continue
            calm = tail.rate(float(surprise[state.window, number])) if state.open else 0.0
            if state.advance(at, rate, window, calm, limit):
                told[number] = score(rate, limit)
                if rate <= limit and not state.alerted:
                    alert[number], state.alerted = 1.0, True
            holding[number] = state.alerted
            span[number] = self.lengths[state.window] if state.alerted else 0
        return told, alert, holding, span

    def _recent(self, column: Array, age: int) -> tuple[float, int]:
        """The best window that does not reach back into the last excursion."""
        allowed = int(np.searchsorted(self.lengths, age, side="right"))
        if not allowed:
            return 0.0, 0
        window = int(column[:allowed].argmax())
        return float(column[window]), window

    def pack(self) -> dict[str, Any]:
        """The state as a small JSON object; what ``restore`` makes of it judges on as if nothing had been."""
        numbers, lists = self.baseline.pack()
        arrays = np.concatenate([*(np.asarray(one) for one in lists), self.varied, self.kept.ravel()])
        state = self.excursion
        return {
            "layout": LAYOUT,
            "baseline": numbers,
            "tail": self.tail.pack(),
            "excursion": [
                None if math.isinf(state.told) else state.told,
                state.window,
                state.after,
                state.open,
                state.alerted,
            ],
            "rows": self.rows,
            "arrays": base64.b64encode(arrays.astype("<f4").tobytes()).decode(),
        }

    def restore(self, packed: dict[str, Any]) -> None:
        """Take over a packed state of the same bucket; one of another layout is left, and history begins anew."""
        if packed.get("layout") != LAYOUT:
            return
        arrays = np.frombuffer(base64.b64decode(packed["arrays"]), "<f4").astype(float)
        rest = self.baseline.unpack(packed["baseline"], arrays.tolist())
        tail = arrays[len(arrays) - rest :]
        self.varied = tail[: len(self.lengths)]
        self.kept = tail[len(self.lengths) :].reshape(4, -1)
        self.tail.unpack(packed["tail"])
        told, window, after, is_open, alerted = packed["excursion"]
        self.excursion = Excursion(math.inf if told is None else told, window, after, is_open, alerted)
        self.rows = packed["rows"]


def judge(rows: Rows, *, budget: float = BUDGET, direction: Direction = "spike") -> Judged:
    """Judge a whole series from its beginning. Its ``top`` may be parts instead of counts."""
    return Detector(rows.bucket, budget=budget, direction=direction).judge(_counted(rows))


def _counted(rows: Rows) -> Rows:
    """``top`` as counts. From the first fraction on it is taken as parts: only then a 1 means all of the bucket."""
    if rows.top is None:
        return rows
    parts = np.logical_or.accumulate((rows.top > 0) & (rows.top < 1)) & (rows.top <= 1)
    return replace(rows, top=np.where(parts, rows.top * rows.value, rows.top))
