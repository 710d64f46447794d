"""Which feeds answered in a window, and stretches of it in which none did."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from newswatch.model.digest_plan import Window
from newswatch.model.feed import FeedState, FeedStatus

STEP = timedelta(minutes=15)
#: shorter stretches happen between two polls
LEAST = timedelta(minutes=30)


def answering(state: FeedState, window: Window) -> bool:
    """Whether a feed answered in the window; or before, and was not to be asked in it, as short as it is so far."""
    if state.last_success is None:
        return False
    good = state.status in (FeedStatus.OK, FeedStatus.UNCHANGED)
    waits = good and state.next_poll is not None and state.next_poll >= window.until
    return waits or state.last_success >= window.since


def gaps(answered: Mapping[datetime, int], window: Window) -> tuple[tuple[datetime, datetime], ...]:
    """``answered``: start of a quarter of an hour → how many feeds answered in it. Quarters that it lacks were not
    watched, but for the last ones, which may not have been looked at yet. Without any knowledge there are no gaps.
    """
    if not answered:
        return ()
    found: list[tuple[datetime, datetime]] = []
    begin = None
    bucket = window.since.replace(minute=window.since.minute // 15 * 15, second=0, microsecond=0)
    while bucket < window.until:
        if answered.get(bucket, 0) > 0:
            if begin is not None:
                found.append((begin, bucket))
            begin = None
        elif begin is None:
            begin = max(bucket, window.since)
        bucket += STEP
    if begin is not None and window.until - begin > 2 * LEAST:
        found.append((begin, window.until))
    return tuple((since, until) for since, until in found if until - since >= LEAST)
