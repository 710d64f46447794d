"""Runs of buckets that chance does not explain: feeds that are away, what they bring back, and events."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass

#: part of the usual count that an outage leaves, and how many times the usual an event has, for the odds
LOW, HIGH = 0.3, 2.5
SPREAD = 0.05
#: log-likelihood ratios at which a run of low buckets is an outage, and one of high buckets an event
OUTAGE, EVENT = 10.0, 6.0
#: a low run that missed more days' worth than this, and left more than this part, is a new level and no outage
LONGEST_DAYS, LEFT = 3.0, 0.05
#: an event that lasts longer than this is a new level
EVENT_DAYS = 2.0
#: what an outage may bring back at once, in parts of what was expected meanwhile
MISSED = 2.0
CATCH_UP_HOURS = 2.0


@dataclass(slots=True)
class Runs:
    """The odds of the low and of the high run that may be under way; what a low one saw and should have seen.

    ``backlog`` is what feeds that were away may yet bring, ``risen`` for how many buckets a high run was an event.
    """

    low: float = 0.0
    seen: float = 0.0
    usual: float = 0.0
    backlog: float = 0.0
    high: float = 0.0
    risen: float = 0.0

    def away(self, value: float, usual: float, dispersion: float) -> bool:
        """Is this bucket part of a run so low that the feeds must have been away? (Where nobody counted them.)"""
        if value >= usual and self.low == 0.0:
            return False
        self.seen += value
        self.usual += usual
        if value > usual and self.low > OUTAGE:
            # over, or one bucket of chance: half of the odds stay
            self.backlog = max(self.backlog, MISSED * (self.usual - self.seen))
            self.low = 0.5 * OUTAGE
            return False
        odds = self.low + _odds(value, usual, LOW, dispersion)
        if odds <= 0.0:
            self.low = self.seen = self.usual = 0.0
            return False
        self.low = min(odds, 4 * OUTAGE)
        return odds > OUTAGE and value < 0.75 * usual

    def left(self, a_day: float) -> float:
        """The part that a low run left, when it is too long for an outage and shows a new level; else 1."""
        left = self.seen / self.usual
        if self.usual - self.seen < LONGEST_DAYS * a_day or left < LEFT:
            return 1.0
        self.low = self.seen = self.usual = 0.0
        return left

    def missed(self, count: float) -> None:
        """Feeds that were away left this much out."""
        self.backlog += MISSED * max(0.0, count)

    def paid(self, value: float, usual: float, hours: float) -> float:
        """What remains of a count of so many hours: an excess pays off what was missed before it counts as news."""
        if self.backlog <= 0.0:
            return value
        paid = min(max(0.0, value - usual), self.backlog)
        self.backlog = (self.backlog - paid) * 0.5 ** (hours / CATCH_UP_HOURS)
        if self.backlog < 0.5:
            self.backlog = 0.0
        return value - paid

    def event(self, value: float, usual: float, dispersion: float, per_day: float) -> bool:
        """Is this bucket part of a run so high that something is going on? Not any more after ``EVENT_DAYS``."""
        if value <= usual and self.high == 0.0:
            return False
        odds = self.high + _odds(value, usual, HIGH, dispersion)
        if odds <= 0.0:
            self.high = self.risen = 0.0
            return False
        self.high = min(odds, 2 * EVENT)
        if odds <= EVENT:
            return False
        self.risen += 1
        return self.risen < EVENT_DAYS * per_day

    def pack(self) -> list[float]:
        """The state as numbers, in the order of the fields."""
        return list(dataclasses.astuple(self))


def _odds(value: float, usual: float, times: float, dispersion: float) -> float:
    """Log-likelihood ratio of so many ``times`` the usual against the usual, for a negative binomial count."""
    size = 1 / max(dispersion, SPREAD)
    return value * math.log(times) - (value + size) * math.log((times * usual + size) / (usual + size))
