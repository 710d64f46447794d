"""Digests: what is configured, what is due, and what one says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, field_validator, model_validator

from newswatch.model.strict import Strict

PERIODS = {"daily": timedelta(days=1), "weekly": timedelta(days=7)}


class DigestSpec(Strict):
    """One digest of ``digests.yaml``.

    ``recipients`` name channels of ``channels.yaml``. ``cron`` is read on the wall clock of ``zone``. ``importance``
    (0-100) is the score that a story needs to be listed, ``stories`` how many a tag lists at most.
    """

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")
    title: str = Field(default="News digest", min_length=1, max_length=120)
    recipients: tuple[str, ...] = Field(min_length=1)
    cron: str = "0 7 * * *"
    zone: str = "UTC"
    period: Literal["daily", "weekly"] = "daily"
    tags: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    importance: int = Field(default=0, ge=0, le=100)
    stories: int = Field(default=5, ge=1, le=50)

    @field_validator("zone")
    @classmethod
    def _zone_exists(cls, zone: str) -> str:
        try:
            ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError, IsADirectoryError):
            raise ValueError(f"there is no time zone {zone!r}; use an IANA name such as Europe/Kyiv") from None
        return zone

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
    """What the ledger remembers of a digest: the window told to a recipient. ``recipient`` is empty in the entry that
    marks when the digest was first seen by newswatch (``until`` is then that moment).
    """

    digest: str
    recipient: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Due:
    """A digest to build and send now. ``late`` when it comes well after its time, or for several missed times."""

    digest: str
    window: Window
    recipients: tuple[str, ...]
    late: bool


@dataclass(frozen=True, slots=True)
class Report:
    """One story of the window, before ranking. ``families`` counts independent publishers of its thread.

    ``severity`` is 0 (none alerted) to 3 (critical). ``new`` names what had not been seen for 30 days.
    ``continues`` is the earlier story of the same thread: its title and link.
    """

    id: str
    title: str
    url: str | None
    language: str
    publishers: tuple[str, ...]
    languages: tuple[str, ...]
    families: int
    tags: tuple[str, ...]
    concepts: tuple[str, ...]
    actors: tuple[str, ...]
    first_seen: datetime
    copies: int = 1
    severity: int = 0
    new: tuple[str, ...] = ()
    quote: str = ""
    continues: tuple[str, str | None] | None = None
    state_media: bool = False


@dataclass(frozen=True, slots=True)
class Ranked:
    """A report and its score (0-100) with the parts that make it, in points."""

    report: Report
    score: float
    parts: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Volume:
    """How much against what is usual: stories per bucket with the expected band, None where it is not known."""

    tag: str
    times: tuple[datetime, ...]
    observed: tuple[float, ...]
    low: tuple[float | None, ...]
    high: tuple[float | None, ...]
    expected: float | None

    @property
    def total(self) -> float:
        """Stories in the window."""
        return sum(self.observed)


class Novelty(StrEnum):
    """What kind of thing is new."""

    CONCEPT = "concept"
    ACTOR = "actor"
    PAIR = "pair"
    TERM = "term"


@dataclass(frozen=True, slots=True)
class New:
    """Something not seen for 30 days, and the story that brought it."""

    kind: Novelty
    value: str
    title: str
    url: str | None


@dataclass(frozen=True, slots=True)
class Fired:
    """An alert of the window and how it ended."""

    id: str
    rule: str
    title: str
    severity: str
    since: datetime
    state: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class KeptBack:
    """What did not reach anybody: the ledger's word, how often, and an example."""

    word: str
    count: int
    example: str


@dataclass(frozen=True, slots=True)
class Trouble:
    """A feed that failed or fell silent, and why, in one line."""

    feed: str
    what: str
    why: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """What newswatch saw, and did not see. ``gaps`` are stretches without a single poll."""

    feeds: int
    answered: int
    failed: int
    stale: int
    origins: tuple[tuple[str, int], ...]
    languages: tuple[tuple[str, int], ...]
    trouble: tuple[Trouble, ...] = ()
    gaps: tuple[tuple[datetime, datetime], ...] = ()

    @property
    def healthy(self) -> bool:
        """Whether silence can be trusted: feeds answered, and nearly all of them, without a gap."""
        return self.answered > 0 and not self.gaps and self.answered >= 0.8 * self.feeds


@dataclass(frozen=True, slots=True)
class Facts:
    """All that a digest is made from, as the store gave it."""

    reports: tuple[Report, ...]
    volumes: tuple[Volume, ...]
    new: tuple[New, ...]
    fired: tuple[Fired, ...]
    kept_back: tuple[KeptBack, ...]
    coverage: Coverage


@dataclass(frozen=True, slots=True)
class Section:
    """One tag: its best stories, volume and novelties. ``more`` is how many further stories there were."""

    tag: str
    stories: tuple[Ranked, ...]
    more: int
    volume: Volume | None


@dataclass(frozen=True, slots=True)
class Digest:
    """What a digest says, ready to be rendered."""

    spec: DigestSpec
    window: Window
    late: bool
    top: tuple[Ranked, ...]
    sections: tuple[Section, ...]
    facts: Facts

    @property
    def empty(self) -> bool:
        """Whether nothing was reported."""
        return not self.facts.reports
