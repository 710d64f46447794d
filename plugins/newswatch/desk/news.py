"""Items as the desk shows them, and who else carries the same story."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from newswatch.render.environment import safe_url

SHOWN = (
    *("title", "summary", "url.full", "publisher", "language", "tags", "concepts", "actors", "@timestamp", "published"),
    *("event.created", "origin", "story.id", "story.lead", "evidence", "quality", "feeds", "revisions"),
)
NAMED = 6


@dataclass(frozen=True, slots=True)
class Carried:
    """Who carries a story: how many items, the most frequent publishers and languages."""

    copies: int = 1
    publishers: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    families: int = 1


@dataclass(frozen=True, slots=True)
class News:
    """One item. Times are ISO 8601; ``url`` is empty when it is no http(s) address; ``marks`` are spans of the title.

    ``evidence`` is (tag, concept, term, field, the text that matched) per hit.
    """

    id: str
    story: str
    title: str
    summary: str
    url: str
    publisher: str
    country: str
    language: str
    at: str
    seen: str
    origin: str
    lead: bool
    tags: tuple[str, ...]
    concepts: tuple[str, ...]
    actors: tuple[str, ...]
    quality: tuple[str, ...]
    feeds: tuple[str, ...]
    evidence: tuple[Mapping[str, Any], ...] = ()
    revisions: tuple[Mapping[str, Any], ...] = ()
    carried: Carried = field(default_factory=Carried)

    def spans(self, where: str, tag: str = "") -> list[tuple[int, int]]:
        """What the watch-list matched in ``title`` or ``summary``, for one tag or for all."""
        mine = (one for one in self.evidence if one.get("field") == where and (not tag or one.get("tag") == tag))
        return sorted({(int(one["start"]), int(one["end"])) for one in mine})


def news(hit: Mapping[str, Any], carried: Mapping[str, Carried] | None = None) -> News:
    """The item of a search hit; ``carried`` is by story."""
    source = hit["_source"]
    publisher, story = source.get("publisher") or {}, source.get("story") or {}
    name = str(story.get("id") or hit["_id"])
    publishing = str(publisher.get("id") or "")
    language = str(source.get("language") or "und")
    alone = Carried(1, (publishing,) if publishing else (), (language,))
    return News(
        id=hit["_id"],
        story=name,
        title=source.get("title") or "(no title)",
        summary=source.get("summary") or "",
        url=safe_url((source.get("url") or {}).get("full")),
        publisher=publishing,
        country=str(publisher.get("country") or ""),
        language=language,
        at=source["@timestamp"],
        seen=source["event"]["created"],
        origin=source.get("origin") or "",
        lead=bool(story.get("lead", True)),
        tags=_texts(source, "tags"),
        concepts=_texts(source, "concepts"),
        actors=_texts(source, "actors"),
        quality=_texts(source, "quality"),
        feeds=_texts(source, "feeds"),
        evidence=tuple(source.get("evidence") or ()),
        revisions=tuple(source.get("revisions") or ()),
        carried=(carried or {}).get(name, alone),
    )


def carried_request(stories: Iterable[str]) -> dict[str, Any]:
    """The search that tells who carries these stories: bounded by their number."""
    names = sorted(set(stories))
    inner = {
        "publishers": {"terms": {"field": "publisher.id", "size": NAMED}},
        "families": {"cardinality": {"field": "publisher.family", "precision_threshold": 100}},
        "languages": {"terms": {"field": "language", "size": NAMED}},
    }
    return {
        "size": 0,
        "track_total_hits": False,
        "query": {"bool": {"filter": [{"terms": {"story.id": names}}]}},
        "aggs": {"stories": {"terms": {"field": "story.id", "size": max(1, len(names))}, "aggs": inner}},
    }


def carried_of(answer: Mapping[str, Any]) -> dict[str, Carried]:
    """The answer of ``carried_request`` by story."""
    buckets: Sequence[Mapping[str, Any]] = answer.get("aggregations", {}).get("stories", {}).get("buckets", [])
    return {
        bucket["key"]: Carried(
            bucket["doc_count"], _keys(bucket, "publishers"), _keys(bucket, "languages"), bucket["families"]["value"]
        )
        for bucket in buckets
    }


def _keys(bucket: Mapping[str, Any], name: str) -> tuple[str, ...]:
    return tuple(one["key"] for one in bucket[name]["buckets"])


def _texts(source: Mapping[str, Any], name: str) -> tuple[str, ...]:
    return tuple(map(str, source.get(name) or ()))
