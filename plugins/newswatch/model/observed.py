"""An item as detection and threads see it: no text beyond title and summary, nothing that needs a look-up."""

from __future__ import annotations

from collections.abc import Iterable
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

    def goes_with(self, other: Observed) -> bool:
        """Whether the two report of one matter: of one story, or of a concept and an actor that both have."""
        if self.story == other.story:
            return True
        return _share(self.concepts, other.concepts) and _share(self.actors, other.actors)


def families(items: Iterable[Observed]) -> tuple[str, ...]:
    """Publisher families that reported on their own: of each story only the first report counts."""
    first: dict[str, Observed] = {}
    for item in sorted(items, key=lambda one: (one.at, not one.lead, one.id)):
        first.setdefault(item.story, item)
    return tuple(dict.fromkeys(item.family for item in first.values()))


def _share(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    return not set(one).isdisjoint(other)
