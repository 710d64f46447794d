"""What a bucket should hold: level x season x coverage, robust to events, outages, catch-up and bulk loads.

The level is an exponentially weighted ratio of counts to exposure (a gamma-Poisson filter), the mean of a fast and a
slow one; where the fast one has fallen the slow one counts, so that a quiet spell (a holiday) does not make the return
to normal look like an event.
"""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass, field
from typing import NamedTuple

from newswatch.detect.runs import Runs
from newswatch.detect.season import HOURS, Season, clock_change, hour_of_week

FAST_DAYS = 1.0
SLOW_DAYS = 10.0
#: counts that the fast level borrows from the slow one: a small tag's level cannot jump on two items
BORROWED = 20.0
#: part by which the fast level has fallen when only the slow one counts
FALLEN = 0.3
#: a bucket teaches the baseline at most this many standard deviations above what was expected
CLIP = 1.5
#: as little less, and for the season, which must be free to rise
LOWER = 2.0
SEASONAL = 3.0
#: and for how much it varies
VARIED = 2.5
#: part by which a season of a few days may be wrong, and how fast that gets better
YOUNG = 0.8
YOUNG_DAYS = 6.0
#: less of the feeds than this are away; and what they bring is judged as if at least this part answered
COVERED, LEAST = 0.8, 0.05
#: days for which the season is worked out anew each day, then every third
FRESH_DAYS = 21.0
#: days before a low run can be told from a first bucket that was too high
YOUNGEST_DAYS = 2.0
#: days before an event can be told from a young level
SETTLED_DAYS = 5.0
#: days for which a change of clocks is watched, the odds on which it is believed then, and earlier
CHANGE_DAYS, MOVED, CLEAR = 8.0, 3.0, 25.0
_NUMBERS = ("rows", "day", "feeds", "top_share", "shift", "shift_until", "shift_odds")
_LISTS = tuple(one.name for one in dataclasses.fields(Season))


class Usual(NamedTuple):
    """What a bucket should hold: at most (``expected``, for spikes) and at least (``least``, for drops).

    ``guarded`` is its count after guards, ``away`` whether feeds were away. ``doubt`` is the relative variance by which
    the season may be wrong.
    """

    expected: float
    least: float
    guarded: float
    dispersion: float
    doubt: float
    away: bool


