"""A series' own tail: how often its scan statistic exceeds a value; and when an excursion is told."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

#: the tail above this part of all buckets is fitted
TAIL = 0.02
#: the tail is never lighter than that of the theory: exp(-x) above LEVEL
LEVEL = 1.5
EXCESS = 1.0
#: pseudo-exceedances that hold a tail near the theory's
TAIL_PRIOR = 30.0
#: place of the theory's daily maxima, how many days it counts, how many are kept, and from how many on they are fitted
PLACE, DAYS_PRIOR = 3.2, 15.0
DAYS, FEW_DAYS = 60, 3
#: between the quartiles of a Gumbel distribution of scale 1
QUARTILES = math.log(math.log(4) / math.log(4 / 3))
#: excursions closer than this are one
RUN_HOURS = 0.5
#: within an excursion more is told only when the rate fell by this many e-folds
STEP = 4.0
#: an excursion opens this many e-folds of rate above the limit
MARGIN = 4.0
SOFTNESS = 3.0


@dataclass(slots=True)
class Tail:
    """How often chance reaches a value: the mean of two opinions.

    An exponential tail above a running quantile (peaks over threshold) follows the series; a Gumbel distribution with
    the quartiles of the daily maxima is hardly moved by a few days of events. ``maxima`` are those of the last days,
    ``highest`` and ``rows`` belong to the day that runs.
    """

    bucket: int
    level: float = 2.0
    excess: float = EXCESS
    seen: float = 0.0
    maxima: list[float] = field(default_factory=list)
    highest: float = 0.0
    rows: int = 0
    place: float = PLACE
    scale: float = EXCESS
    #: the logarithms of how many peaks and of how many days a week has, together
    often: float = field(init=False)

    def __post_init__(self) -> None:
        self.often = math.log(TAIL * 604_800 / max(self.bucket, RUN_HOURS * 3600)) + math.log(7.0)

    def rate(self, value: float) -> float:
        """Natural logarithm of how many excursions a week should reach ``value``."""
        return 0.5 * (self.often - (value - self.level) / self.excess - (value - self.place) / self.scale)

    def learn(self, value: float) -> None:
        """Move quantile and mean excess; a single excess counts at most five times the mean."""
        gain = max(0.002, 1 / (self.seen + 50))
        self.seen += 1
        level = self.level + gain * self.excess * 8 * ((value > self.level) - TAIL)
        self.level = level if level > LEVEL else LEVEL
        if value > self.level:
            weight = max(0.004, 1 / (TAIL_PRIOR + self.seen * TAIL))
            self.excess += weight * (min(value - self.level, 5 * self.excess) - self.excess)
            self.excess = max(self.excess, EXCESS)
        if value > self.highest:
            self.highest = value
        self.rows += 1
        if self.rows * self.bucket >= 86_400:
            self.maxima = [*self.maxima[1 - DAYS :], self.highest]
            self.highest, self.rows = 0.0, 0
            self.fit()

    def fit(self) -> None:
        """Place and scale of the daily maxima; while there are few, the theory's count as ``DAYS_PRIOR`` days."""
        days = len(self.maxima)
        if days < FEW_DAYS:
            return
        low, middle, high = np.quantile(self.maxima, (0.25, 0.5, 0.75)).tolist()
        own = (high - low) / QUARTILES
        self.scale = max((DAYS_PRIOR * EXCESS + days * own) / (DAYS_PRIOR + days), EXCESS, own if days >= 7 else 0.0)
        own = middle + math.log(math.log(2)) * self.scale
        self.place = (DAYS_PRIOR * PLACE + days * own) / (DAYS_PRIOR + days)

    def pack(self) -> list[float]:
        """The state as numbers."""
        return [self.level, self.excess, self.seen, self.highest, float(self.rows), *self.maxima]

    def unpack(self, numbers: list[float]) -> None:
        """Take over a packed state."""
        self.level, self.excess, self.seen, self.highest = numbers[:4]
        self.rows, self.maxima = int(numbers[4]), numbers[5:]
        self.fit()


@dataclass(slots=True)
class Excursion:
    """Where a series is: the best rate told so far, the window that told it, and the row after which scans may look.

    Opens below ``limit + MARGIN``; ``alerted`` once below ``limit``; closes when its own window has calmed down, and
    then no later window may reach back into it.
    """

    told: float = math.inf
    window: int = -1
    after: int = 0
    open: bool = False
    alerted: bool = False

    def idle(self, rate: float, limit: float) -> bool:
        """Whether nothing is open and this ``rate`` opens nothing."""
        return not self.open and rate >= limit + MARGIN

    def advance(self, at: int, rate: float, window: int, calm: float, limit: float) -> bool:
        """Take the ``rate`` of row ``at`` by its best ``window``; True when it should be told.

        It must not be ``idle``. ``calm`` is the rate of the window that told last.
        """
        if not self.open:
            self.open, self.told, self.window = True, rate, window
            return True
        if rate < self.told - STEP or (rate <= limit < self.told):
            self.told, self.window = rate, window
            return True
        if rate > limit and calm > limit + MARGIN:
            if self.alerted:
                self.after = at
            self.open, self.alerted, self.told, self.window = False, False, math.inf, -1
        return False


def score(rate: float, limit: float) -> float:
    """0 to 1, and 0.5 at the limit."""
    return 1 / (1 + math.exp(min(50.0, (rate - limit) / SOFTNESS)))
