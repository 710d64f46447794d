"""Whether two mentions of a day can be one day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from newswatch.story.tokens import Token

DAYS = ("weekday", "date", "month", "relative")


def mentioned(line: Iterable[Token]) -> list[Token]:
    """The days and months that a sentence names."""
    return [token for token in line if token.kind in DAYS]


def clash(mine: Iterable[Token], theirs: Iterable[Token], my_time: datetime, their_time: datetime) -> bool:
    """Whether two sentences both name days, and no day of the one can be a day of the other."""
    one, other = mentioned(mine), mentioned(theirs)
    return bool(one and other) and not any(_fits(a, b, my_time, their_time) for a in one for b in other)


def _fits(one: Token, other: Token, my_time: datetime, their_time: datetime) -> bool:
    if one.key == other.key:
        return True
    if one.kind == other.kind and one.kind in ("weekday", "month"):
        return False
    if "month" in (one.kind, other.kind):
        month, date_ = (one, other) if one.kind == "month" else (other, one)
        return date_.kind != "date" or date_.key.startswith("day:") or _numbers(date_)[0] == _numbers(month)[0]
    first, second = _resolve(one, my_time), _resolve(other, their_time)
    if first is None or second is None:
        return False
    # the day of publication may be another where the text was written
    slack = 1 if "relative" in (one.kind, other.kind) else 0
    return any(abs((a - b).days) <= slack for a in first for b in second)


def _resolve(token: Token, time: datetime) -> list[date] | None:
    """The days that may be meant, near ``time``; None when there is no such day."""
    today = time.date()
    if token.kind == "relative":
        return [today + timedelta(days=int(token.key.partition(":")[2]))]
    if token.kind == "weekday":
        ahead = (int(token.key.partition(":")[2]) - today.weekday()) % 7
        return [today + timedelta(days=ahead), today + timedelta(days=ahead - 7)]
    month, day = _numbers(token) if token.key.startswith("date:") else (0, _numbers(token)[0])
    near = (today + timedelta(days=offset) for offset in range(-200, 165))
    return [one for one in near if one.day == day and month in (0, one.month)] or None


def _numbers(token: Token) -> tuple[int, ...]:
    return tuple(int(float(part)) for part in token.key.partition(":")[2].split("-"))
