"""Items: one document per article, whatever number of feeds and polls brings it."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import orjson

from newswatch.errors import StoreError
from newswatch.index import documents, known_items
from newswatch.index.client import Store, asking
from newswatch.index.documents import Found, Outcome, Write
from newswatch.index.templates import monthly
from newswatch.model.item import Evidence, Item, Origin, Publisher, Quality, Revision, TaggedItem, Tagging

REVISIONS = 20
#: what needs no parsing to be read: nearly all addresses
_HOST = re.compile(r"https?://([a-z0-9.-]+)(?:[/?#]|$)")
_EVIDENCE = tuple(one.name for one in dataclasses.fields(Evidence))
#: the host of nearly every address, which has no port and no user
_HOST = re.compile(r"https?://([a-z0-9.-]+)(?=[/?#]|\Z)")


@dataclass(frozen=True, slots=True)
class Written:
    """What became of items: ids that were created, that were there already, and that were set aside as refused.

    ``places`` says in which index those are that last month brought.
    """

    created: frozenset[str] = frozenset()
    known: frozenset[str] = frozenset()
    refused: frozenset[str] = frozenset()
    places: Mapping[str, str] = field(default_factory=dict)


def existing(store: Store, ids: Iterable[str], now: datetime) -> dict[str, Found]:
    """Which of ``ids`` are stored in last month's index, in real time, in one request."""
    index = monthly(store, "items", now.replace(day=1) - timedelta(days=1))
    with asking(store):
        # each id asked of an index that is not there costs the server an exception
        found = store.client.indices.exists(index=index)
    return documents.mget(store, [(index, name) for name in ids], source=["feeds"]) if found else {}


def write(store: Store, items: Sequence[TaggedItem], now: datetime) -> Written:
    """Store new items; those that are known learn the further feed; those that the mapping refuses are set aside.

    Raises StoreError when it was the store that did not take one: a block, a missing shard.
    """
    before = existing(store, [one.item.id for one in items], now)
    fresh = [one for one in items if one.item.id not in before]
    outcomes = documents.bulk(store, (Write("create", o.item.index, o.item.id, document(o, now)) for o in fresh))
    conflicts = [(outcome.write.index, outcome.write.id) for outcome in outcomes if outcome.conflict]
    refused = [outcome for outcome in outcomes if outcome.unfit]
    lost = next((one for one in outcomes if not (one.applied or one.conflict or one.unfit)), None)
    if lost is not None:
        raise StoreError(f"Elasticsearch does not take items ({lost.status}: {lost.reason})")
    set_aside(store, refused, now)
    known = before | documents.mget(store, conflicts, source=["feeds"])
    known_items.attach_all(store, [(one.item, known[one.item.id]) for one in items if one.item.id in known])
    return Written(
        frozenset(outcome.write.id for outcome in outcomes if outcome.applied),
        frozenset(before) | {name for _, name in conflicts},
        frozenset(outcome.write.id for outcome in refused),
        {name: found.index for name, found in before.items()},
    )


def anywhere(store: Store, ids: Sequence[str]) -> frozenset[str]:
    """Which of ``ids`` are stored in any month's index. A search: it sees what was refreshed."""
    documents.refresh(store, store.index("items"))
    request = {"query": {"ids": {"values": list(ids)}}, "size": len(ids), "_source": False}
    hits = documents.search(store, store.index("items"), request)["hits"]["hits"]
    return frozenset(hit["_id"] for hit in hits)


def set_aside(store: Store, refused: Sequence[Outcome], now: datetime) -> None:
    """Put refused documents into the dead-letter index with the reason; writing them twice makes one."""
    writes = [
        Write(
            "index",
            store.index("dead-letter"),
            f"{outcome.write.index}/{outcome.write.id}"[:500],
            {
                "@timestamp": now.isoformat(),
                "kind": "refused-document",
                "target": outcome.write.index,
                "feed": (outcome.write.source or {}).get("feed"),
                "reason": outcome.reason,
                "document": orjson.dumps(outcome.write.source, option=orjson.OPT_UTC_Z).decode()[:30_000],
            },
        )
        for outcome in refused
    ]
    documents.bulk(store, writes)


