"""The one writer of stories: new items join the story that they are a copy of, or become the lead of a new one.

It runs under a lease, after all shards; from then on an item's ``story.id`` never changes. Candidates are found with
one ``terms`` query per batch over the MinHash bands; the verdict is ``story.assign``'s. A run that died has placed a
part of the items; the next one places the rest, beside those.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from newswatch import story
from newswatch.errors import LeaseError
from newswatch.index import documents, items, state
from newswatch.index.client import Store
from newswatch.index.documents import Found, Write
from newswatch.model.story import StoryText

BATCH = 500
#: earlier items that a batch is compared with at most, the newest
CANDIDATES = 5000
#: below what Elasticsearch takes in one ``terms`` query (65,536)
TERMS = 60_000
LEASE = timedelta(minutes=10)
FIELDS = ["@timestamp", "title", "summary", "language", "publisher.id", "event.created", "story"]


@dataclass(frozen=True, slots=True)
class LinkReport:
    """How many new items were read, and how many of them lead a story."""

    items: int = 0
    leads: int = 0


def link(store: Store, now: datetime) -> LinkReport:
    """Join all items that have no story yet. Raises LeaseError while another run does it."""
    holder = uuid.uuid4().hex
    if not state.acquire(store, "link", holder, now, LEASE):
        raise LeaseError("another run is joining stories at this moment")
    try:
        return _link(store)
    finally:
        state.release(store, "link", holder, now)


def _link(store: Store) -> LinkReport:
    index = store.index("items")
    documents.refresh(store, index)
    search = {
        "query": {"bool": {"must_not": {"exists": {"field": "story.lead"}}}},
        "sort": [{"event.created": "asc"}, {"story.id": "asc"}],
        "_source": FIELDS,
    }
    read = leads = 0
    for page in documents.pages(store, search, index, BATCH):
        placed = _place(store, page)
        read += len(placed)
        leads += sum(lead for _, lead in placed.values())
    return LinkReport(read, leads)


def _place(store: Store, page: Sequence[Found]) -> dict[str, tuple[str, bool]]:
    """Item id → its story and whether it leads it. What a correction changed meanwhile is left to the next run."""
    new = [_text(one) for one in page]
    given = story.assign(new, _known(store, new))
    writes = [
        Write("update", one.index, one.id, {"story": {"id": given[one.id], "lead": given[one.id] == one.id}})
        for one in page
    ]
    outcomes = documents.bulk(store, writes)
    # the next page's candidates must see these
    documents.refresh(store, store.index("items"))
    applied = {outcome.write.id for outcome in outcomes if outcome.applied}
    return {one.id: (given[one.id], given[one.id] == one.id) for one in page if one.id in applied}


def _known(store: Store, new: Sequence[StoryText]) -> list[StoryText]:
    """Earlier items that share a band with one of ``new``, and the first items of their stories."""
    bands = sorted({band for one in new for band in one.bands})
    if not bands:
        return []
    since = min(one.time for one in new) - story.WINDOW
    found = _search(
        store,
        [
            {"terms": {"story.bands": bands[:TERMS]}},
            {"range": {"event.created": {"gte": since.isoformat()}}},
            {"exists": {"field": "story.lead"}},
        ],
    )
    have = {one.id for one in found}
    absent = sorted({one.story for one in found if one.story} - have)
    return found + (_search(store, [{"ids": {"values": absent}}]) if absent else [])


def _search(store: Store, filters: list[dict[str, Any]]) -> list[StoryText]:
    request: dict[str, Any] = {
        "query": {"bool": {"filter": filters}},
        "sort": [{"event.created": "desc"}],
        "size": CANDIDATES,
        "_source": FIELDS,
        "track_total_hits": False,
    }
    hits = documents.search(store, store.index("items"), request)["hits"]["hits"]
    return [_text(Found(hit["_id"], hit["_index"], hit["_source"], 0, 0), known=True) for hit in hits]


def _text(one: Found, *, known: bool = False) -> StoryText:
    source = one.source
    return StoryText(
        id=one.id,
        language=source.get("language") or "und",
        title=source["title"],
        summary=source["summary"],
        publisher=source["publisher"]["id"],
        time=datetime.fromisoformat(source["event"]["created"]),
        published=items.moment(source.get("@timestamp")),
        bands=tuple(source["story"].get("bands", ())),
        story=source["story"]["id"] if known else None,
    )
