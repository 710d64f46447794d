"""Whether a later item tells an earlier one's story."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from newswatch.story import guards
from newswatch.story.align import Match, Pair, share, weigh
from newswatch.story.guards import Reason
from newswatch.story.reading import Reading, Sentence

WINDOW = timedelta(hours=72)
#: share of the shorter text's exact words without which a closer look is not worth while
GLANCE = 0.2
#: share of the shorter text that the other must carry, and of either lead, on the same day and later
CARRIED, LEAD, LATER_LEAD = 0.5, 0.45, 0.7
#: share of one lead at least that the other text must carry; below the second, what stands first is new
EITHER_LEAD, NEW_LEAD = 0.6, 0.75
#: share of both texts that makes them one though they begin otherwise
ALL = 0.8
#: share of a headline that stands alone
HEADLINE = 0.85
#: a first sentence of fewer words, and with less of it in the other text, may be dress that no list knows
IDLE, FOREIGN = 16, 0.25
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
    if earlier.thin or later.thin:
        return _by_headline(pair)
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


def _by_headline(pair: Pair) -> Verdict:
    """A text with nothing but its headline: it must be nearly the other's headline or lead, the same day."""
    forward, backward = pair.forward[0].share, pair.backward[0].share
    score = max(forward, backward) / 2 + min(forward, backward) / 2
    if not guards.same_day(pair) or max(forward, backward) < HEADLINE or min(forward, backward) < CARRIED:
        return Verdict(False, Reason.WORDS, score)
    reason = guards.objection(pair)
    return Verdict(reason is None, reason or Reason.COPY, score)


def _led_alike(pair: Pair) -> bool:
    """Whether each text carries the other's lead, and neither pushed it down behind a new one."""
    if min(share(pair.forward), share(pair.backward)) >= ALL:
        return True
    mine, theirs = _lead(pair.backward), _lead(pair.forward)
    low, high = sorted((mine.share, theirs.share))
    if low < (LEAD if guards.same_day(pair) else LATER_LEAD) or high < EITHER_LEAD:
        return False
    return not (_demoted(theirs, mine, pair.later) or _demoted(mine, theirs, pair.earlier))


def _lead(matches: Sequence[Match]) -> Match:
    """The first sentence that says something, or that the other text has too."""
    return next((match for match in matches if match.share >= FOREIGN or not _idle(match.mine)), matches[0])


def _idle(line: Sentence) -> bool:
    """Whether a sentence names nobody, no day and no figure: an invitation, a notice."""
    return len(line) < IDLE and all(token.kind == "word" and (not token.name or token.first) for token in line)


def _demoted(old: Match, new: Match, reading: Reading) -> bool:
    """Whether ``reading`` has the old lead further down, better than its own new lead fits."""
    first = reading.body[0]
    return not any(token is first[0] for token in old.theirs[:1]) and new.share < NEW_LEAD and new.share < old.share
