"""The watch-list: what is looked for, what each concept matched lately, and why a headline would get its tags."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from fastapi import Request

from newswatch.desk.answer import MissingError, Page, desk_of
from newswatch.desk.news import SHOWN, news
from newswatch.errors import UsageError
from newswatch.index import documents
from newswatch.model.watchlist import Concept
from newswatch.tag import Tagger

LATELY = timedelta(days=7)
HEADLINE, PARTS, ITEMS = 2_000, 10, 30


@dataclass(frozen=True, slots=True)
class Verdict:
    """One tag on a tried headline: its probability, whether it is given, and what spoke for and against it."""

    tag: str
    probability: float
    given: bool
    parts: tuple[tuple[str, float], ...]


def watchlist(request: Request) -> Page:
    """One request: how often each concept matched in seven days, and what it matched last."""
    desk = desk_of(request)
    headline = request.query_params.get("try", "").strip()
    if len(headline) > HEADLINE:
        raise UsageError(f"a headline takes at most {HEADLINE:,} characters; this one has {len(headline):,}")
    concepts = desk.watchlist.concepts
    answer = documents.search(desk.store, desk.store.index("items"), _lately(desk.clock(), len(concepts)))
    buckets = answer.get("aggregations", {}).get("concepts", {}).get("buckets", [])
    counts = {one["key"]: (one["doc_count"], one["last"].get("value_as_string")) for one in buckets}
    rows = [(concept, *counts.get(concept.id, (0, None))) for concept in concepts if concept.tags]
    rows.sort(key=lambda row: (-row[1], row[0].id))
    values = {
        "rows": rows,
        "contexts": [concept for concept in concepts if not concept.tags],
        "actors": desk.watchlist.actors,
        "version_of": desk.watchlist.version,
        "headline": headline,
        "tried": try_headline(desk.tagger, headline) if headline else None,
    }
    return Page("watchlist.html", values)


def concept(request: Request) -> Page:
    """One concept: its terms, and the items that it matched last. One request."""
    desk, name = desk_of(request), request.path_params["name"]
    found = next((one for one in desk.watchlist.concepts if one.id == name), None)
    if found is None:
        raise MissingError(f"The watch-list has no concept {name[:80]}")
    search = {
        "query": {"bool": {"filter": [{"term": {"concepts": name}}]}},
        "sort": [{"@timestamp": "desc"}],
        "size": ITEMS,
        "_source": list(SHOWN),
        "track_total_hits": 10_000,
    }
    answer = documents.search(desk.store, desk.store.index("items"), search)
    values = {
        "concept": found,
        "total": answer["hits"]["total"]["value"],
        "items": [(one, _of(one.evidence, found, "title")) for one in map(news, answer["hits"]["hits"])],
    }
    return Page("concept.html", values)


def try_headline(tagger: Tagger, headline: str) -> dict[str, Any]:
    """The verdict on a headline with all that explains it."""
    tagging = tagger.tag(headline, "")
    scores = tagger.scores(tagger.features(headline, ""))
    verdicts = []
    for spec in tagger.watchlist.tags:
        scored = scores.get(spec.id)
        if scored is not None:
            parts = sorted(scored.parts.items(), key=lambda part: -abs(part[1]))[:PARTS]
            named = tuple((name.removeprefix("concept:"), share) for name, share in parts if share)
            verdicts.append(Verdict(spec.id, scored.probability, scored.probability >= spec.threshold, named))
    spans = sorted({(one.start, one.end) for one in tagging.evidence if one.field == "title"})
    return {"tagging": tagging, "verdicts": verdicts, "spans": spans}


def _lately(now: datetime, concepts: int) -> dict[str, Any]:
    since = (now - LATELY).replace(minute=0, second=0, microsecond=0)
    last = {"last": {"max": {"field": "@timestamp"}}}
    counted = {"terms": {"field": "concepts", "size": concepts or 1}, "aggs": last}
    return {
        "size": 0,
        "track_total_hits": False,
        "query": {"bool": {"filter": [{"range": {"@timestamp": {"gte": since.isoformat()}}}]}},
        "aggs": {"concepts": counted},
    }


def _of(evidence: tuple[Any, ...], concept_: Concept, where: str) -> list[tuple[int, int]]:
    mine = (one for one in evidence if one.get("field") == where and one.get("concept") == concept_.id)
    return sorted({(int(one["start"]), int(one["end"])) for one in mine})
