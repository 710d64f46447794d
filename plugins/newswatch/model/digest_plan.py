"""Digests as they are configured, and which of them is due."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, field_validator, model_validator

from newswatch.model.channels import Names
from newswatch.model.duration import Duration
from newswatch.model.strict import Strict

PERIODS = {"daily": timedelta(days=1), "weekly": timedelta(days=7)}
CODE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
TIMES = {"daily": "0 7 * * *", "weekly": "0 7 * * 1"}


class DigestSpec(Strict):
    """One digest of ``digests.yaml``.

    ``recipients`` name channels of ``channels.yaml``. ``cron`` is read on the wall clock of ``zone``; without one
    it is seven o'clock, every day or every Monday. A digest tells of the time since the one before, or of the last
    ``window``. One that has not gone out ``deadline`` after its time is
    trouble of newswatch's own. ``importance`` (0-100) is the score that a story needs to be listed, ``stories`` how
    many a tag lists at most.
    """

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")
    title: str = Field(default="News digest", min_length=1, max_length=120)
    recipients: Names = Field(min_length=1)
    cron: str | None = None
    zone: str = "UTC"
    period: Literal["daily", "weekly"] = "daily"
    window: Duration | None = None
    deadline: Duration = timedelta(hours=2)
    tags: Names = ()
    languages: Names = ()
    importance: int = Field(default=0, ge=0, le=100)
    stories: int = Field(default=5, ge=1, le=50)

    @property
    def span(self) -> timedelta:
        """About how much time it tells of when nothing was missed."""
        return self.window or PERIODS[self.period]

    @property
    def times(self) -> str:
        """The cron line."""
        return self.cron or TIMES[self.period]

    @field_validator("zone")
    @classmethod
    def _zone_exists(cls, zone: str) -> str:
        try:
            ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError, IsADirectoryError):
            raise ValueError(f"there is no time zone {zone!r}; use an IANA name such as Europe/Kyiv") from None
        return zone

    @field_validator("window")
    @classmethod
    def _window_is_wide(cls, window: timedelta | None) -> timedelta | None:
        if window is not None and not timedelta(hours=1) <= window <= timedelta(days=31):
            raise ValueError("a window is from 1h to 31d wide")
        return window

    @field_validator("deadline")
    @classmethod
    def _deadline_can_be_met(cls, deadline: timedelta) -> timedelta:
        if not timedelta(minutes=10) <= deadline <= timedelta(days=7):
            raise ValueError("a deadline is from 10m to 7d after the digest's time")
        return deadline

    @field_validator("languages")
    @classmethod
    def _are_codes(cls, languages: tuple[str, ...]) -> tuple[str, ...]:
        odd = next((one for one in languages if not CODE.fullmatch(one)), None)
        if odd is not None:
            raise ValueError(f"a language is a code such as en or ko, not {odd!r}")
        return languages

    @model_validator(mode="after")
    def _once_each(self) -> DigestSpec:
        if len(set(self.recipients)) != len(self.recipients):
            raise ValueError("a recipient is named twice")
        return self


class DigestConfig(Strict):
    """``digests.yaml``."""

    digests: tuple[DigestSpec, ...] = ()


@dataclass(frozen=True, slots=True)
class Window:
    """The time that a digest tells of, [``since``, ``until``) in UTC; ``until`` is when it fell due."""

    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Sent:
    """What the ledger remembers of a digest and a recipient: told of everything up to ``until``.

    Without ``told`` it only says that newswatch came to know of the recipient then: what is older is not sent to it.
    """

    digest: str
    recipient: str
    until: datetime
    told: bool = True


@dataclass(frozen=True, slots=True)
class Due:
    """A digest to build and send now. ``late`` when it comes well after its time, or for several missed times."""

    digest: str
    window: Window
    recipients: tuple[str, ...]
    late: bool
