"""Whether a later item tells an earlier one's story."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from newswatch.story import guards
from newswatch.story.align import Match, Pair, share, weigh
from newswatch.story.guards import Reason
from newswatch.story.reading import Reading

WINDOW = timedelta(hours=72)
#: share of the shorter text's exact words without which a closer look is not worth while
GLANCE = 0.2
#: share of the shorter text that the other must carry, and of either lead, on the same day and later
CARRIED, LEAD, LATER_LEAD = 0.5, 0.4, 0.7
#: share of one lead at least that the other text must carry; below the second, what stands first is new
EITHER_LEAD, NEW_LEAD = 0.6, 0.75
#: what a text must weigh to be judged by its words at all
LEAST = 4.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether two items are one story, why, and how much alike they are (0-2, to choose between stories)."""

    same: bool
    reason: Reason
    score: float = 0.0


def judge(earlier: Reading, later: Reading) -> Verdict:
    """Compare two items; the one that was published first is the earlier, however they came."""
    if later.time < earlier.time:
        earlier, later = later, earlier
    if earlier.language != later.language:
        return Verdict(False, Reason.LANGUAGE)
    if not _near(earlier, later):
        return Verdict(False, Reason.WINDOW)
    if earlier.live and earlier.live == later.live and earlier.time.date() == later.time.date():
        return Verdict(True, Reason.LIVE, 1.0)
    pair = Pair(earlier, later)
    if pair.common < GLANCE or min(weigh(earlier), weigh(later)) < LEAST:
        return Verdict(False, Reason.WORDS)
    forward, backward = share(pair.forward), share(pair.backward)
    score = max(forward, backward) + min(forward, backward) / 2
    if max(forward, backward) < CARRIED:
        return Verdict(False, Reason.WORDS, score)
    if not _led_alike(pair):
        return Verdict(False, Reason.LEAD, score)
    reason = guards.objection(pair)
    return Verdict(reason is None, reason or Reason.COPY, score)


def _near(earlier: Reading, later: Reading) -> bool:
    return abs(later.time - earlier.time) <= WINDOW and abs(later.text.time - earlier.text.time) <= WINDOW


def _led_alike(pair: Pair) -> bool:
    """Whether each text carries the other's lead, and neither pushed it down behind a new one."""
    mine, theirs = pair.backward[0], pair.forward[0]
    low, high = sorted((mine.share, theirs.share))
    if low < (LEAD if guards.same_day(pair) else LATER_LEAD) or high < EITHER_LEAD:
        return False
    return not (_demoted(theirs, mine, pair.later) or _demoted(mine, theirs, pair.earlier))


def _demoted(old: Match, new: Match, reading: Reading) -> bool:
    """Whether ``reading`` has the old lead further down, better than its own new lead fits."""
    first = reading.body[0]
    return not any(token is first[0] for token in old.theirs[:1]) and new.share < NEW_LEAD and new.share < old.share
