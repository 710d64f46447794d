"""Stretches of a window in which no feed answered."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from newswatch.model.digest_plan import Window

STEP = timedelta(minutes=15)
#: shorter stretches happen between two polls
LEAST = timedelta(minutes=30)


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
