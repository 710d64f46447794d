"""A plain detector to compare with: a negative-binomial scan against a seasonal, drifting baseline.

Level times hour of the week, both by exponential forgetting, counts clipped; windows of a quarter of an hour to a day;
the best window's deviance, scaled by the series' own tail; told once per excursion; a lonely peak counts little.
"""

from __future__ import annotations

import numpy as np
from bench.volumes import DAY, Volume

Array = np.ndarray
HOURS = 168


def scores(volume: Volume) -> tuple[Array, Array]:
    """Score (0 to 1, told once per excursion and when it grows) and alert (score above a half) per bucket."""
    value = _guarded(volume)
    mean, spread = _baseline(volume, value)
    bucket, n = volume.bucket, len(value)
    best = np.zeros(n)
    for hours in (0.25, 0.5, 1, 2, 4, 8, 24):
        length = max(1, int(hours * 3600 // bucket))
        best = np.maximum(best, _deviance(*(_sum(one, length) for one in (value, mean, spread))))
    best[: int(7 * DAY // bucket)] = 0
    return _told(best, bucket)


def _guarded(volume: Volume) -> Array:
    value = volume.value.copy()
    before = np.concatenate([[0.0], value[:-1]])
    limit = 3 * before + 3 * np.sqrt(before) + 6
    if volume.top is not None:
        others = value - volume.top
        limit = 2 * others + 3 * np.sqrt(others) + 3
    return np.minimum(value, limit)


def _baseline(volume: Volume, value: Array) -> tuple[Array, Array]:
    """Expected count and extra variance per bucket, from the buckets before it."""
    bucket, n = volume.bucket, len(value)
    counts, exposure = np.full(HOURS, 4.0), np.full(HOURS, 4.0)
    level, weight, extra, seen = 0.0, 0.0, 0.5, 10.0
    mean, spread = np.zeros(n), np.zeros(n)
    begun = int(volume.start.timestamp())
    keep = 0.5 ** (bucket / (3 * DAY))
    feeds = volume.feeds if volume.feeds is not None else np.ones(n)
    usual_feeds = float(feeds[0])
    for at in range(n):
        hour = (begun + at * bucket) // 3600 % HOURS
        shape = counts[hour] / exposure[hour]
        cover = min(1.5, feeds[at] / max(1.0, usual_feeds))
        base = level / weight if weight else float(value[0]) + 0.1
        mean[at] = max(0.01, base * shape * max(cover, 0.05))
        spread[at] = extra / seen * mean[at] ** 2
        if cover < 0.7:
            value[at] = min(value[at], mean[at])
            continue
        usual_feeds += 0.01 * (feeds[at] - usual_feeds)
        clipped = min(value[at], mean[at] + 3 * np.sqrt(mean[at] + spread[at]) + 1)
        level, weight = level * keep + clipped / max(cover, 0.2), weight * keep + shape
        counts[hour] = counts[hour] * 0.97 + clipped
        exposure[hour] = exposure[hour] * 0.97 + base
        extra = max(0.0, extra * 0.9995 + (clipped - mean[at]) ** 2 - mean[at])
        seen = seen * 0.9995 + mean[at] ** 2
    return mean, spread


def _sum(values: Array, length: int) -> Array:
    total = np.concatenate([np.zeros(length), np.cumsum(values)])
    return total[length:] - total[:-length]


def _deviance(count: Array, mean: Array, spread: Array) -> Array:
    size = 1 / np.maximum(spread / mean**2 + 0.01, 1e-4)
    lower = np.maximum(count - 0.5, 1e-9)
    half = lower * np.log(lower / mean) - (lower + size) * np.log((lower + size) / (mean + size))
    return np.where(lower > mean, half, 0.0)


def _told(best: Array, bucket: int) -> tuple[Array, Array]:
    score, alert = np.zeros(len(best)), np.zeros(len(best))
    scale, told, calm = 1.0, 0.0, 0
    tail = 2.0
    for at, value in enumerate(best.tolist()):
        level = value / max(1.0, scale)
        if told:
            calm = calm + 1 if level < 0.3 * told else 0
            if calm * bucket >= 3600:
                told, calm = 0.0, 0
            elif level > told + 3:
                told = level
                score[at] = level / (level + 12)
        elif level > 4:
            told = level
            score[at] = level / (level + 12)
            alert[at] = level > 12
        tail += 0.01 * ((value > tail) - 0.02) * 8
        tail = max(tail, 1.0)
        scale = tail / 2.5
    return score, alert
