"""What the panels are about: indices and their data views, and the measures, controls and sentences that they share."""

from __future__ import annotations

from newswatch.model.dashboard import Control, DataView, Note
from newswatch.model.panel import ByTime, Measure, Source, Where

ITEMS = Source("items", "@timestamp", "items")
SEEN = Source("items", "event.created", "items", view="items-seen")
ALERTS = Source("alerts", "@timestamp", "alerts")
LEDGER = Source("ledger", "@timestamp", "matches")
OUTBOX = Source("outbox", "@timestamp", "deliveries")
FEEDS = Source("feeds", "last_poll", "feeds")
COUNTS = Source("counts", "@timestamp", "stories")

COUNT = Measure("count", "Items")
LIVE = (Where("origin", ("live",)),)
NO_ITEMS = "No items yet: the first poll fills this within minutes of the start."
NO_ALERTS = "No alert has fired in this time range. Seeds and first loads of a feed never alert."
NO_FEEDS = "No feed has been polled yet."
NO_COUNTS = "No counts yet: the first bucket closes a quarter of an hour after the first live item."

VIEWS = (
    DataView("items", "Newswatch items", "@timestamp", (("url.full", "url"),)),
    DataView("items", "Newswatch items by first sight", "event.created", (("url.full", "url"),), view="items-seen"),
    DataView("alerts", "Newswatch alerts", "@timestamp"),
    DataView("feeds", "Newswatch feeds", "last_poll", (("url", "url"),)),
    DataView("counts", "Newswatch counts", "@timestamp"),
    DataView("ledger", "Newswatch ledger", "@timestamp"),
    DataView("outbox", "Newswatch deliveries", "@timestamp"),
)


def by_hour(field: str = "@timestamp") -> ByTime:
    """Buckets of an hour."""
    return ByTime("hour", "Hour", field, "1h")


CONTROLS = (
    Control("tag", "Tag", "items", "tags"),
    Control("actor", "Actor", "items", "actors"),
    Control("language", "Language", "items", "language"),
    Control("publisher", "Publisher", "items", "publisher.id"),
    Control("origin", "Origin", "items", "origin"),
)
EMPTY_NOTE = (
    "A panel says *No results* until there is something to show: items come with the first poll, "
    "counts a quarter of an hour after the first live item, alerts when a rule first matches live news."
)


def note(row: int) -> tuple[Note, ...]:
    """The text at the foot of a dashboard, from ``row`` on."""
    return (Note("note", EMPTY_NOTE, 0, row, 48, 4),)
