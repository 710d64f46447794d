"""Quiet hours: whether the wall clock of a zone stands in an interval."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from newswatch.model.alert import Interval


def quiet(interval: Interval, moment: datetime) -> bool:
    """Whether ``moment`` is in the interval. A wall-clock time that daylight saving skips never comes, one that it
    repeats counts both times; so an end within the gap is the first moment after it.
    """
    wall = moment.astimezone(ZoneInfo(interval.zone))
    minutes = wall.hour * 60 + wall.minute + wall.second / 60
    if interval.start < interval.end:
        return interval.start <= minutes < interval.end
    return minutes >= interval.start or minutes < interval.end
