"""The detector between the reference and an oracle, in worlds made by several rules: recall, false alarms, delay.

python bench/compare.py [SERIES_PER_WORLD [WORLD]]
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parents[1] / "plugins"))

from bench import reference
from bench.volumes import Volume, news
from bench.worlds import WORLDS, series

from newswatch.detect.baseline import COVERED, Baseline
from newswatch.detect.season import Season
from newswatch.detect.volume import Detector, Rows, judge

BUDGET = 0.05
BURN_IN_DAYS = 10
#: an alarm within an hour after an event is not a false one
GRACE = 3600
Told = tuple[np.ndarray, np.ndarray]


def detector(volume: Volume) -> Told:
    found = judge(Rows(volume.start, volume.bucket, volume.value, volume.feeds, volume.top))
    return found.score, found.alert


class _Known(Season):
    """The true mean of the row that comes next, of which nothing is in doubt."""

    def __init__(self, usual: np.ndarray) -> None:
        super().__init__(doubt=[0.0] * 168)
        self.rows = iter(np.maximum(usual, 1e-3).tolist())

    def at(self, hour: int, part: float) -> float:
        return float(next(self.rows))

    def refresh(self, dispersion: float) -> None:
        return


class _Told(Baseline):
    """A baseline whose level and coverage are right by what ``_Known`` says."""

    def _levels(self, value: float) -> tuple[float, float, float]:
        self.shift = 0
        return 1.0, 1.0, 1.0

    def _coverage(self, feeds: float, per_day: float) -> float:
        cover = super()._coverage(feeds, per_day)
        return cover if cover < COVERED else 1.0


def oracle(volume: Volume) -> Told:
    """The same detector, given the true mean instead of its baseline."""
    one = Detector(volume.bucket)
    one.baseline = _Told(volume.bucket, season=_Known(volume.usual))
    found = one.judge(Rows(volume.start, volume.bucket, volume.value, volume.feeds, volume.top))
    return found.score, found.alert


def measure(volumes: list[Volume], found: list[Told]) -> dict[str, float]:
    """Recall and median delay at the budget (one threshold for all series), and those of the shipped decision."""
    weeks, false, wrong = 0.0, [], 0
    for volume, (score, alert) in zip(volumes, found, strict=True):
        outside = np.ones(len(score), dtype=bool)
        outside[: BURN_IN_DAYS * 86_400 // volume.bucket] = False
        weeks += outside.sum() * volume.bucket / 604_800
        for event in volume.events:
            outside[event.start : event.end + 1 + GRACE // volume.bucket] = False
        false += score[outside & (score > 0)].tolist()
        wrong += int((alert[outside] > 0).sum())
    allowed = int(BUDGET * weeks)
    bar = sorted(false)[-allowed - 1] if allowed < len(false) else 0.0
    at_budget, shipped = [], []
    for volume, (score, alert) in zip(volumes, found, strict=True):
        for event in volume.events:
            inside = slice(event.start, event.end + 1)
            at_budget.append(next(iter(np.flatnonzero(score[inside] > bar)), math.inf))
            shipped.append(next(iter(np.flatnonzero(alert[inside])), math.inf))
    return {
        "recall": float(np.isfinite(at_budget).mean()),
        "delay": float(np.median(at_budget)),
        "shipped": float(np.isfinite(shipped).mean()),
        "false": wrong / weeks,
    }


def worlds(count: int, only: str = "") -> Iterator[tuple[str, list[Volume]]]:
    """Seeds on which nothing was tuned."""
    if only in ("", "volumes"):
        yield "volumes", [news(1000 + number) for number in range(count)]
    for world in WORLDS:
        if only in ("", world.name):
            yield world.name, [series(world, 5000 + number) for number in range(count)]


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 40
    print("world | events | oracle (delay) | reference (delay) | newswatch (delay) | shipped at false alarms a week")
    for name, volumes in worlds(count, *sys.argv[2:3]):
        best, plain, own = (
            measure(volumes, [of(one) for one in volumes]) for of in (oracle, reference.scores, detector)
        )
        print(
            f"{name} | {sum(len(one.events) for one in volumes)} | {best['recall']:.2f} ({best['delay']:g}) | "
            f"{plain['recall']:.2f} ({plain['delay']:g}) | {own['recall']:.2f} ({own['delay']:g}) | "
            f"{own['shipped']:.2f} at {own['false']:.3f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
