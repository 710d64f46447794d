"""Entry (what a feed said) → Item (what newswatch knows) → TaggedItem (what it means)."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class Origin(StrEnum):
    """How an item came: only ``live`` items are counted and may alert."""

    LIVE = "live"
    BACKFILL = "backfill"
    SEED = "seed"


class Quality(StrEnum):
    """Bounded vocabulary of ``quality``: what is doubtful about an item."""

    DATE_MISSING = "date-missing"
    DATE_UNREADABLE = "date-unreadable"
    DATE_FUTURE = "date-future"
    DATE_OLD = "date-old"
    TITLE_MISSING = "title-missing"
    LINK_MISSING = "link-missing"
    TEXT_CUT = "text-cut"
    CHARSET_GUESSED = "charset-guessed"


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as the feed gave it, text already cleaned: plain, bounded, without markup or controls.

    ``link`` is absolute http(s) or None. ``published`` is UTC, None when absent or unreadable.
    ``language`` is a lower-case ISO 639-1 code as declared by entry or feed, or None.
    """

    guid: str | None
    link: str | None
    title: str
    summary: str = ""
    content: str = ""
    published: datetime | None = None
    updated: datetime | None = None
    language: str | None = None
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    quality: tuple[Quality, ...] = ()


@dataclass(frozen=True, slots=True)
class Publisher:
    """Who publishes. ``family`` groups titles under one owner or wire: the unit of independence."""

    id: str
    family: str
    country: str | None = None
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class Revision:
    """What an item said before it was corrected. ``seen`` is when newswatch saw the correction (UTC)."""

    seen: datetime
    title: str
    summary: str


@dataclass(frozen=True, slots=True)
class Item:
    """One article, whatever number of feeds carried it.

    ``id`` is the document ``_id`` and ``index`` the monthly index that holds it. ``timestamp`` is
    ``published``, or ``first_seen`` when that is null or more than ten minutes ahead. All times are UTC.
    """

    id: str
    index: str
    feed: str
    feeds: tuple[str, ...]
    url: str | None
    guid: str | None
    title: str
    summary: str
    content: str
    declared_language: str | None
    published: datetime | None
    timestamp: datetime
    first_seen: datetime
    origin: Origin
    publisher: Publisher
    quality: tuple[Quality, ...] = ()
    revisions: tuple[Revision, ...] = ()
    labels: dict[str, str] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why an item has a tag, a concept or an actor.

    ``start`` and ``end`` are character offsets into ``field`` (``title``, ``summary`` or ``content``) of the
    item as stored. ``score`` is this hit's share of the tag's score; ``detail`` holds the score's parts.
    """

    tag: str
    concept: str
    term: str
    field: str
    start: int
    end: int
    language: str
    score: float = 0.0
    detail: dict[str, Any] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Tagging:
    """The watch-list's verdict on one text. ``language`` is ISO 639-1 or ``und``; tuples are sorted."""

    tags: tuple[str, ...]
    concepts: tuple[str, ...]
    actors: tuple[str, ...]
    language: str
    evidence: tuple[Evidence, ...]
    version: str


@dataclass(frozen=True, slots=True)
class TaggedItem:
    """An item and its tagging, with the MinHash bands by which its story is found."""

    item: Item
    tagging: Tagging
    bands: tuple[str, ...] = ()
