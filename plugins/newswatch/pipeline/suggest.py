"""Words that a tag's recent items use far more than others do, and that the watch-list does not know yet."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from newswatch.index import documents
from newswatch.index.client import Store
from newswatch.tag import Tagger

FIELDS = ("title", "summary")
#: asked for per language and field: most of them are known already
ASKED = 200
LEAST = 3
_WORD = re.compile(r"[^\W\d_]{3,}|[\uac00-\ud7a3]{2,}|[\u3040-\u30ff\u4e00-\u9fff]+")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A word in ``language``: in how many of the tag's items and of all items, how telling, and a title with it."""

    language: str
    term: str
    items: int
    everywhere: int
    score: float
    example: str = ""


def suggest(store: Store, tagger: Tagger, tag: str, since: datetime, most: int = 20) -> list[Suggestion]:
    """At most ``most`` suggestions per language, the most telling first."""
    documents.refresh(store, store.index("items"))
    return [
        one for language in _languages(store, tag, since) for one in _of(store, tagger, (tag, language, since), most)
    ]


def _recent(since: datetime, **terms: str) -> list[dict[str, Any]]:
    return [{"range": {"@timestamp": {"gte": since.isoformat()}}}, *({"term": {k: v}} for k, v in terms.items())]


def _languages(store: Store, tag: str, since: datetime) -> list[str]:
    request = {
        "size": 0,
        "query": {"bool": {"filter": _recent(since, tags=tag)}},
        "aggs": {"languages": {"terms": {"field": "language", "size": 50, "min_doc_count": LEAST}}},
    }
    found = documents.search(store, store.index("items"), request).get("aggregations", {})
    return [bucket["key"] for bucket in found.get("languages", {"buckets": []})["buckets"]]


def _of(store: Store, tagger: Tagger, wanted: tuple[str, str, datetime], most: int) -> Iterator[Suggestion]:
    tag, language, since = wanted
    best: dict[str, Suggestion] = {}
    for one in _over_represented(store, tag, language, since):
        known = tagger.features(one.term, "", "", language).best
        if known or not _WORD.fullmatch(one.term):
            continue
        if one.term not in best or one.score > best[one.term].score:
            best[one.term] = one
    for one in sorted(best.values(), key=lambda one: (-one.score, one.term))[:most]:
        yield replace(one, example=_example(store, wanted, one.term))


def _over_represented(store: Store, tag: str, language: str, since: datetime) -> Iterator[Suggestion]:
    background = {"bool": {"filter": _recent(since, language=language)}}
    telling = {
        field: {
            "significant_text": {
                "field": field,
                "size": ASKED,
                "min_doc_count": LEAST,
                "filter_duplicate_text": True,
                "background_filter": background,
            }
        }
        for field in FIELDS
    }
    request = {
        "size": 0,
        "query": {"bool": {"filter": _recent(since, tags=tag, language=language)}},
        "aggs": {"sample": {"sampler": {"shard_size": 5_000}, "aggs": telling}},
    }
    found = documents.search(store, store.index("items"), request)["aggregations"]["sample"]
    for field in FIELDS:
        for bucket in found[field]["buckets"]:
            score = round(bucket["score"], 4)
            yield Suggestion(language, bucket["key"], bucket["doc_count"], bucket["bg_count"], score)


def _example(store: Store, wanted: tuple[str, str, datetime], term: str) -> str:
    tag, language, since = wanted
    match = {"multi_match": {"query": term, "fields": FIELDS}}
    query = {"bool": {"filter": [*_recent(since, tags=tag, language=language), match]}}
    answer = documents.search(store, store.index("items"), {"size": 1, "query": query, "_source": ["title"]})
    return next((hit["_source"]["title"] for hit in answer["hits"]["hits"]), "")