@dataclass(slots=True)
class Baseline:
    """The state of one series' baseline; ``step`` takes buckets in order. All fields are plain numbers and lists."""

    bucket: int
    season: Season = field(default_factory=Season)
    runs: Runs = field(default_factory=Runs)
    rows: int = 0
    day: int = -1
    fast: list[float] = field(default_factory=lambda: [0.0, 0.0])
    slow: list[float] = field(default_factory=lambda: [0.0, 0.0])
    variance: list[float] = field(default_factory=lambda: [0.6, 30.0])
    feeds: float = -1.0
    top_share: float = 0.2
    shift: int = 0
    shift_until: float = 0.0
    shift_odds: float = 0.0
    #: what a bucket leaves of the fast and of the slow level
    keeps: tuple[float, float] = field(init=False)

    def __post_init__(self) -> None:
        self.keeps = 0.5 ** (self.bucket / 86_400 / FAST_DAYS), 0.5 ** (self.bucket / 86_400 / SLOW_DAYS)

    def step(self, epoch: float, value: float, feeds: float | None, top: float | None) -> Usual:
        """Judge one bucket by what was known before it, then learn from it."""
        bucket, runs, counted = self.bucket, self.runs, feeds is not None
        per_day = 86_400 / bucket
        middle = epoch + bucket / 2
        hour, part = (
            (hour_of_week(middle), middle % 3600 / 3600 - 0.5) if bucket <= 3600 else (hour_of_week(epoch), 0.0)
        )
        if epoch // 86_400 != self.day:
            self._new_day(epoch)
        cover = 1.0 if feeds is None else self._coverage(feeds, per_day)
        answered = max(cover, LEAST)
        fast, level, least = self._levels(value)
        shape = self.season.at(hour, part)
        shifted = self.season.at((hour + self.shift) % HOURS, part) if self.shift else shape
        usual, expected = level * shape, level * max(shape, shifted) * answered
        least *= min(shape, shifted) * answered
        dispersion, doubt = self.variance[0] / self.variance[1], self.season.doubt[hour]
        guarded = value if top is None else self._without_bulk(value, top, expected)
        if cover < COVERED if counted else self._away(value, usual, dispersion, level * per_day):
            if counted:
                runs.missed(usual - guarded)
            self.rows += 1
            return Usual(expected, least, min(guarded, expected), dispersion, doubt, True)
        guarded = runs.paid(guarded, usual, bucket / 3600)
        held = runs.event(guarded, expected, dispersion, per_day)
        self._learn(hour, guarded, expected, (fast, shape, answered), held=held)
        if self.shift and not held:
            self._weigh_shift(guarded, usual, level * shifted)
        return Usual(expected, least, guarded, dispersion, doubt, False)

    def _new_day(self, epoch: float) -> None:
        if self.shift:
            self._decide_shift(ended=epoch > self.shift_until)
        self.day = int(epoch // 86_400)
        if self.day % 3 == 0 or self.rows * self.bucket < FRESH_DAYS * 86_400:
            self.season.refresh(self.variance[0] / self.variance[1] * min(1.0, self.bucket / 3600))
        way = clock_change(self.day)
        if way and self.rows * self.bucket > 10 * 86_400:
            if self.shift:
                self._decide_shift(ended=True)
            self.shift, self.shift_until, self.shift_odds = way, epoch + CHANGE_DAYS * 86_400, 0.0

    def _coverage(self, feeds: float, per_day: float) -> float:
        if self.feeds < 0:
            self.feeds = max(feeds, 1.0)
        cover, before = min(feeds / self.feeds, 3.0), self.feeds
        if cover >= COVERED:
            self.feeds += (feeds - self.feeds) * (1 - 0.5 ** (1 / (2 * per_day)))
        elif feeds > 0:
            self.feeds += (feeds - self.feeds) * (1 - 0.5 ** (1 / (6 * per_day)))
        for sums in (self.fast, self.slow):
            # what a feed brings stays the same while the usual number of feeds moves
            sums[1] *= before / self.feeds
        return cover

    def _levels(self, value: float) -> tuple[float, float, float]:
        """The fast level, the usual one, and the lesser of fast and slow; ``value`` is the first bucket's."""
        if self.slow[1] <= 0:
            first = max(value, 0.2)
            return first, first, first
        slow = (self.slow[0] + 0.5) / (self.slow[1] + 1.0)
        fast = (self.fast[0] + BORROWED) / (self.fast[1] + BORROWED / slow)
        if fast >= slow:
            return fast, 0.5 * (fast + slow), slow
        fallen = min(1.0, (1 - fast / slow) / FALLEN)
        return fast, slow - 0.5 * (1 - fallen) * (slow - fast), fast

    def _without_bulk(self, value: float, top: float, expected: float) -> float:
        """The count with the largest feed held to what it could usually bring."""
        if value <= 0:
            return value
        of_top = min(top, value)
        usual = self.top_share * expected
        limit = usual + 1.0 + 1.5 * math.sqrt(usual) + 0.5 * max(0.0, value - of_top - (1 - self.top_share) * expected)
        self.top_share += (of_top / value - self.top_share) * 0.005 * min(1.0, value)
        return value - of_top + limit if of_top > limit else value

    def _away(self, value: float, usual: float, dispersion: float, a_day: float) -> bool:
        """Without feed counts: were feeds away? When they are for too long, it is the level that fell."""
        if self.rows * self.bucket < YOUNGEST_DAYS * 86_400 or not self.runs.away(value, usual, dispersion):
            return False
        left = self.runs.left(a_day)
        self.fast[0] *= left
        self.slow[0] *= left
        return left == 1.0

    def _learn(
        self, hour: int, value: float, expected: float, usual: tuple[float, float, float], *, held: bool
    ) -> None:
        """Learn level, season and dispersion; while an event holds (``held``) the level learns nothing above itself."""
        level, shape, answered = usual
        per_day, exposure, variance = 86_400 / self.bucket, shape * answered, self.variance
        mean = level * exposure
        young = YOUNG * math.exp(-self.rows / per_day / YOUNG_DAYS)
        spread = math.sqrt(expected + (variance[0] / variance[1] + 0.01 + young * young) * expected * expected)
        clip = expected + CLIP * spread + 1
        if self.rows < 2 * per_day:
            clip = max(clip, 3 * expected + 3)
        elif held and self.rows > SETTLED_DAYS * per_day:
            clip = mean
        least, slow = mean - LOWER * spread, self.slow
        known = _within(value, least, clip)
        for sums, keep in zip((self.fast, slow), self.keeps, strict=True):
            sums[0], sums[1] = sums[0] * keep + known, sums[1] * keep + exposure
        # against the slow level: the fast one takes a weekend for a change of level
        flat = (slow[0] + 0.5) / (slow[1] + 1.0) * answered
        seasonal = _within(value, least, expected + SEASONAL * spread + 1)
        self.season.learn(hour, seasonal, flat, max(1.0, 3600 / self.bucket))
        off = _within(value, mean - VARIED * spread, expected + VARIED * spread + 1) - mean
        varied = variance[0] * 0.9997 + off * off - mean
        variance[0], variance[1] = varied if varied > 0.0 else 0.0, variance[1] * 0.9997 + mean * mean
        self.rows += 1

    def _weigh_shift(self, value: float, usual: float, shifted: float) -> None:
        """Did the series move with the clocks?"""
        size, usual, shifted = 20.0, max(usual, 1e-6), max(shifted, 1e-6)
        self.shift_odds += value * math.log(shifted / usual)
        self.shift_odds -= (value + size) * math.log((shifted + size) / (usual + size))

    def _decide_shift(self, *, ended: bool) -> None:
        """After whole days: decide on clear odds, or when the watch has ended."""
        moved = self.shift_odds > (MOVED if ended else CLEAR)
        if moved:
            self.season.roll(self.shift)
        if moved or ended:
            self.shift = 0

    def pack(self) -> tuple[list[float], list[list[float]]]:
        """The state as single numbers and as lists (in the order of ``_LISTS``)."""
        numbers = [float(getattr(self, name)) for name in _NUMBERS]
        return numbers + self.fast + self.slow + self.variance + self.runs.pack(), [
            getattr(self.season, name) for name in _LISTS
        ]

    def unpack(self, numbers: list[float], lists: list[float]) -> int:
        """Take over a packed state; says how many of ``lists`` were left over."""
        for name, value in zip(_NUMBERS, numbers, strict=False):
            setattr(self, name, int(value) if name in ("rows", "day", "shift") else value)
        rest = numbers[len(_NUMBERS) :]
        self.fast, self.slow, self.variance, self.runs = rest[0:2], rest[2:4], rest[4:6], Runs(*rest[6:])
        at = 0
        for name in _LISTS:
            length = len(getattr(self.season, name))
            setattr(self.season, name, lists[at : at + length])
            at += length
        return len(lists) - at


def _within(value: float, least: float, most: float) -> float:
    return least if value < least else min(value, most)