def document(tagged: TaggedItem, ingested: datetime) -> dict[str, Any]:
    """The document of an item; ``story.lead`` is missing until its story is known."""
    item, tagging = tagged.item, tagged.tagging
    published = _iso(item.published)
    return {
        "@timestamp": published if item.timestamp is item.published else _iso(item.timestamp),
        "published": published,
        "event": {
            "created": _iso(item.first_seen),
            "ingested": _iso(ingested),
            "kind": "event",
            "dataset": "newswatch.items",
        },
        "lag": {
            "seen": max(0.0, (item.first_seen - item.timestamp).total_seconds()),
            "ingested": max(0.0, (ingested - item.first_seen).total_seconds()),
        },
        "title": item.title,
        "summary": item.summary,
        "content": item.content,
        "declared_language": item.declared_language,
        "url": {"full": item.url, "domain": _domain(item.url)},
        "guid": item.guid,
        "feed": item.feed,
        "feeds": list(item.feeds),
        "publisher": _publisher(item.publisher),
        "origin": item.origin.value,
        "quality": [one.value for one in item.quality],
        "revisions": [{"seen": _iso(one.seen), "title": one.title, "summary": one.summary} for one in item.revisions],
        "story": {"id": item.id, "bands": list(tagged.bands)},
        "labels": item.labels,
        **tagged_fields(tagging),
    }


def tagged_fields(tagging: Tagging) -> dict[str, Any]:
    """The part of the document that the watch-list decides."""
    return {
        "language": tagging.language,
        "tags": list(tagging.tags),
        "concepts": list(tagging.concepts),
        "actors": list(tagging.actors),
        "evidence": [{name: getattr(one, name) for name in _EVIDENCE} for one in tagging.evidence],
        "watchlist": {"version": tagging.version},
    }


def _publisher(one: Publisher) -> dict[str, str | None]:
    return {"id": one.id, "family": one.family, "country": one.country, "kind": one.kind}


def item(name: str, index: str, source: Mapping[str, Any]) -> Item:
    """The item of a document."""
    return Item(
        id=name,
        index=index,
        feed=source["feed"],
        feeds=tuple(source["feeds"]),
        url=source["url"].get("full"),
        guid=source.get("guid"),
        title=source["title"],
        summary=source["summary"],
        content=source.get("content") or "",
        declared_language=source.get("declared_language"),
        published=moment(source.get("published")),
        timestamp=_moment(source["@timestamp"]),
        first_seen=_moment(source["event"]["created"]),
        origin=Origin(source["origin"]),
        publisher=Publisher(**source["publisher"]),
        quality=tuple(Quality(one) for one in source.get("quality", ())),
        revisions=tuple(
            Revision(_moment(one["seen"]), one["title"], one["summary"]) for one in source.get("revisions", ())
        ),
        labels=dict(source.get("labels") or {}),
    )


def tagging(source: Mapping[str, Any]) -> Tagging:
    """The tagging of a document."""
    return Tagging(
        tags=tuple(source.get("tags", ())),
        concepts=tuple(source.get("concepts", ())),
        actors=tuple(source.get("actors", ())),
        language=source.get("language") or "und",
        evidence=tuple(Evidence(**one) for one in source.get("evidence", ())),
        version=(source.get("watchlist") or {}).get("version", ""),
    )


def flat(name: str, source: Mapping[str, Any]) -> dict[str, Any]:
    """The flat form of the command line's JSON."""
    return {
        "id": name,
        "feed": source["feed"],
        "feeds": source["feeds"],
        "url": source["url"].get("full"),
        "title": source["title"],
        "summary": source["summary"],
        "published": source.get("published"),
        "timestamp": source["@timestamp"],
        "first_seen": source["event"]["created"],
        "lang": source.get("language"),
        "tags": source.get("tags", []),
        "concepts": source.get("concepts", []),
        "actors": source.get("actors", []),
        "origin": source["origin"],
        "quality": source.get("quality", []),
        "publisher": source["publisher"]["id"],
        "story_id": source["story"]["id"],
        "lead": source["story"].get("lead"),
        "revisions": len(source.get("revisions", [])),
    }


def moment(text: str | None) -> datetime | None:
    """An ISO time of a document as UTC."""
    return _moment(text) if text else None


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _iso(when: datetime | None) -> str | None:
    return when.isoformat().replace("+00:00", "Z") if when else None


def _domain(url: str | None) -> str | None:
    if not url:
        return None
    found = _HOST.match(url)
    return found[1] if found else urlsplit(url).hostname or None
