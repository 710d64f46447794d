"""The news that a pass of detection looks at: items as documents, and how many feeds answer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from newswatch.index import documents
from newswatch.index.client import Store
from newswatch.model.observed import Observed
from newswatch.model.signal import Coverage

#: an item that nobody linked to a story within this time stands for itself
UNLINKED = timedelta(hours=1)
PAGE = 10_000
OVERDUE = timedelta(minutes=20)
FIELDS = [
    "event.created",
    "event.ingested",
    "story.id",
    "story.lead",
    "origin",
    "title",
    "summary",
    "url.full",
    "publisher",
    "language",
    "tags",
    "concepts",
    "actors",
    "feeds",
    "watchlist.version",
]


def observed(name: str, source: Mapping[str, Any]) -> Observed:
    """The item of a document."""
    publisher = source.get("publisher") or {}
    return Observed(
        id=name,
        at=datetime.fromisoformat(source["event"]["created"]),
        story=source["story"]["id"],
        lead=bool(source["story"].get("lead", True)),
        origin=source["origin"],
        title=source.get("title") or "",
        summary=source.get("summary") or "",
        url=(source.get("url") or {}).get("full"),
        publisher=publisher.get("id") or "",
        family=publisher.get("family") or publisher.get("id") or "",
        country=publisher.get("country") or "",
        language=source.get("language") or "und",
        tags=tuple(source.get("tags", ())),
        concepts=tuple(source.get("concepts", ())),
        actors=tuple(source.get("actors", ())),
        feeds=tuple(source.get("feeds", ())),
        watchlist=(source.get("watchlist") or {}).get("version") or "",
    )


def read_news(
    store: Store, ingested_since: datetime, created_since: datetime, now: datetime
) -> tuple[list[dict[str, Any]], Coverage | None]:
    """Items ingested or created since then, and how many of the feeds answer."""
    documents.refresh(store, store.index("items"), store.index("feeds"))
    news = [
        {"range": {"event.ingested": {"gte": ingested_since.isoformat()}}},
        {"range": {"event.created": {"gte": created_since.isoformat()}}},
    ]
    request: dict[str, Any] = {
        "query": {
            "bool": {
                "should": news,
                "minimum_should_match": 1,
                # what another machine's clock puts after now is read by the next pass
                "filter": [{"range": {"event.ingested": {"lte": now.isoformat()}}}],
            }
        },
        "size": PAGE,
        "_source": FIELDS,
        "track_total_hits": False,
        # event.created decides the monthly index, and _seq_no is unique in an index
        "sort": [{"event.created": {"order": "asc", "unmapped_type": "date"}}, {"_seq_no": "asc"}],
    }
    index = f"{store.index('items')},{store.index('feeds')}"
    answer = documents.search(store, index, {**request, "aggs": _feeds(now)})
    counted = answer.get("aggregations", {}).get("all", {}).get("feeds", {"doc_count": 0})
    coverage = Coverage(counted["answer"]["doc_count"], counted["doc_count"]) if counted["doc_count"] else None
    hits: list[dict[str, Any]] = list(answer["hits"]["hits"])
    while len(answer["hits"]["hits"]) == PAGE:
        answer = documents.search(store, index, {**request, "search_after": hits[-1]["sort"]})
        hits += answer["hits"]["hits"]
    return hits, coverage


def _feeds(now: datetime) -> dict[str, Any]:
    """Counts the feeds, and those that answer: the last poll went well and the next is not overdue."""
    known = {
        "filter": [{"exists": {"field": "configured_url"}}],
        "must_not": [{"terms": {"status": ["gone", "paused"]}}],
    }
    answer = [
        {"terms": {"status": ["ok", "unchanged"]}},
        {"range": {"next_poll": {"gte": (now - OVERDUE).isoformat()}}},
    ]
    counted = {"answer": {"filter": {"bool": {"filter": answer}}}}
    return {"all": {"global": {}, "aggs": {"feeds": {"filter": {"bool": known}, "aggs": counted}}}}


def linked(hit: Mapping[str, Any], now: datetime) -> bool:
    """Whether an item (a hit) belongs to its story by now, or waited for that long enough."""
    return "lead" in hit["_source"]["story"] or now - ingested(hit) > UNLINKED


def ingested(hit: Mapping[str, Any]) -> datetime:
    """When an item (a hit) was stored."""
    return datetime.fromisoformat(hit["_source"]["event"]["ingested"])
