"""Hour-of-week shape of a series, learnt with decay under a smooth prior; and clock changes."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import date
from functools import cache

import numpy as np
from numpy.typing import NDArray

HOURS = 168
_WEEKS = 5.0
#: prior standard deviations of the logarithm of the shape, and over how many hours they hang together: what all days
#: share, what working days and weekends have of their own, what each weekday has; how much days differ as a whole
DAILY, DAILY_HOURS = 0.6, 3.0
KIND, KIND_HOURS = 0.35, 4.0
EACH, EACH_HOURS = 0.15, 3.0
WEEKEND, WEEKDAY = 0.4, 0.1
#: directions of the prior that are kept: with the odd days few enough for the algebra to stay in one thread
RANK = 32
#: part by which an hour's count varies beyond chance
ROUGH = 0.03
#: and by which a whole day does, a holiday above all
ODD = 0.2
ROUNDS = 2
#: before anything is known
DOUBT = 0.5
#: log-likelihood ratio at which another midnight is believed, once there was a week
SURE, WEEK = 4.0, 0.95
#: 1970-01-01 was a Thursday: three days after a Monday
_EPOCH_SHIFT = 72
_EPOCH = date(1970, 1, 1).toordinal()


Array = NDArray[np.float64]
_HOUR, _TWICE = np.arange(HOURS), np.arange(2 * HOURS) % HOURS
#: the last hours of seven days, for each hour at which days may begin, in two weeks put end to end
_ENDS = np.arange(-12, 12)[:, None] + 24 * np.arange(2, 9) - 1


def hour_of_week(epoch: float) -> int:
    """0 to 167, from Monday 00:00 UTC."""
    return int(epoch // 3600 + _EPOCH_SHIFT) % HOURS


@dataclass(slots=True)
class Season:
    """Decayed counts and exposures per hour of the week, how many weeks they stand for, and the ``shape`` (mean 1).

    ``doubt`` is the relative variance by which the shape may be wrong, ``midnight`` the hour (UTC, -12 to 11) at which
    the days of those who write begin.
    """

    counts: list[float] = field(default_factory=lambda: [0.0] * HOURS)
    exposure: list[float] = field(default_factory=lambda: [0.0] * HOURS)
    shape: list[float] = field(default_factory=lambda: [1.0] * HOURS)
    doubt: list[float] = field(default_factory=lambda: [DOUBT] * HOURS)
    weeks: list[float] = field(default_factory=lambda: [0.0])
    midnight: list[float] = field(default_factory=lambda: [0.0])

    def at(self, hour: int, part: float) -> float:
        """The shape ``part`` (-0.5 to 0.5) of an hour away from the middle of ``hour``.

        By linear interpolation, except across midnight, where another day begins at once.
        """
        own, ahead = self.shape[hour], part > 0
        if (hour + ahead - self.midnight[0]) % 24 == 0:
            return own
        beside = self.shape[(hour + 1) % HOURS if ahead else hour - 1]
        return own + abs(part) * (beside - own)

    def learn(self, hour: int, count: float, exposure: float, per_hour: float) -> None:
        """Add one bucket: ``exposure`` is what it would have held in a flat week; ``per_hour`` buckets make an hour."""
        keep = 0.5 ** (1 / (_WEEKS * per_hour))
        self.counts[hour] = self.counts[hour] * keep + count
        self.exposure[hour] = self.exposure[hour] * keep + exposure
        self.weeks[0] = self.weeks[0] * keep ** (1 / HOURS) + 1 / (HOURS * per_hour)

    def refresh(self, dispersion: float) -> None:
        """Work out the shape anew. ``dispersion`` is the relative variance of an hour's count.

        The mode of a log-Gaussian process given Poisson counts whose weight is lowered by the dispersion (Rasmussen
        and Williams, Gaussian Processes for Machine Learning, 3.4), by Newton steps from the last shape.
        """
        if not any(self.exposure):
            return
        ways, odd, back = _ways()
        both = np.array([self.counts, self.exposure])
        midnight = self._midnight(both, dispersion)
        local = (_HOUR + midnight) % HOURS
        (counts, exposure), shape = both[:, local], np.array(self.shape)[local]
        every = np.concatenate([ways, odd / math.sqrt(max(self.weeks[0], 0.5))], axis=1)
        place = np.concatenate([back @ np.log(shape), np.zeros(odd.shape[1])])
        for _ in range(ROUNDS if self.weeks[0] < 2 else 1):
            mean = exposure * np.exp(every @ place)
            weight = 1 / (1 + (dispersion + ROUGH) * mean / max(self.weeks[0], 0.1))
            slope = every.T @ ((counts - mean) * weight) - place
            half = every * np.sqrt(mean * weight)[:, None]
            spread = np.linalg.inv(half.T @ half + np.eye(len(place)))
            step = spread @ slope
            place = place + step * min(1.0, 2.0 / max(1e-9, float(np.abs(every @ step).max())))
        shape = np.exp(np.clip(ways @ place[:RANK], -4, 4))
        doubt = np.minimum(np.sum((ways @ spread[:RANK, :RANK]) * ways, axis=1), DOUBT)
        utc = (_HOUR - midnight) % HOURS
        self.shape = (shape / shape.mean())[utc].tolist()
        self.doubt = doubt[utc].tolist()

    def _midnight(self, both: Array, dispersion: float) -> int:
        """That hour at which seven days of one clock, each with a factor of its own, explain the counts best."""
        seen, flat = both.reshape(2, 7, 24).sum(axis=1) + 1e-3
        usual = both[1] * (seen / flat)[_HOUR % 24]
        weight = 1 / (1 + (dispersion + ROUGH) * usual / max(self.weeks[0], 0.1))
        sums = np.cumsum((np.array([both[0], usual]) * weight)[:, _TWICE], axis=1)
        had, would = sums[:, _ENDS] - sums[:, _ENDS - 24] + 1.0
        odds = (had * np.log(had / would)).sum(axis=1)
        best = int(odds.argmax())
        if self.weeks[0] > WEEK and odds[best] > odds[int(self.midnight[0]) + 12] + SURE:
            self.midnight[0] = best - 12.0
        return int(self.midnight[0])

    def roll(self, hours: int) -> None:
        """Move the whole season ``hours`` earlier, as when local clocks go forward."""
        for name in ("counts", "exposure", "shape", "doubt"):
            values = getattr(self, name)
            setattr(self, name, values[hours:] + values[:hours])
        self.midnight[0] = min(11.0, max(-12.0, self.midnight[0] - hours))


@cache
def _ways() -> tuple[Array, Array, Array]:
    """Directions in which the logarithm of the shape may move, each scaled to its prior deviation.

    Then those in which the days of a week may have been odd, and the way back to the first.
    """
    hour = np.arange(HOURS)
    day, clock = hour // 24, hour % 24
    weekend = day >= 5
    gap = np.abs(clock[:, None] - clock[None, :])
    gap = np.minimum(gap, 24 - gap)

    def near(hours: float) -> Array:
        return np.asarray(np.exp(-0.5 * (gap / hours) ** 2))

    same_day, same_kind = day[:, None] == day[None, :], weekend[:, None] == weekend[None, :]
    cover = 1.0 + DAILY**2 * near(DAILY_HOURS)
    cover = cover + same_kind * (WEEKEND**2 + KIND**2 * near(KIND_HOURS))
    cover = cover + same_day * (WEEKDAY**2 + EACH**2 * near(EACH_HOURS))
    size, direction = np.linalg.eigh(cover)
    best = slice(-RANK, None)
    ways = direction[:, best] * np.sqrt(size[best])
    odd = ODD * (day[:, None] == np.arange(7)).astype(float)
    return ways, odd, np.ascontiguousarray((direction[:, best] / np.sqrt(size[best])).T)


def clock_change(day: int) -> int:
    """Whether European or North American clocks change on a day (UTC, since 1970): +1 forward, -1 back, else 0."""
    return _changes(date.fromordinal(_EPOCH + day).year).get(day, 0)


@cache
def _changes(year: int) -> dict[int, int]:
    return {_sunday(year, month, nth): way for month, nth, way in ((3, -1, 1), (10, -1, -1), (3, 1, 1), (11, 0, -1))}


def _sunday(year: int, month: int, nth: int) -> int:
    """The ``nth`` (from 0) Sunday of a month in days since 1970; -1 is the last."""
    if nth < 0:
        last = date(year, month, 31)
        return last.toordinal() - last.isoweekday() % 7 - _EPOCH
    first = date(year, month, 1)
    return first.toordinal() + (6 - first.weekday()) + 7 * nth - _EPOCH
