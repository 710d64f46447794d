"""The strict mapping of every index, by the name after the namespace. ``docs/fields.md`` explains each field."""

from __future__ import annotations

from typing import Any

from newswatch.index.mappings import alerting, counting, feeds, items

Mapping = dict[str, Any]

#: indices that are split by month, with a read alias of the bare name
MONTHLY = ("items",)

ALL: dict[str, Mapping] = {
    "items": items.ITEMS,
    "feeds": feeds.FEEDS,
    "entries": feeds.ENTRIES,
    "dead-letter": feeds.DEAD_LETTER,
    "state": feeds.STATE,
    "counts": counting.COUNTS,
    "signals": counting.SIGNALS,
    **alerting.ALL,
}
