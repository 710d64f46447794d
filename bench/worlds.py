"""Other worlds than that of ``volumes.py``, so that a detector tuned on one is not judged by it alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from bench.volumes import DAY, Event, Volume

Array = np.ndarray
Nuisances = dict[str, list[tuple[int, int]]]


@dataclass(frozen=True, slots=True)
class World:
    """``levels``: items per hour, lowest and highest; ``sizes``: events are that many times the usual; ``hours``: long;
    ``shapes``: step, ramp, decay; ``quiet``: weeks before the first event; ``noise``: gamma shapes of the mean;
    ``visible``: standard deviations of chance that an event adds at least."""

    name: str
    weeks: int = 8
    bucket: int = 900
    levels: tuple[float, float] = (0.3, 400.0)
    sizes: tuple[float, float] = (2.0, 12.0)
    hours: tuple[float, float] = (1.0, 36.0)
    shapes: tuple[str, ...] = ("step", "ramp", "decay")
    quiet: float = 2.0
    noise: tuple[float, float] = (5.0, 100.0)
    wander: float = 0.15
    wave: float = 0.0
    visible: float = 6.0


WORLDS = (
    World("plain"),
    World("hours", weeks=12, bucket=3600),
    World("short", weeks=4, quiet=1.0),
    World("breaking", sizes=(3.0, 30.0), hours=(1.0, 12.0), shapes=("decay",)),
    World("slow", sizes=(1.6, 5.0), hours=(12.0, 72.0), shapes=("ramp", "step")),
    World("wild", noise=(2.0, 8.0), wander=0.35, wave=0.25),
    World("small", levels=(0.1, 4.0), sizes=(3.0, 40.0), bucket=3600, weeks=10),
    World("half", bucket=1800, weeks=6, quiet=1.5),
    World("clear", levels=(4.0, 400.0), sizes=(3.0, 12.0), hours=(2.0, 36.0), visible=12.0),
    World("brief", hours=(1.0, 2.0)),
    World("faint", levels=(0.3, 40.0), sizes=(1.5, 3.0)),
)


def series(world: World, seed: int) -> Volume:
    """One series of a world; odd seeds know nothing of feeds."""
    rng = np.random.default_rng([seed, sum(world.name.encode())])
    n, step = world.weeks * 7 * DAY // world.bucket, world.bucket
    start = datetime(2024 + int(rng.integers(0, 2)), int(rng.choice([2, 3, 5, 9, 10, 12])), 3, tzinfo=UTC)
    level = float(np.exp(rng.uniform(*np.log(world.levels)))) * step / 3600
    usual = level * _season(rng, start, step, n) * _wander(rng, world, step, n)
    feeds_all = int(rng.integers(8, 80))
    feeds = np.full(n, float(feeds_all))
    nuisances: Nuisances = {"holiday": [], "added": [], "outage": [], "bulk": []}
    _calendar(rng, (usual, feeds), nuisances, step)
    events, lift = _events(rng, world, usual, step)
    rate = usual * lift
    shape = float(np.exp(rng.uniform(*np.log(world.noise))))
    value = rng.negative_binomial(shape, shape / (shape + rate)).astype(float)
    top = rng.binomial(value.astype(int), rng.beta(2, 6, n)).astype(float)
    free = np.ones(n, dtype=bool)
    for event in events:
        free[max(0, event.start - 3600 * 3 // step) : event.end + 3600 * 6 // step] = False
    _collecting(rng, (value, feeds, top), (free, nuisances), step, level)
    known = seed % 2 == 0
    if known:
        feeds = np.maximum(0, feeds - rng.binomial(feeds_all, 0.02, n))
    name = f"{world.name}-{level:.2f}"
    return Volume(
        name, start, step, value, feeds if known else None, top if known else None, tuple(events), usual, nuisances
    )


def _season(rng: np.random.Generator, start: datetime, step: int, n: int) -> Array:
    """Working hours with two humps, in local time."""
    zone = ZoneInfo(str(rng.choice(["UTC", "Europe/Berlin", "America/Chicago", "Asia/Tokyo", "Europe/London"])))
    local = [(start + timedelta(seconds=step * at)).astimezone(zone) for at in range(n)]
    hour = np.array([at.hour + at.minute / 60 for at in local])
    day = np.array([at.weekday() for at in local])
    floor, first, second = rng.uniform(0.15, 0.7), rng.uniform(7, 11), rng.uniform(14, 20)

    def hump(at: float, width: float) -> Array:
        away = (hour - at + 12) % 24 - 12
        return np.exp(-0.5 * (away / width) ** 2)

    shape = floor + rng.uniform(0.5, 1.5) * hump(first, rng.uniform(1.5, 3)) + hump(second, rng.uniform(2, 4))
    weekend = rng.uniform(0.3, 0.9)
    shape = np.where(day >= 5, weekend * (0.5 * shape + 0.5 * shape.mean()), shape)
    return np.asarray(shape / shape.mean())


def _wander(rng: np.random.Generator, world: World, step: int, n: int) -> Array:
    """A trend, a slow wave of several days and, if the world has it, one of hours."""
    at = np.arange(n) * step / DAY
    slow = rng.normal(0, world.wander) * at / at[-1]
    slow = slow + world.wander * np.sin(at / rng.uniform(5, 15) * 2 * np.pi + rng.uniform(0, 6))
    if world.wave:
        knots = rng.normal(0, world.wave, n * step // (3 * 3600) + 2)
        slow = slow + np.interp(np.arange(n) * step / (3 * 3600), np.arange(len(knots)), knots)
    return np.exp(slow)


def _calendar(rng: np.random.Generator, rows: tuple[Array, Array], nuisances: Nuisances, step: int) -> None:
    """Holidays, and feeds that are added."""
    usual, feeds = rows
    per_day = DAY // step
    for _ in range(int(rng.poisson(0.8))):
        at = int(rng.integers(3, max(4, len(usual) // per_day - 2))) * per_day
        length = int(rng.integers(1, 4)) * per_day
        usual[at : at + length] *= rng.uniform(0.35, 0.8)
        nuisances["holiday"].append((at, at + length))
    if rng.random() < 0.3:
        at, more = int(rng.integers(per_day * 5, len(usual))), rng.uniform(0.05, 0.3)
        nuisances["added"].append((at, at + 1))
        usual[at:] *= 1 + more
        feeds[at:] = np.round(feeds[at:] * (1 + more))


def _events(rng: np.random.Generator, world: World, usual: Array, step: int) -> tuple[list[Event], Array]:
    n, events, lift = len(usual), list[Event](), np.ones(len(usual))
    taken = np.zeros(n, dtype=bool)
    for _ in range(int(rng.integers(2, 6))):
        length = max(1, round(float(np.exp(rng.uniform(*np.log(world.hours)))) * 3600 / step))
        at = int(rng.integers(int(world.quiet * 7 * DAY / step), n - length - 4))
        if taken[max(0, at - DAY // step) : at + length + DAY // step].any():
            continue
        size = float(np.exp(rng.uniform(*np.log(world.sizes))))
        mean = usual[at : at + length]
        form = _form(str(rng.choice(world.shapes)), length)
        # less is not an event that anybody could see
        need = world.visible * np.sqrt(mean.sum()) / max(1e-9, float((mean * form).sum()))
        size = max(size, 1 + need)
        if (size - 1) * (mean * form).sum() < 4 or size > 300:
            continue
        taken[at : at + length] = True
        lift[at : at + length] = 1 + (size - 1) * form
        events.append(Event(at, at + length, size))
    return sorted(events, key=lambda event: event.start), lift


def _form(name: str, length: int) -> Array:
    if name == "step":
        return np.ones(length)
    if name == "ramp":
        return np.minimum(1.0, np.arange(1, length + 1) / max(1, length // 2))
    return np.exp(-np.arange(length) / max(1.0, length / 3))


def _collecting(
    rng: np.random.Generator, rows: tuple[Array, ...], around: tuple[Array, Nuisances], step: int, level: float
) -> None:
    """Outages, what they bring back, and bulk loads, away from events."""
    value, feeds, top = rows
    free, nuisances = around
    n, hour = len(value), 3600 // step
    weeks = n * step / (7 * DAY)
    for _ in range(int(rng.poisson(0.25 * weeks))):
        length = max(1, round(float(np.exp(rng.uniform(np.log(0.5), np.log(20)))) * hour))
        at = int(rng.integers(4 * 24 * hour, n - length - 4))
        if not free[at - 2 * hour : at + length + 6 * hour].all():
            continue
        left = 0.0 if rng.random() < 0.6 else float(rng.uniform(0.05, 0.5))
        kept = rng.binomial(value[at : at + length].astype(int), left)
        missed = float(value[at : at + length].sum() - kept.sum())
        value[at : at + length], top[at : at + length] = kept, np.minimum(top[at : at + length], kept)
        feeds[at : at + length] = np.round(feeds[at : at + length] * left)
        back = rng.poisson(missed * float(rng.choice([0.0, 0.4, 1.0])))
        value[at + length] += back
        top[at + length] += round(0.15 * back)
        nuisances["outage"].append((at, at + length))
    for _ in range(int(rng.poisson(0.2 * weeks))):
        at = int(rng.integers(3 * 24 * hour, n - 4))
        if free[at]:
            extra = float(rng.poisson(rng.uniform(5, 40) * max(level, 2.0)))
            value[at] += extra
            top[at] += extra
            nuisances["bulk"].append((at, at + 1))
