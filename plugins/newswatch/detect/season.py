"""Hour-of-week shape of a series, learnt with decay under a smooth prior; and clock changes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
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
#: directions of the prior that are kept
RANK = 36
#: part by which an hour's count varies beyond chance
ROUGH = 0.03
ROUNDS = 2
#: before anything is known
DOUBT = 0.5
#: 1970-01-01 was a Thursday: three days after a Monday
_EPOCH_SHIFT = 72


def hour_of_week(epoch: float) -> int:
    """0 to 167, from Monday 00:00 UTC."""
    return int(epoch // 3600 + _EPOCH_SHIFT) % HOURS


@dataclass(slots=True)
class Season:
    """Decayed counts and exposures per hour of the week, how many weeks they stand for, and the ``shape`` (mean 1).

    ``doubt`` is the relative variance by which the shape may be wrong.
    """

    counts: list[float] = field(default_factory=lambda: [0.0] * HOURS)
    exposure: list[float] = field(default_factory=lambda: [0.0] * HOURS)
    shape: list[float] = field(default_factory=lambda: [1.0] * HOURS)
    doubt: list[float] = field(default_factory=lambda: [DOUBT] * HOURS)
    weeks: list[float] = field(default_factory=lambda: [0.0])

    def at(self, hour: int, part: float) -> float:
        """The shape ``part`` (-0.5 to 0.5) of an hour away from the middle of ``hour``, by linear interpolation."""
        if part >= 0:
            return (1 - part) * self.shape[hour] + part * self.shape[(hour + 1) % HOURS]
        return (1 + part) * self.shape[hour] - part * self.shape[hour - 1]

    def learn(self, hour: int, count: float, exposure: float, per_hour: float) -> None:
        """Add one bucket: ``exposure`` is what it would have held in a flat week; ``per_hour`` buckets make an hour."""
        keep = 0.5 ** (1 / (_WEEKS * per_hour))
        self.counts[hour] = self.counts[hour] * keep + count
        self.exposure[hour] = self.exposure[hour] * keep + exposure
        self.weeks[0] = self.weeks[0] * keep ** (1 / HOURS) + 1 / (HOURS * per_hour)

    def refresh(self, dispersion: float) -> None:
        """Work out the shape anew; done once a day. ``dispersion`` is the relative variance of an hour's count.

        The mode of a log-Gaussian process given Poisson counts whose weight is lowered by the dispersion (Rasmussen
        and Williams, Gaussian Processes for Machine Learning, 3.4), by Newton steps from the last shape.
        """
        if not any(self.exposure):
            return
        ways, back = _ways()
        counts, exposure = np.array(self.counts), np.array(self.exposure)
        place = back @ np.log(self.shape)
        for _ in range(ROUNDS if self.weeks[0] < 2 else 1):
            mean = exposure * np.exp(ways @ place)
            weight = 1 / (1 + (dispersion + ROUGH) * mean / max(self.weeks[0], 0.1))
            slope = ways.T @ ((counts - mean) * weight) - place
            half = ways * np.sqrt(mean * weight)[:, None]
            spread = np.linalg.inv(half.T @ half + np.eye(len(place)))
            step = spread @ slope
            place = place + step * min(1.0, 2.0 / max(1e-9, float(np.abs(ways @ step).max())))
        shape = np.exp(np.clip(ways @ place, -4, 4))
        self.shape = list((shape / shape.mean()).tolist())
        self.doubt = list(np.minimum(np.sum((ways @ spread) * ways, axis=1), DOUBT).tolist())

    def roll(self, hours: int) -> None:
        """Move the whole season ``hours`` earlier, as when local clocks go forward."""
        for name in ("counts", "exposure", "shape", "doubt"):
            values = getattr(self, name)
            setattr(self, name, values[hours:] + values[:hours])


@cache
def _ways() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Directions in which the logarithm of the shape may move, each scaled to its prior deviation; and the way back."""
    hour = np.arange(HOURS)
    day, clock = hour // 24, hour % 24
    weekend = day >= 5
    gap = np.abs(clock[:, None] - clock[None, :])
    gap = np.minimum(gap, 24 - gap)

    def near(hours: float) -> NDArray[np.float64]:
        return np.asarray(np.exp(-0.5 * (gap / hours) ** 2))

    same_day, same_kind = day[:, None] == day[None, :], weekend[:, None] == weekend[None, :]
    cover = 1.0 + DAILY**2 * near(DAILY_HOURS)
    cover = cover + same_kind * (WEEKEND**2 + KIND**2 * near(KIND_HOURS))
    cover = cover + same_day * (WEEKDAY**2 + EACH**2 * near(EACH_HOURS))
    size, direction = np.linalg.eigh(cover)
    best = slice(-RANK, None)
    ways = direction[:, best] * np.sqrt(size[best])
    return ways, np.ascontiguousarray((direction[:, best] / np.sqrt(size[best])).T)


def clock_changes(first: datetime, last: datetime) -> list[tuple[float, int]]:
    """Moments (epoch seconds) at which European or North American clocks change: +1 forward, -1 back."""
    found: list[tuple[float, int]] = []
    for year in range(first.year, last.year + 1):
        for month, nth, hour, direction in ((3, -1, 1, 1), (10, -1, 1, -1), (3, 1, 7, 1), (11, 0, 6, -1)):
            found.append((_sunday(year, month, nth).timestamp() + hour * 3600, direction))
    return sorted(change for change in found if first.timestamp() <= change[0] <= last.timestamp())


def _sunday(year: int, month: int, nth: int) -> datetime:
    """The ``nth`` (from 0) Sunday of a month; -1 is the last."""
    if nth < 0:
        last = datetime(year, month, 31, tzinfo=UTC)
        return last - timedelta(days=(last.weekday() + 1) % 7)
    first = datetime(year, month, 1, tzinfo=UTC)
    return first + timedelta(days=(6 - first.weekday()) % 7 + 7 * nth)
