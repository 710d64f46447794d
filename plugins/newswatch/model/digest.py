"""What a digest is made from, and what it says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from newswatch.model.digest_plan import DigestSpec, Window


@dataclass(frozen=True, slots=True)
class Report:
    """One story of the window. ``families`` counts independent publishers of its thread, ``copies`` all its items.

    ``severity`` is 0 (none alerted) to 3 (critical). ``new`` names what had not been seen for 30 days.
    ``continues`` is the earlier story that it goes on from: its title and link. ``quote`` is a sentence of the
    publisher's own.
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
    """Something not seen for 30 days, the story that brought it, and that story's tags."""

    kind: Novelty
    value: str
    title: str
    url: str | None
    tags: tuple[str, ...] = ()


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
    url: str | None = None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class KeptBack:
    """What did not reach anybody: the ledger's word, how often, and examples (title and link)."""

    word: str
    count: int
    examples: tuple[tuple[str, str | None], ...]


@dataclass(frozen=True, slots=True)
class Trouble:
    """A feed that failed or fell silent, and why, in one line."""

    feed: str
    what: str
    why: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """What newswatch saw, and did not see. ``gaps`` are stretches in which no feed answered, ``refused`` counts
    documents that the store did not take. ``asof`` is set when the feeds' states are of a time well after the window.
    """

    feeds: int
    answered: int
    failed: int
    stale: int
    origins: tuple[tuple[str, int], ...]
    languages: tuple[tuple[str, int], ...]
    trouble: tuple[Trouble, ...] = ()
    gaps: tuple[tuple[datetime, datetime], ...] = ()
    refused: int = 0
    asof: datetime | None = None

    @property
    def healthy(self) -> bool:
        """Whether silence can be trusted: feeds answered, and nearly all of them, without a gap."""
        return self.answered > 0 and not self.gaps and self.answered >= 0.8 * self.feeds


@dataclass(frozen=True, slots=True)
class Facts:
    """All that a digest is made from, as the store gave it.

    ``watched`` is how many days of news the store holds before the window, 30 at most: what is new is said against
    those. ``unread`` is how many alerts there were beyond those in ``fired``, which are the most severe.
    """

    reports: tuple[Report, ...]
    volumes: tuple[Volume, ...]
    new: tuple[New, ...]
    fired: tuple[Fired, ...]
    kept_back: tuple[KeptBack, ...]
    coverage: Coverage
    watched: int = 30
    unread: int = 0


@dataclass(frozen=True, slots=True)
class Section:
    """One tag: its best stories, volume and novelties. ``more`` is how many further stories there were."""

    tag: str
    stories: tuple[Ranked, ...]
    more: int
    volume: Volume | None
    new: tuple[New, ...] = ()
    fired: tuple[Fired, ...] = ()


@dataclass(frozen=True, slots=True)
class Digest:
    """What a digest says, ready to be rendered. ``new`` and ``fired`` are what stands in no section."""

    spec: DigestSpec
    window: Window
    late: bool
    top: tuple[Ranked, ...]
    sections: tuple[Section, ...]
    facts: Facts
    new: tuple[New, ...] = ()
    fired: tuple[Fired, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether nothing was reported."""
        return not self.facts.reports
