"""Synthetic volumes with known events: news (seasonal, with all that goes wrong in collecting) and bursty tweets."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

ZONES = ("UTC", "Europe/Amsterdam", "Europe/Kyiv", "America/New_York", "Asia/Seoul")
DAY = 86_400


@dataclass(frozen=True, slots=True)
class Event:
    """Rows ``start`` to ``end`` (exclusive) hold ``factor`` times the usual at the peak."""

    start: int
    end: int
    factor: float


@dataclass(frozen=True, slots=True)
class Volume:
    """One series; ``feeds`` and ``top`` are None when unknown. ``usual`` is the
    true mean without events; ``nuisances`` maps a kind to its rows."""

    name: str
    start: datetime
    bucket: int
    value: np.ndarray
    feeds: np.ndarray | None
    top: np.ndarray | None
    events: tuple[Event, ...]
    usual: np.ndarray
    nuisances: dict[str, list[tuple[int, int]]] = field(default_factory=dict)

    def times(self) -> list[datetime]:
        """The start of every bucket (UTC)."""
        return [self.start + timedelta(seconds=self.bucket * number) for number in range(len(self.value))]


def news(seed: int, weeks: int = 10) -> Volume:
    """A tag's volume over ``weeks``, the first three without events. The same seed gives the same series."""
    return _News(seed, weeks).build()


