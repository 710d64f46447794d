"""How long to wait: after a success, after a failure, and what the feed itself asks for. All times in seconds.

The weights of failures are those of Media Cloud's rss-fetcher; the interval halves when a poll brought something new
and grows by a fifth when it did not, so it follows the feed without a model of it.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import pairwise

from newswatch.model.feed import Answer, Failure, FeedState

MINUTE, HOUR, DAY, WEEK = 60, 3600, 86_400, 604_800
SHORTEST = 5 * MINUTE
LONGEST = DAY
LONGEST_WHILE_NEW = HOUR
#: caps on what others may ask of us
DEMAND_CAP = DAY
SKIP_CAP = 3 * DAY
HARD, SOFT, TEMPORARY = 1.0, 0.5, 0.25
JITTER = 0.1
GROWTH = 1.2
MAX_DOUBLINGS = 12.0
STALE_FACTOR = 10
STALE_AT_LEAST = 2 * DAY
STALE_WITHOUT_RHYTHM = 30 * DAY

_WEIGHTS: dict[Failure, float] = {
    Failure.ADDRESS: HARD,
    Failure.REDIRECT: HARD,
    Failure.NOT_A_FEED: HARD,
    Failure.HTTP: HARD,
    Failure.TLS: SOFT,
    Failure.UNREADABLE: SOFT,
    Failure.ENCODING: SOFT,
    Failure.TOO_LARGE: SOFT,
    Failure.UNASKED_304: SOFT,
    Failure.DNS: SOFT,
    Failure.CONNECT: TEMPORARY,
    Failure.TIMEOUT: TEMPORARY,
    Failure.CUT_SHORT: TEMPORARY,
    Failure.RATE_LIMITED: TEMPORARY,
    Failure.STORE: 0.0,
}
_TRANSIENT_STATUSES = frozenset({408, 421, 425, 429})


def weight(failure: Failure, http_status: int | None) -> float:
    """How much a failure adds to the back-off: hard 1, soft 0.5, temporary 0.25; the store's own none."""
    passing = http_status is not None and (http_status >= 500 or http_status in _TRANSIENT_STATUSES)
    return TEMPORARY if failure is Failure.HTTP and passing else _WEIGHTS[failure]


def backoff(state: FeedState, failures: float) -> float:
    """Seconds to wait after failures of this weight: doubling per hard failure, a day at most, jitter included."""
    base = max(SHORTEST, min(state.interval, HOUR))
    delay = base * math.pow(2.0, min(failures, MAX_DOUBLINGS))
    return min(LONGEST, delay * (1 + JITTER * _share(state.feed, state.polls)))


def next_interval(state: FeedState, new: int, now: datetime) -> int:
    """The interval after a success that brought ``new`` items."""
    young = state.first_success is None or (now - state.first_success).total_seconds() < WEEK
    longest = LONGEST_WHILE_NEW if young else LONGEST
    if state.last_success is None:
        return SHORTEST
    wanted = state.interval / 2 if new else state.interval * GROWTH
    return int(max(SHORTEST, min(longest, wanted)))


def next_rhythm(state: FeedState, new: int, now: datetime) -> float | None:
    """Usual seconds between new items: a moving mean over the polls that brought some, the first poll left out."""
    if not new or state.last_success is None:
        return state.rhythm
    since = state.last_new_item or state.first_success or now
    gap = max(1.0, (now - since).total_seconds() / new)
    return gap if state.rhythm is None else 0.75 * state.rhythm + 0.25 * gap


def first_rhythm(dates: Iterable[datetime | None], now: datetime) -> float | None:
    """Usual seconds between the entries that a feed shows when it is first read; None when too few have a date."""
    past = sorted(date for date in dates if date is not None and date <= now)
    gaps = sorted((later - earlier).total_seconds() for earlier, later in pairwise(past))
    return max(1.0, gaps[len(gaps) // 2]) if len(gaps) >= 2 else None


def demanded(state: FeedState, answer: Answer) -> float:
    """Seconds that the feed (ttl, update period) or its server (max-age) asks us to stay away, capped."""
    return min(DEMAND_CAP, max(state.minimum_interval or 0, answer.max_age or 0))


def retry_delay(answer: Answer) -> float:
    """Seconds by Retry-After, capped."""
    return min(DEMAND_CAP, answer.retry_after or 0.0)


def after(now: datetime, seconds: float) -> datetime:
    """``now`` plus our own interval, down to the full minute so that a run every five minutes meets it."""
    return max(now + timedelta(seconds=1), (now + timedelta(seconds=seconds)).replace(second=0, microsecond=0))


def skips(state: FeedState, moment: datetime) -> bool:
    """Whether the feed asks not to be polled at ``moment``."""
    return moment.hour in state.skip_hours or moment.isoweekday() in state.skip_days


def unskipped(state: FeedState, moment: datetime) -> datetime:
    """``moment``, or the first full hour after it that the feed does not ask us to skip, three days later at most."""
    last = moment + timedelta(seconds=SKIP_CAP)
    while skips(state, moment) and moment < last:
        moment = (moment + timedelta(hours=1)).replace(minute=0, second=0, microsecond=0)
    return moment


def stale(state: FeedState, now: datetime) -> bool:
    """Whether the feed has been silent far longer than its own rhythm."""
    since = state.last_new_item or state.first_success
    if since is None:
        return False
    limit = STALE_WITHOUT_RHYTHM if state.rhythm is None else max(STALE_AT_LEAST, STALE_FACTOR * state.rhythm)
    return (now - since).total_seconds() > limit


def _share(feed: str, count: int) -> float:
    """A number in [0, 1) that depends on the feed and the count alone."""
    digest = hashlib.blake2b(f"{feed}\0{count}".encode("utf-8", "surrogatepass"), digest_size=4).digest()
    return int.from_bytes(digest, "big") / 2**32
