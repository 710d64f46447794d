"""Quiet hours: whether the wall clock of a zone stands in an interval, and when it left it."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from newswatch.model.alert import Interval

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


def quiet(interval: Interval, moment: datetime) -> bool:
    """Whether ``moment`` is in the interval. A wall-clock time that daylight saving skips never comes, one that it
    repeats counts both times; so an end within the gap is the first moment after it.
    """
    wall = moment.astimezone(ZoneInfo(interval.zone))
    minutes = wall.hour * 60 + wall.minute
    if interval.start < interval.end:
        return interval.start <= minutes < interval.end
    return minutes >= interval.start or minutes < interval.end


def ended(interval: Interval, moment: datetime) -> datetime:
    """When the quiet hours ended that were over at ``moment``; ``moment`` when there were none in the day before."""
    end = moment.replace(second=0, microsecond=0)
    while moment - end < DAY:
        if quiet(interval, end - MINUTE):
            return end
        end -= MINUTE
    return moment