class _News:
    def __init__(self, seed: int, weeks: int) -> None:
        self.rng = rng = np.random.default_rng(seed)
        self.bucket = 900 if seed % 3 else 3600
        self.n = weeks * 7 * DAY // self.bucket
        low, high = np.log(0.05), np.log(200.0)
        self.base = float(np.exp(rng.uniform(low, high))) * self.bucket / 900 / (1.0 if self.bucket == 900 else 2.0)
        self.known = seed % 2 == 0
        self.start = datetime(2025, int(rng.choice([1, 2, 8, 9])), 6, tzinfo=UTC)
        self.zone = ZoneInfo(str(rng.choice(ZONES)))
        self.per_hour = 3600 // self.bucket
        self.nuisances: dict[str, list[tuple[int, int]]] = {}
        self.taken = np.zeros(self.n, dtype=bool)

    def build(self) -> Volume:
        rng, n = self.rng, self.n
        mean = self.base * self._season() * self._drift()
        feeds_all = int(rng.integers(20, 60))
        feeds = np.full(n, feeds_all, dtype=float)
        mean, feeds = self._added(mean, feeds)
        mean = self._holidays(mean)
        events = self._events()
        lift = np.ones(n)
        for event in events:
            lift[event.start : event.end] = np.maximum(lift[event.start : event.end], self._shape(event))
        usual = mean
        mean = mean * lift
        noise = float(np.exp(rng.uniform(np.log(8), np.log(60))))
        value = rng.poisson(mean * rng.gamma(noise, 1 / noise, n)).astype(float)
        top = np.minimum(value, np.ceil(value * rng.beta(3, 12, n) + (value > 0)))
        value, feeds, top = self._outages(value, feeds, top)
        value, top = self._bulk(value, top)
        feeds = np.minimum(feeds, feeds.max()) - rng.binomial(2, 0.1, n)
        feeds = np.maximum(feeds, 0)
        return Volume(
            f"news-{self.bucket}-{self.base:.2f}",
            self.start,
            self.bucket,
            value,
            feeds if self.known else None,
            top if self.known else None,
            tuple(events),
            usual,
            self.nuisances,
        )

    def _season(self) -> np.ndarray:
        rng = self.rng
        local = [
            (self.start + timedelta(seconds=self.bucket * number)).astimezone(self.zone) for number in range(self.n)
        ]
        hour = np.array([at.hour + at.minute / 60 for at in local])
        weekday = np.array([at.weekday() for at in local])
        amplitude, peak = rng.uniform(0.2, 1.2), rng.uniform(10, 18)
        shape = np.exp(
            amplitude * np.cos((hour - peak) / 24 * 2 * np.pi) + 0.2 * np.cos((hour - peak) / 12 * 2 * np.pi)
        )
        days = np.exp(rng.normal(0, 0.08, 7))
        days[5:] *= rng.uniform(0.4, 0.95)
        out = shape * days[weekday]
        return np.asarray(out / out.mean())

    def _drift(self) -> np.ndarray:
        rng, n = self.rng, self.n
        days = n * self.bucket // DAY + 2
        slow = np.cumsum(rng.normal(0, 0.03, days))
        slow = np.interp(np.arange(n) * self.bucket / DAY, np.arange(days), slow)
        hours = n * self.bucket // 3600 + 2
        rough, step = np.zeros(hours), rng.normal(0, 1, hours)
        keep, size = 0.8, rng.uniform(0.02, 0.12)
        for number in range(1, hours):
            rough[number] = keep * rough[number - 1] + np.sqrt(1 - keep**2) * step[number]
        return np.asarray(np.exp(slow + size * np.interp(np.arange(n) * self.bucket / 3600, np.arange(hours), rough)))

    def _free(self, length: int, margin: int, earliest: int) -> int | None:
        for _ in range(30):
            at = int(self.rng.integers(earliest, self.n - length - margin))
            if not self.taken[max(0, at - margin) : at + length + margin].any():
                self.taken[at : at + length] = True
                return at
        return None

    def _added(self, mean: np.ndarray, feeds: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        if self.rng.random() < 0.4:
            at = int(self.rng.integers(self.n // 4, self.n - 10))
            part = self.rng.uniform(0.05, 0.4)
            mean[at:] *= 1 + part
            feeds[at:] = np.round(feeds[at:] * (1 + part))
            self.nuisances["added"] = [(at, at + 1)]
        return mean, feeds

    def _holidays(self, mean: np.ndarray) -> np.ndarray:
        per_day = DAY // self.bucket
        for _ in range(int(self.rng.integers(0, 3))):
            at = int(self.rng.integers(2, self.n // per_day - 4)) * per_day
            length = int(self.rng.integers(1, 4)) * per_day
            mean[at : at + length] *= self.rng.uniform(0.3, 0.7)
            self.nuisances.setdefault("holiday", []).append((at, at + length))
        return mean

    def _events(self) -> list[Event]:
        rng = self.rng
        events: list[Event] = []
        for _ in range(int(rng.integers(3, 7))):
            hours = float(np.exp(rng.uniform(0, np.log(48))))
            length = max(1, round(hours * self.per_hour))
            factor = float(np.exp(rng.uniform(np.log(2), np.log(10))))
            # an event that adds next to nothing is not one that anybody could see
            need = 12 / np.sqrt(self.base * length)
            factor = max(factor, 1 + need)
            at = self._free(length, 24 * self.per_hour, 3 * 7 * DAY // self.bucket)
            if at is not None and factor <= 400:
                events.append(Event(at, at + length, factor))
        return sorted(events, key=lambda event: event.start)

    def _shape(self, event: Event) -> np.ndarray:
        length = event.end - event.start
        ramp = max(1, round(length * self.rng.uniform(0.02, 0.3)))
        up = np.linspace(1 / (ramp + 1), 1, ramp)
        down = np.exp(-np.arange(length - ramp) / max(1.0, (length - ramp) / self.rng.uniform(1.0, 2.5)))
        return np.asarray(1 + (event.factor - 1) * np.concatenate([up, down])[:length])

    def _outages(self, value: np.ndarray, feeds: np.ndarray, top: np.ndarray) -> tuple[np.ndarray, ...]:
        rng = self.rng
        for _ in range(int(rng.integers(0, 4))):
            length = max(1, round(float(rng.uniform(1, 14)) * self.per_hour))
            at = self._free(length + 2 * self.per_hour, 2 * self.per_hour, 7 * DAY // self.bucket)
            if at is None:
                continue
            left = float(rng.choice([0.0, 0.0, rng.uniform(0.1, 0.6)]))
            kept = rng.binomial(value[at : at + length].astype(int), left)
            missed = float(value[at : at + length].sum() - kept.sum())
            value[at : at + length] = kept
            feeds[at : at + length] = np.floor(feeds[at : at + length] * left)
            top[at : at + length] = np.minimum(top[at : at + length], kept)
            back = rng.uniform(0.3, 1.0) * missed
            for number, part in enumerate(rng.dirichlet([2.0] * int(rng.integers(1, 4)))):
                extra = rng.poisson(back * part)
                value[at + length + number] += extra
                top[at + length + number] += np.round(extra * rng.uniform(0.05, 0.2))
            self.nuisances.setdefault("outage", []).append((at, at + length))
        return value, feeds, top

    def _bulk(self, value: np.ndarray, top: np.ndarray) -> tuple[np.ndarray, ...]:
        rng = self.rng
        for _ in range(int(rng.integers(0, 4))):
            at = self._free(1, self.per_hour, 24 * self.per_hour)
            if at is None:
                continue
            extra = float(rng.poisson(rng.uniform(4, 30) * max(self.base, 2.0)))
            value[at] += extra
            top[at] += extra
            self.nuisances.setdefault("bulk", []).append((at, at + 1))
        return value, top


def tweets(seed: int, n: int = 15_900) -> Volume:
    """Mentions per 5 minutes as of a company: correlated noise, single-bucket jumps, bursts; some are events."""
    rng = np.random.default_rng(10_000 + seed)
    at = np.arange(n) * 300
    level = float(np.exp(rng.uniform(np.log(3), np.log(120))))
    day = np.exp(rng.uniform(0.2, 0.9) * np.cos((at / 3600 - rng.uniform(0, 24)) / 24 * 2 * np.pi))
    rough = np.zeros(n)
    step = rng.normal(0, 1, n)
    keep, size = 0.995, rng.uniform(0.2, 0.5)
    for number in range(1, n):
        rough[number] = keep * rough[number - 1] + np.sqrt(1 - keep**2) * step[number]
    mean = level * day * np.exp(size * rough)
    lift = np.ones(n)
    for _ in range(int(n / 60)):
        start, length = int(rng.integers(0, n)), int(rng.integers(1, 6))
        lift[start : start + length] += rng.pareto(2.0) * 0.5
    events = []
    for number in range(int(rng.integers(2, 6))):
        start = int(rng.integers(1500 + number * 2800, 1500 + (number + 1) * 2800 - 300))
        length = int(rng.integers(6, 150))
        factor = float(np.exp(rng.uniform(np.log(8), np.log(60))))
        decay = np.exp(-np.arange(length) / (length / 3))
        end = min(n, start + length)
        lift[start:end] += factor * decay[: end - start]
        events.append(Event(start, end, factor))
    noise = rng.uniform(4, 20)
    value = rng.poisson(mean * lift * rng.gamma(noise, 1 / noise, n)).astype(float)
    begin = datetime(2015, 2, 26, 21, 42, 53, tzinfo=UTC)
    return Volume(f"tweets-{seed}", begin, 300, value, None, None, tuple(events), mean)
