"""What a bucket should hold: level x season x coverage, robust to events, outages, catch-up and bulk loads.

The level is an exponentially weighted ratio of counts to exposure (a gamma-Poisson filter); the greater of a fast and a
slow one is taken, so that a quiet spell (a holiday) does not make the return to normal look like an event.
"""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass, field

from newswatch.detect.season import HOURS, Season, hour_of_week

FAST_DAYS = 1.0
SLOW_DAYS = 10.0
#: counts that the fast level borrows from the slow one: a small tag's level cannot jump on two items
BORROWED = 20.0
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
#: log-likelihood ratio at which a run of low buckets is an outage
OUTAGE = 10.0
#: part of the usual count that an outage leaves, for the odds
LOW = 0.3
SPREAD = 0.05
#: a run that missed more days' worth than this, and left more than this part, is a new level and no outage
LONGEST_DAYS, LEFT = 3.0, 0.05
#: what an outage may bring back at once, in parts of what was expected meanwhile
MISSED = 2.0
CATCH_UP_HOURS = 2.0
CHANGE_DAYS = 8.0
_NUMBERS = ("rows", "day", "feeds", "top_share", "backlog", "shift", "shift_until", "shift_odds")
_LISTS = tuple(one.name for one in dataclasses.fields(Season))


@dataclass(frozen=True, slots=True)
class Usual:
    """What a bucket should hold: at most (``expected``, for spikes) and at least (``least``, for drops).

    ``guarded`` is its count after guards, ``away`` whether feeds were away, ``covered`` whether feed counts say
    so. ``doubt`` is the relative variance by which the season may be wrong.
    """

    expected: float
    least: float
    guarded: float
    dispersion: float
    doubt: float
    away: bool
    covered: bool


