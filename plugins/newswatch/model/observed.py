"""An item as detection sees it: no text beyond title and summary, nothing that needs a look-up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Observed:
    """One item. ``at`` is when newswatch first saw it (UTC); ``lead`` whether it is the first of its story.

    ``watchlist`` is the version of the watch-list that tagged it.
    """

    id: str
    at: datetime
    story: str
    lead: bool = True
    origin: str = "live"
    title: str = ""
    summary: str = ""
    url: str | None = None
    publisher: str = ""
    family: str = ""
    country: str = ""
    language: str = "und"
    tags: tuple[str, ...] = ()
    concepts: tuple[str, ...] = ()
    actors: tuple[str, ...] = ()
    feeds: tuple[str, ...] = ()
    watchlist: str = ""
