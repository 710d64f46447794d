"""Hour-of-week shape of a series, learnt with decay and shrunk to hour-of-day times day-of-week; and clock changes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import numpy as np

HOURS = 168
#: pseudo-counts that hold a shape near its prior until there is news enough to know better
_PRIOR = 10.0
_WEEKS = 5.0
_DAYS = 21.0
#: how much an hour of the week is held to hour of day x weekday: part of its own exposure, and of its hour of day's
HOLD_OWN = 0.3
HOLD_DAY = 0.05
#: 1970-01-01 was a Thursday: three days after a Monday
_EPOCH_SHIFT = 72


def hour_of_week(epoch: float) -> int:
    """0 to 167, from Monday 00:00 UTC."""
    return int(epoch // 3600 + _EPOCH_SHIFT) % HOURS


@dataclass(slots=True)
class Season:
    """Decayed counts and exposures per hour of the week, of the day, and per weekday; ``shape`` has mean 1."""

    counts: list[float] = field(default_factory=lambda: [0.0] * HOURS)
    exposure: list[float] = field(default_factory=lambda: [0.0] * HOURS)
    day_counts: list[float] = field(default_factory=lambda: [0.0] * 24)
    day_exposure: list[float] = field(default_factory=lambda: [0.0] * 24)
    week_counts: list[float] = field(default_factory=lambda: [0.0] * 7)
    week_exposure: list[float] = field(default_factory=lambda: [0.0] * 7)
    shape: list[float] = field(default_factory=lambda: [1.0] * HOURS)
    day_shape: list[float] = field(default_factory=lambda: [1.0] * 24)
    week_shape: list[float] = field(default_factory=lambda: [1.0] * 7)

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
        of_day, of_week = hour % 24, hour // 24
        keep = 0.5 ** (1 / (_DAYS * per_hour))
        self.day_counts[of_day] = self.day_counts[of_day] * keep + count
        self.day_exposure[of_day] = self.day_exposure[of_day] * keep + exposure * self.week_shape[of_week]
        keep = 0.5 ** (1 / (_WEEKS * 24 * per_hour))
        self.week_counts[of_week] = self.week_counts[of_week] * keep + count
        self.week_exposure[of_week] = self.week_exposure[of_week] * keep + exposure * self.day_shape[of_day]

    def refresh(self, spread: float) -> None:
        """Work out the shape anew; done once a day. ``spread`` is the variance of an hour's count over its mean."""
        day = _smooth(self.day_counts, self.day_exposure, spread)
        week = [(c + 2 * _PRIOR) / (e + 2 * _PRIOR) for c, e in zip(self.week_counts, self.week_exposure, strict=True)]
        shape = []
        for hour in range(HOURS):
            prior = day[hour % 24] * week[hour // 24]
            hold = 8.0 + HOLD_OWN * self.exposure[hour] + self.day_exposure[hour % 24] * HOLD_DAY
            shape.append((self.counts[hour] + hold * prior) / (self.exposure[hour] + hold))
        mean = sum(shape) / HOURS
        self.shape = [value / mean for value in shape]
        mean = sum(day) / 24
        self.day_shape = [value / mean for value in day]
        mean = sum(week) / 7
        self.week_shape = [value / mean for value in week]

    def roll(self, hours: int) -> None:
        """Move the whole season ``hours`` earlier, as when local clocks go forward."""
        for name in ("counts", "exposure", "day_counts", "day_exposure", "shape", "day_shape"):
            values = getattr(self, name)
            setattr(self, name, values[hours:] + values[:hours])


def _smooth(counts: list[float], exposure: list[float], spread: float) -> list[float]:
    """Counts over exposures, each harmonic of the day shrunk by what chance alone would give it (James-Stein)."""
    hold = 1e-9 + sum(exposure) / len(exposure) * 0.02 + 1.0
    raw = np.array([(c + hold) / (e + hold) for c, e in zip(counts, exposure, strict=True)])
    noise = float(np.mean([spread / (e + hold) for e in exposure])) * len(raw)
    waves = np.fft.rfft(raw)
    power = np.abs(waves[1:]) ** 2
    waves[1:] *= np.maximum(0.0, 1 - noise / np.maximum(power, 1e-12))
    return [max(0.02, float(value)) for value in np.fft.irfft(waves, len(raw))]


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
