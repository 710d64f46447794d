"""The baseline to beat: a negative-binomial scan against a seasonal, drifting expectation, on each series' own tail.

Once a day the level (half-life three days) and the hour of the week (shrunk to the hour of working days and weekends,
and that to flat) are learnt from clipped counts; windows of a quarter of an hour to a day; the best deviance is
put on the scale of the series' daily maxima so far; an excursion is told once, until it has been calm for three hours;
the largest feed or a lonely peak is held down, and nothing is said while feeds are away or catch up.
"""

from __future__ import annotations

import numpy as np
from bench.volumes import DAY, Volume

Array = np.ndarray
HOURS = 168
SPANS = (0.25, 0.5, 1, 2, 3, 6, 12, 24)
#: days that the theory's tail counts; alarms a week of the decision that would be shipped, below the budget because
#: fitted tails are too light
THEORY, LIMIT = 20.0, 0.005
#: an excursion opens so many e-folds above the limit
MARGIN = 4.0
#: learning before the first word, days
QUIET = 7


def scores(volume: Volume) -> tuple[Array, Array]:
    """Score (0 to 1, told once per excursion and when it grows) and alert (score above a half) per bucket."""
    bucket, n = volume.bucket, len(volume.value)
    away, cover = _coverage(volume)
    value = _guarded(volume)
    mean, spread = _expected(
        value, (np.arange(n) * bucket + int(volume.start.timestamp())) // 3600, bucket, cover, away
    )
    value = np.where(away, np.minimum(value, mean), value)
    best = np.zeros(n)
    for hours in SPANS:
        length = max(1, int(hours * 3600 // bucket))
        best = np.maximum(best, _deviance(*(_sum(one, length) for one in (value, mean, spread))))
    return _told(_rates(best, bucket), bucket)


def _coverage(volume: Volume) -> tuple[Array, Array]:
    """Where feeds were away, or three hours ago at most; and which part of the usual number answered."""
    value, hours = volume.value, 3600 // volume.bucket
    if volume.feeds is None:
        usual = np.maximum.reduce([_sum(value, 168 * hours) / (168 * hours) * 0.3, np.full(len(value), 1e-9)])
        gone, cover = (_sum(value, 2 * hours) == 0) & (usual * 2 * hours > 8), np.ones(len(value))
    else:
        known = _sum(volume.feeds, 72 * hours) / np.minimum(np.arange(1, len(value) + 1), 72 * hours)
        cover = np.minimum(1.5, volume.feeds / np.maximum(known, 1.0))
        gone = cover < 0.7
    return _sum(gone.astype(float), 3 * hours) > 0, np.maximum(cover, 0.05)


def _guarded(volume: Volume) -> Array:
    value = volume.value
    if volume.top is not None:
        others = value - volume.top
        return np.minimum(value, 2 * others + 3 * np.sqrt(others) + 3)
    before = np.concatenate([[0.0], value[:-1]])
    return np.minimum(value, 3 * before + 3 * np.sqrt(before) + 6)


def _expected(value: Array, hour: Array, bucket: int, cover: Array, away: Array) -> tuple[Array, Array]:
    """Expected count and its variance beyond chance, for each day from the days before it."""
    n, per_day = len(value), DAY // bucket
    mean, spread = np.full(n, max(0.1, value[:per_day].mean())), np.zeros(n)
    counts, exposure, level = np.zeros(HOURS), np.zeros(HOURS), np.array([0.0, 0.0])
    extra = np.array([1.0, 10.0])
    for first in range(0, n, per_day):
        day = slice(first, min(n, first + per_day))
        slot = hour[day] % HOURS
        shape = _shape(counts, exposure)[slot]
        if first:
            mean[day] = np.maximum(0.003, level[0] / max(1e-9, level[1]) * shape * cover[day])
        spread[day] = extra[0] / extra[1] * mean[day] ** 2
        use = ~away[day]
        limit = mean[day] + 3 * np.sqrt(mean[day] + spread[day]) + 1
        seen = np.minimum(value[day], limit if first else np.inf)[use]
        level = level * 0.5 ** (1 / 3) + [seen.sum() + 0.1, (shape * cover[day])[use].sum() + 0.1]
        flat = level[0] / level[1]
        np.add.at(counts, slot[use], seen)
        np.add.at(exposure, slot[use], (flat * cover[day])[use])
        if first >= 2 * per_day:
            off, usual = seen - mean[day][use], mean[day][use]
            extra = extra * 0.97 + [(off**2 - usual).sum(), (usual**2).sum()]
            extra[0] = max(extra[0], 0.0)
        counts, exposure = counts * 0.98, exposure * 0.98
    return mean, spread


def _shape(counts: Array, exposure: Array) -> Array:
    """The hour of the week, mean 1, of which little is believed that few counts say."""
    day, clock = np.arange(HOURS) // 24, np.arange(HOURS) % 24
    # the week of the epoch begins on a Thursday
    kind = clock + 24 * ((day == 2) | (day == 3))
    shape = np.ones(HOURS)
    for group, prior in ((clock, 10.0), (kind, 20.0), (np.arange(HOURS), 20.0)):
        seen, usual = (np.bincount(group, one, minlength=HOURS)[group] for one in (counts, exposure))
        shape = (seen + prior * shape) / (usual + prior)
    return np.asarray(shape / shape.mean())


def _sum(values: Array, length: int) -> Array:
    total = np.concatenate([np.zeros(length), np.cumsum(values)])
    return total[length:] - total[:-length]


def _deviance(count: Array, mean: Array, spread: Array) -> Array:
    size = 1 / np.maximum(spread / mean**2 + 0.01, 1e-4)
    lower = np.maximum(count - 0.5, 1e-9)
    half = lower * np.log(lower / mean) - (lower + size) * np.log((lower + size) / (mean + size))
    return np.where(lower > mean, half, 0.0)


def _rates(best: Array, bucket: int) -> Array:
    """Natural logarithm of how many days a week reach this value.

    By a Gumbel distribution fitted to the quartiles of the daily maxima so far, which a few days of events hardly move;
    the theory counts as ``THEORY`` days.
    """
    out, per_day = np.full(len(best), np.log(7.0)), DAY // bucket
    days = best[: len(best) // per_day * per_day].reshape(-1, per_day).max(axis=1)
    for day in range(QUIET, len(best) // per_day + 1):
        low, middle, high = np.quantile(days[:day], (0.25, 0.5, 0.75))
        excess = max(0.9, (THEORY + day * (high - low) / 1.573) / (THEORY + day))
        today = slice(day * per_day, (day + 1) * per_day)
        out[today] = np.log(7.0) - (best[today] - middle + 0.3665 * excess) / excess
    return out


def _told(rates: Array, bucket: int) -> tuple[Array, Array]:
    score, alert = np.zeros(len(rates)), np.zeros(len(rates))
    limit, told, calm, alerted = np.log(LIMIT), np.inf, 0, False
    for at, rate in enumerate(rates.tolist()):
        if rate < min(limit + MARGIN, told - 2) or rate <= limit < told:
            told, calm = rate, 0
            score[at] = 1 / (1 + np.exp((rate - limit) / 3))
            if rate <= limit and not alerted:
                alert[at], alerted = 1.0, True
        elif told < np.inf:
            calm = calm + 1 if rate > limit + MARGIN else 0
            if calm * bucket >= 3 * 3600:
                told, calm, alerted = np.inf, 0, False
    return score, alert
