"""What a digest tells of the news: its window's items, what the month before knew, and the details of what is shown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from newswatch.digest import fresh, stories
from newswatch.digest.fresh import UNSEEN_DAYS, Known
from newswatch.digest.stories import Thread
from newswatch.index import documents
from newswatch.index.client import Store
from newswatch.model.digest import Digest, New, Report
from newswatch.model.digest_plan import Window
from newswatch.model.observed import Observed

PAGE = 10_000
MOST = 20
EARLIER = timedelta(days=7)
#: pairs of actors are asked for as buckets, of which one answer holds at most 65,536
ACTORS = 250
FIELDS: tuple[Any, ...] = (
    {"field": "event.created", "format": "epoch_second"},
    "story.id",
    "story.lead",
    "origin",
    "title.keyword",
    "url.full",
    "publisher.id",
    "publisher.family",
    "language",
    "tags",
    "concepts",
    "actors",
)
_SENTENCE = re.compile(r"(?s)^(.{20,220}?[.!?。！？])(?:\s|$)")


@dataclass(frozen=True, slots=True)
class News:
    """The tagged items of a window, its threads, what is new in them, and counts of all items."""

    items: tuple[Observed, ...]
    leads: Mapping[str, Observed]
    thread: Thread
    new: tuple[New, ...]
    new_by_story: Mapping[str, Sequence[str]]
    watched: int
    origins: tuple[tuple[str, int], ...]
    languages: tuple[tuple[str, int], ...]


def read(store: Store, window: Window, state_media: frozenset[str]) -> News:
    """The news of ``window``: items first seen in it, without seeds and what feeds brought of older days."""
    items, counted = _items(store, window)
    leads = stories.leads(items)
    asked = fresh.candidates(leads.values())
    known = _known(store, window, asked)
    new, by_story = fresh.novelties(leads.values(), known, asked)
    thread = stories.threads(leads.values(), state_media)
    return News(items, leads, thread, new, by_story, known.days, *counted)


def detail(store: Store, digest: Digest, news: News, names: Mapping[str, str]) -> dict[str, Report]:
    """The reports that ``digest`` shows, with who reports them, a quote, and the earlier story each continues.

    ``names`` are those of publishers, by id.
    """
    shown = [one.report for one in (*digest.top, *(one for section in digest.sections for one in section.stories))]
    texts = _texts(store, [news.leads[report.id].id for report in shown])
    earlier = _earlier(store, shown, digest.window)
    better = {}
    for report in shown:
        item = news.leads[report.id]
        publishers, languages = stories.told_by(item, news.thread)
        source = texts.get(item.id, {})
        better[report.id] = replace(
            report,
            title=source.get("title") or report.title,
            publishers=tuple(names.get(one, one) for one in publishers),
            languages=languages,
            quote=_quote(source.get("summary") or "", report.title),
            continues=earlier.get(report.id),
        )
    return better


def _items(
    store: Store, window: Window
) -> tuple[tuple[Observed, ...], tuple[tuple[tuple[str, int], ...], tuple[tuple[str, int], ...]]]:
    """The tagged items, oldest first, and how many items of each origin and language came, tagged or not."""
    created = between("event.created", window.since, window.until)
    timely = [{"term": {"origin": "live"}}, between("@timestamp", window.since, window.until)]
    query = {
        "filter": [created, {"exists": {"field": "tags"}}],
        "should": timely,
        "minimum_should_match": 1,
        "must_not": [{"term": {"origin": "seed"}}],
    }
    counts = {name: {"terms": {"field": name, "size": MOST}} for name in ("origin", "language")}
    request: dict[str, Any] = {
        "query": {"bool": query},
        "size": PAGE,
        "_source": False,
        "docvalue_fields": list(FIELDS),
        "track_total_hits": False,
        "sort": [{"event.created": "asc"}, {"_seq_no": "asc"}],
    }
    every = {"all": {"global": {}, "aggs": {"in": {"filter": created, "aggs": counts}}}}
    answer = documents.search(store, store.index("items"), {**request, "aggs": every})
    # without any index there are no aggregations either
    counted = answer.get("aggregations", {"all": {"in": {}}})["all"]["in"]
    found = [_observed(hit) for hit in answer["hits"]["hits"]]
    while len(answer["hits"]["hits"]) == PAGE:
        after = {"search_after": answer["hits"]["hits"][-1]["sort"]}
        answer = documents.search(store, store.index("items"), {**request, **after})
        found += [_observed(hit) for hit in answer["hits"]["hits"]]
    return tuple(found), (_tally(counted.get("origin")), _tally(counted.get("language")))


def _known(store: Store, window: Window, asked: Sequence[str]) -> Known:
    """What the 30 days before the window brought, in two requests."""
    before = between("event.created", window.since - timedelta(days=UNSEEN_DAYS), window.since)
    actors: dict[str, Any] = {"terms": {"field": "actors", "size": ACTORS}}
    aggs = {
        "concepts": {"terms": {"field": "concepts", "size": 5_000}},
        "actors": {"terms": {"field": "actors", "size": 5_000}},
        "pairs": {**actors, "aggs": {"with": actors}},
        "first": {"min": {"field": "event.created"}},
    }
    index = store.index("items")
    found = documents.search(store, index, {"query": before, "size": 0, "aggs": aggs}).get("aggregations")
    if found is None:
        return Known(frozenset(), frozenset(), frozenset(), frozenset(), 0)
    first = found["first"]["value"]
    days = round((window.since.timestamp() - first / 1000) / 86_400) if first else 0
    return Known(
        frozenset(name for name, _ in _tally(found["concepts"])),
        frozenset(name for name, _ in _tally(found["actors"])),
        frozenset((one["key"], other) for one in found["pairs"]["buckets"] for other, _ in _tally(one["with"])),
        _seen(store, before, asked),
        min(days, UNSEEN_DAYS),
    )


def _seen(store: Store, before: Mapping[str, Any], asked: Sequence[str]) -> frozenset[str]:
    """Those of the words that stood in a title before."""
    if not asked:
        return frozenset()
    words = {word: {"match": {"title": {"query": word, "operator": "and"}}} for word in asked}
    request = {"query": before, "size": 0, "aggs": {"words": {"filters": {"filters": words}}}}
    buckets = documents.search(store, store.index("items"), request)["aggregations"]["words"]["buckets"]
    return frozenset(word for word, bucket in buckets.items() if bucket["doc_count"])


def _texts(store: Store, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    request = {"query": {"ids": {"values": list(ids)}}, "size": len(ids), "_source": ["title", "summary"]}
    hits = documents.search(store, store.index("items"), request)["hits"]["hits"] if ids else []
    return {hit["_id"]: hit["_source"] for hit in hits}


def _earlier(store: Store, shown: Iterable[Report], window: Window) -> dict[str, tuple[str, str | None]]:
    """For each story the best earlier one: same language, a shared concept and actor, and much of its title."""
    asked = [report for report in shown if report.concepts and report.actors]
    requests = [(store.index("items"), _continued(report, window)) for report in asked]
    answers = documents.multi(store, requests) if requests else []
    found = {}
    for report, answer in zip(asked, answers, strict=True):
        for hit in answer["hits"]["hits"]:
            found[report.id] = (hit["_source"]["title"], hit["_source"]["url"].get("full"))
    return found


def _continued(report: Report, window: Window) -> dict[str, Any]:
    wanted = [
        {"term": {"story.lead": True}},
        {"term": {"language": report.language}},
        {"terms": {"concepts": list(report.concepts)}},
        {"terms": {"actors": list(report.actors)}},
        between("event.created", window.since - EARLIER, window.since),
    ]
    title = {"match": {"title": {"query": report.title, "minimum_should_match": "50%"}}}
    return {"query": {"bool": {"must": [title], "filter": wanted}}, "size": 1, "_source": ["title", "url.full"]}


def _observed(hit: Mapping[str, Any]) -> Observed:
    fields = hit["fields"]

    def one(name: str) -> str:
        return str(fields[name][0]) if name in fields else ""

    return Observed(
        id=hit["_id"],
        at=datetime.fromtimestamp(float(fields["event.created"][0]), UTC),
        story=one("story.id"),
        lead=bool(fields.get("story.lead", [True])[0]),
        origin=one("origin"),
        title=one("title.keyword"),
        url=one("url.full") or None,
        publisher=one("publisher.id"),
        family=one("publisher.family") or one("publisher.id"),
        language=one("language") or "und",
        tags=tuple(fields.get("tags", ())),
        concepts=tuple(fields.get("concepts", ())),
        actors=tuple(fields.get("actors", ())),
    )


def _quote(summary: str, title: str) -> str:
    """The first sentence of a summary, when it says more than the title."""
    found = _SENTENCE.match(summary.strip())
    sentence = found.group(1) if found else ""
    return "" if sentence.casefold().strip(".") in title.casefold() else sentence


def between(field: str, since: datetime, until: datetime) -> dict[str, Any]:
    """The filter of a half-open time range."""
    return {"range": {field: {"gte": since.isoformat(), "lt": until.isoformat()}}}


def _tally(aggregation: Mapping[str, Any] | None) -> tuple[tuple[str, int], ...]:
    return tuple((bucket["key"], bucket["doc_count"]) for bucket in (aggregation or {"buckets": ()})["buckets"])
