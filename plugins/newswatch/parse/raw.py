"""What a reader of one format found, before any cleaning: the seam between the readers and ``entries``."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class RawLink:
    """A link as written, ``base`` being what it is relative to (``xml:base``), if anything was said."""

    href: str
    rel: str = "alternate"
    type: str = ""
    base: str | None = None


@dataclass(slots=True)
class RawEntry:
    """Values of one entry as written; markup stays in. ``lines``: ``content`` is text whose line ends are meant."""

    guid: str = ""
    guid_is_link: bool = False
    guid_base: str | None = None
    links: list[RawLink] = field(default_factory=list)
    original_link: str = ""
    title: str = ""
    summary: str = ""
    content: str = ""
    published: str = ""
    updated: str = ""
    created: str = ""
    language: str = ""
    authors: list[str] = field(default_factory=list)
    categories: list[str] = field(default_factory=list)
    lines: bool = False


@dataclass(slots=True)
class RawFeed:
    """A feed as written. ``found`` counts the entries of the document, of which ``entries`` holds the first."""

    format: str
    entries: list[RawEntry] = field(default_factory=list)
    found: int = 0
    title: str = ""
    language: str = ""
    links: list[RawLink] = field(default_factory=list)
    ttl: str = ""
    period: str = ""
    frequency: str = ""
    hours: list[str] = field(default_factory=list)
    days: list[str] = field(default_factory=list)


#: entries read from one document
ENTRIES_MAX = 2_000
