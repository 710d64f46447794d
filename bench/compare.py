"""The detector beside the reference on worlds that are made by other rules: recall, false alarms, delay.

python bench/compare.py [SERIES_PER_WORLD]
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

from newswatch.detect.volume import Rows, judge

BUDGET = 0.05
BURN_IN_DAYS = 10
#: an alarm within an hour after an event is not a false one
GRACE = 3600
Told = tuple[np.ndarray, np.ndarray]


def detector(volume: Volume) -> Told:
    found = judge(Rows(volume.start, volume.bucket, volume.value, volume.feeds, volume.top))
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


def worlds(count: int) -> Iterator[tuple[str, list[Volume]]]:
    """Seeds on which nothing was tuned."""
    yield "volumes", [news(1000 + number) for number in range(count)]
    for world in WORLDS:
        yield world.name, [series(world, 5000 + number) for number in range(count)]


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 40
    for name, volumes in worlds(count):
        for who, judging in (("reference", reference.scores), ("newswatch", detector)):
            m = measure(volumes, [judging(volume) for volume in volumes])
            print(
                f"{name:9} {who}: recall {m['recall']:.2f}, median delay {m['delay']:g}; "
                f"shipped {m['shipped']:.2f} at {m['false']:.3f} false alarms a week",
                flush=True,
            )


if __name__ == "__main__":
    main()
