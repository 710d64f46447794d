"""What is configured, known and learnt about a feed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from newswatch.model.item import Entry, Item, Publisher


@dataclass(frozen=True, slots=True)
class FeedSpec:
    """One feed of ``feeds.yaml``. ``topics`` are free labels; ``checked`` is the date of a human's look."""

    id: str
    url: str
    publisher: Publisher
    language: str | None = None
    kind: str | None = None
    topics: tuple[str, ...] = ()
    enabled: bool = True
    country: str | None = None
    title: str | None = None
    checked: date | None = None
    publisher_name: str | None = None


class FeedStatus(StrEnum):
    """Outcome of the last poll. ``new`` is a feed that was never polled."""

    NEW = "new"
    OK = "ok"
    UNCHANGED = "unchanged"
    FAILED = "failed"
    GONE = "gone"
    PAUSED = "paused"


class Failure(StrEnum):
    """Bounded reasons of a failed poll; the sentence for people is in ``error``."""

    ADDRESS = "address"
    DNS = "dns"
    CONNECT = "connect"
    TLS = "tls"
    TIMEOUT = "timeout"
    HTTP = "http"
    RATE_LIMITED = "rate-limited"
    REDIRECT = "redirect"
    TOO_LARGE = "too-large"
    ENCODING = "encoding"
    CUT_SHORT = "cut-short"
    NOT_A_FEED = "not-a-feed"
    UNREADABLE = "unreadable"
    UNASKED_304 = "unasked-304"
    STORE = "store"


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """A feed document after parsing.

    ``damaged`` says in one line what was recovered from, or None. ``cut`` says that the document ends before its
    root element does, or that the entry limit was hit. ``ttl`` and ``update_period`` are in seconds.
    ``skip_hours`` are UTC hours 0-23, ``skip_days`` ISO weekdays 1-7.
    """

    title: str
    language: str | None
    entries: tuple[Entry, ...]
    format: str
    damaged: str | None = None
    cut: bool = False
    ttl: int | None = None
    update_period: int | None = None
    skip_hours: frozenset[int] = frozenset()
    skip_days: frozenset[int] = frozenset()
    hub: str | None = None
    self_url: str | None = None


@dataclass(frozen=True, slots=True)
class FeedState:
    """One document per feed in ``<ns>-feeds``: all that polling remembers. Times are UTC, durations seconds.

    ``url`` is the address to ask next (a remembered permanent redirect may differ from the configured one, which is
    ``configured_url``); neither holds credentials or keys, and ``fingerprint`` tells when the configured one changed.
    Validators (``etag``, ``last_modified``) belong to the last body that was parsed and indexed. ``failures`` sums
    the weights of the failures since the last success, ``rhythm`` the usual seconds between two new items.
    """

    feed: str
    configured_url: str
    url: str
    status: FeedStatus = FeedStatus.NEW
    failure: Failure | None = None
    error: str | None = None
    empty: bool = False
    damaged: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None
    http_status: int | None = None
    failures: float = 0.0
    interval: int = 300
    next_poll: datetime | None = None
    last_poll: datetime | None = None
    last_success: datetime | None = None
    last_new_item: datetime | None = None
    last_full: datetime | None = None
    first_success: datetime | None = None
    polls: int = 0
    items_total: int = 0
    items_last: int = 0
    entries_last: int = 0
    change_rate: float | None = None
    hub: str | None = None
    title: str | None = None
    language: str | None = None
    stale: bool = False
    rhythm: float | None = None
    minimum_interval: int | None = None
    skip_hours: frozenset[int] = frozenset()
    skip_days: frozenset[int] = frozenset()
    labels: dict[str, str] = field(default_factory=dict)
    fingerprint: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What a feed's entries document remembers of one entry: where it is stored and what it said."""

    id: str
    index: str
    hash: str
    title: str
    link: str | None
    last_seen: datetime


@dataclass(frozen=True, slots=True)
class Entries:
    """The entries document of one feed: every key (``g:guid``, ``l:link``, ``t:title+date``) → ``Known``."""

    feed: str
    keys: dict[str, Known] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ask:
    """One polite request: where to, and the validators to send back byte for byte (None: unconditional)."""

    feed: str
    url: str
    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of an ``Ask``. A failure is a value: ``failure`` and ``error`` (one line, no credentials) are set.

    ``final_url`` is where the body came from; ``permanent_url`` the address to remember when every redirect on the
    way was 301 or 308. ``cut`` says that the connection ended before the body did (``body`` then holds what came, and
    ``failure`` is set). ``retry_after`` and ``max_age`` are in seconds, ``elapsed`` too. ``url`` and ``final_url`` hold
    no credentials and no keys. Validators are latin-1 text, one character per byte. ``note`` tells of what is odd
    but no failure, such as a redirect from https to http; ``detour`` says that a redirect on the way was temporary;
    ``hub`` is the WebSub hub that a Link header names.
    """

    feed: str
    url: str
    final_url: str
    status: int | None = None
    body: bytes | None = None
    content_type: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    not_modified: bool = False
    permanent_url: str | None = None
    failure: Failure | None = None
    error: str | None = None
    cut: bool = False
    retry_after: float | None = None
    max_age: float | None = None
    elapsed: float = 0.0
    note: str | None = None
    detour: bool = False
    hub: str | None = None


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of a feed's entries: how many items were new, and whether the store took all that it should.

    ``error`` is one line when it did not. A document set aside in the dead-letter index counts as taken.
    """

    new: int = 0
    accepted: bool = True
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """A body that is not a feed: why, and the feeds that an HTML page names (absolute URLs)."""

    failure: Failure
    error: str
    alternates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Correction:
    """A known entry whose text changed: which document to update, and what it now says."""

    id: str
    index: str
    entry: Entry
    feed: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What one poll of one feed means: items to create, documents to correct, and the entries document to keep.

    ``entries`` is None when nothing in it changed.
    """

    new: tuple[Item, ...]
    corrected: tuple[Correction, ...]
    unchanged: int
    entries: Entries | None