@dataclass(slots=True)
class Baseline:
    """The state of one series' baseline; ``step`` takes buckets in order. All fields are plain numbers and lists."""

    bucket: int
    changes: list[tuple[float, int]] = field(default_factory=list)
    season: Season = field(default_factory=Season)
    rows: int = 0
    day: int = -1
    fast: list[float] = field(default_factory=lambda: [0.0, 0.0])
    slow: list[float] = field(default_factory=lambda: [0.0, 0.0])
    variance: list[float] = field(default_factory=lambda: [0.6, 30.0])
    feeds: float = -1.0
    top_share: float = 0.2
    backlog: float = 0.0
    low_run: list[float] = field(default_factory=lambda: [0.0, 0.0, 0.0])
    shift: int = 0
    shift_until: float = 0.0
    shift_odds: float = 0.0

    def step(self, epoch: float, value: float, feeds: float | None, top: float | None) -> Usual:
        """Judge one bucket by what was known before it, then learn from it."""
        per_day = 86_400 / self.bucket
        hour, part = hour_of_week(epoch), ((epoch % 3600) + self.bucket / 2) / 3600 - 0.5
        if self.bucket > 3600:
            part = 0.0
        self._new_day(epoch)
        cover = self._coverage(feeds, per_day)
        level_fast, level, least = self._levels(value)
        shape = self.season.at(hour, part)
        shifted = self.season.at((hour + self.shift) % HOURS, part) if self.shift else shape
        usual, expected = level * shape, level * max(shape, shifted) * max(cover, 0.05)
        least *= min(shape, shifted) * max(cover, 0.05)
        dispersion, doubt = self.variance[0] / self.variance[1], self.season.doubt[hour]
        guarded = self._without_bulk(value, top, expected)
        away = cover < 0.8 if feeds is not None else self._low(value, level, shape, dispersion)
        if away:
            if feeds is not None:
                self.backlog += MISSED * max(0.0, usual - guarded)
            self.rows += 1
            return Usual(expected, least, min(guarded, expected), dispersion, doubt, True, feeds is not None)
        guarded = self._without_backlog(guarded, usual)
        self._learn(hour, part, guarded, level_fast, cover, (shape, shifted, expected))
        if self.shift:
            self._weigh_shift(epoch, guarded, level * shape, level * shifted)
        return Usual(expected, least, guarded, dispersion, doubt, False, feeds is not None)

    def _new_day(self, epoch: float) -> None:
        day = int(epoch // 86_400)
        if day != self.day:
            self.day = day
            self.season.refresh(self.variance[0] / self.variance[1] * min(1.0, self.bucket / 3600))
        while self.changes and epoch >= self.changes[0][0]:
            moment, direction = self.changes.pop(0)
            if epoch - moment < 86_400 and self.rows * self.bucket > 10 * 86_400:
                self.shift, self.shift_until, self.shift_odds = direction, epoch + CHANGE_DAYS * 86_400, 0.0

    def _coverage(self, feeds: float | None, per_day: float) -> float:
        if feeds is None:
            return 1.0
        if self.feeds < 0:
            self.feeds = max(feeds, 1.0)
        cover, before = min(feeds / self.feeds, 3.0), self.feeds
        if cover >= 0.8:
            self.feeds += (feeds - self.feeds) * (1 - 0.5 ** (1 / (2 * per_day)))
        elif feeds > 0:
            self.feeds += (feeds - self.feeds) * (1 - 0.5 ** (1 / (6 * per_day)))
        for sums in (self.fast, self.slow):
            # what a feed brings stays the same while the usual number of feeds moves
            sums[1] *= before / self.feeds
        return cover

    def _slow(self, value: float) -> float:
        """The slow level, against which the season is learnt: a fast one takes a weekend for a change of level."""
        return (self.slow[0] + 0.5) / (self.slow[1] + 1.0) if self.slow[1] > 0 else max(value, 0.2)

    def _levels(self, value: float) -> tuple[float, float, float]:
        """The fast level, the greater and the lesser of both."""
        if self.slow[1] <= 0:
            first = max(value, 0.2)
            return first, first, first
        slow = (self.slow[0] + 0.5) / (self.slow[1] + 1.0)
        fast = (self.fast[0] + BORROWED) / (self.fast[1] + BORROWED / slow)
        return fast, max(fast, slow), min(fast, slow)

    def _without_bulk(self, value: float, top: float | None, expected: float) -> float:
        """The count with the largest feed held to what it could usually bring."""
        if top is None or value <= 0:
            return value
        of_top = min(top, value)
        usual = self.top_share * expected
        limit = usual + 1.0 + 1.5 * math.sqrt(usual) + 0.5 * max(0.0, value - of_top - (1 - self.top_share) * expected)
        self.top_share += (of_top / value - self.top_share) * 0.005 * min(1.0, value)
        return value - of_top + limit if of_top > limit else value

    def _low(self, value: float, level: float, shape: float, dispersion: float) -> bool:
        """Without feed counts: is this bucket part of a run so low that the feeds must have been away?"""
        usual = level * shape
        size, half = 1 / max(dispersion, SPREAD), LOW * usual
        odds = value * math.log(LOW) - (value + size) * math.log((half + size) / (usual + size))
        before, missed, usually = self.low_run
        if before > OUTAGE and value > usual:
            self.backlog = max(self.backlog, MISSED * missed)
            self.low_run = [0.0, 0.0, 0.0]
            return False
        run = max(0.0, before + odds)
        self.low_run = [min(run, 4 * OUTAGE), missed + max(0.0, usual - value), usually + usual]
        if run == 0.0 or self._lower(level):
            self.low_run = [0.0, 0.0, 0.0]
            return False
        return run > OUTAGE and value < 0.75 * usual

    def _lower(self, level: float) -> bool:
        """Is a low run too long for an outage that leaves something? Then it shows the new level."""
        _, missed, usually = self.low_run
        left = 1 - missed / usually
        if missed * self.bucket < LONGEST_DAYS * 86_400 * level or left < LEFT:
            return False
        self.fast[0] *= left
        self.slow[0] *= left
        return True

    def _without_backlog(self, value: float, usual: float) -> float:
        """After an outage the excess pays off what was missed before it counts as news."""
        if self.backlog <= 0:
            return value
        paid = min(max(0.0, value - usual), self.backlog)
        self.backlog = (self.backlog - paid) * 0.5 ** (self.bucket / (CATCH_UP_HOURS * 3600))
        if self.backlog < 0.5:
            self.backlog = 0.0
        return value - paid

    def _learn(
        self, hour: int, part: float, value: float, level: float, cover: float, around: tuple[float, float, float]
    ) -> None:
        shape, _, expected = around
        per_day = 86_400 / self.bucket
        dispersion = self.variance[0] / self.variance[1]
        young = YOUNG * math.exp(-self.rows / per_day / YOUNG_DAYS)
        spread = math.sqrt(expected + (dispersion + 0.01 + young**2) * expected * expected)
        clip = expected + CLIP * spread + 1
        if self.rows < 2 * per_day:
            clip = max(clip, 3 * expected + 3)
        weight = max(cover, 0.05)
        mean = level * shape * weight
        known = max(min(value, clip), mean - LOWER * spread)
        seasonal = max(min(value, expected + SEASONAL * spread + 1), mean - LOWER * spread)
        for sums, days in ((self.fast, FAST_DAYS), (self.slow, SLOW_DAYS)):
            keep = 0.5 ** (1 / (days * per_day))
            sums[0], sums[1] = sums[0] * keep + known, sums[1] * keep + shape * weight
        self.season.learn(hour, seasonal, self._slow(value) * weight, max(1.0, 3600 / self.bucket))
        varied = max(min(value, expected + VARIED * spread + 1), mean - VARIED * spread)
        self.variance[0] = max(0.0, self.variance[0] * 0.9997 + (varied - mean) ** 2 - mean)
        self.variance[1] = self.variance[1] * 0.9997 + mean * mean
        self.rows += 1

    def _weigh_shift(self, epoch: float, value: float, usual: float, shifted: float) -> None:
        """Did the series move with the clocks? Decide on clear odds, or at the end of the watch."""
        size = 20.0
        usual, shifted = max(usual, 1e-6), max(shifted, 1e-6)
        self.shift_odds += value * math.log(shifted / usual)
        self.shift_odds -= (value + size) * math.log((shifted + size) / (usual + size))
        if epoch > self.shift_until or abs(self.shift_odds) > 25:
            if self.shift_odds > 3:
                self.season.roll(self.shift)
            if self.shift_odds > 3 or epoch > self.shift_until:
                self.shift = 0

    def pack(self) -> tuple[list[float], list[list[float]]]:
        """The state as single numbers and as lists (in the order of ``_LISTS``)."""
        numbers = [float(getattr(self, name)) for name in _NUMBERS]
        return numbers + self.fast + self.slow + self.variance + self.low_run, [
            getattr(self.season, name) for name in _LISTS
        ]

    def unpack(self, numbers: list[float], lists: list[float]) -> int:
        """Take over a packed state; says how many of ``lists`` were left over."""
        for name, value in zip(_NUMBERS, numbers, strict=False):
            setattr(self, name, int(value) if name in ("rows", "day", "shift") else value)
        rest = numbers[len(_NUMBERS) :]
        self.fast, self.slow, self.variance, self.low_run = rest[0:2], rest[2:4], rest[4:6], rest[6:9]
        at = 0
        for name in _LISTS:
            length = len(getattr(self.season, name))
            setattr(self.season, name, lists[at : at + length])
            at += length
        return len(lists) - at
