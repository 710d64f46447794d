"""Search: full text and facets over all items; the state of the page is its address.

Words are found by their beginnings, as no stemmer can be relied on over all languages: ``ракет`` finds ``ракетами``,
``북한군`` finds ``북한군이``. Of a Cyrillic or Korean word the typed ending is left open too. Words in Chinese or
Japanese script are found as phrases, ``"words in quotes"`` as they stand.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from fastapi import Request

from newswatch.desk.answer import Page, RefusedError, desk_of
from newswatch.desk.news import SHOWN, carried_of, carried_request, news
from newswatch.errors import UsageError
from newswatch.index import documents

LONGEST, MOST_WORDS, MOST_VALUES = 500, 12, 20
ADDRESS = 8_000
PAGE = 20
DEEPEST = 10_000
#: the part of more than 10,000 items whose facets are counted
SAMPLE = 0.05
FACETS = {
    "tag": ("tags", "Tag"),
    "concept": ("concepts", "Concept"),
    "actor": ("actors", "Actor"),
    "lang": ("language", "Language"),
    "publisher": ("publisher.id", "Publisher"),
    "country": ("publisher.country", "Country"),
    "origin": ("origin", "Origin"),
}
SPANS = {"24h": timedelta(hours=24), "7d": timedelta(days=7), "30d": timedelta(days=30), "all": None}
ORDERS = {"new": "newest first", "best": "best match first"}
FIELDS = ("title^3", "summary", "content")
_CHARACTERS = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
_CYRILLIC = re.compile(r"[\u0400-\u04ff]{5,}")
_HANGUL = re.compile(r"[\uac00-\ud7a3]{3,}")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a search asks for."""

    text: str
    chosen: Mapping[str, tuple[str, ...]]
    span: str
    order: str
    leads: bool
    page: int

    def pairs(self, **changed: Any) -> list[tuple[str, Any]]:
        """The search as pairs of an address, with some of them changed (``page`` goes back to the first)."""
        fixed = {"q": self.text, "span": self.span, "sort": self.order, "leads": "1" if self.leads else "", "page": ""}
        pairs = [(name, value) for name, value in {**fixed, **changed}.items() if value not in ("", "all", "new", None)]
        return pairs + [(facet, value) for facet, values in self.chosen.items() for value in values]

    def toggled(self, facet: str, value: str) -> list[tuple[str, Any]]:
        """The same search with a value of a facet chosen, or no longer so."""
        pairs = self.pairs()
        one = (facet, value)
        return [pair for pair in pairs if pair != one] if one in pairs else [*pairs, one]


@dataclass(frozen=True, slots=True)
class Facet:
    """One facet: its values with their counts, the chosen ones first."""

    id: str
    title: str
    values: tuple[tuple[str, int, bool], ...]


def search(request: Request) -> Page:
    """Two requests: what is found; then the facets of all that fits, and who carries the stories found."""
    if len(request.url.query) > ADDRESS:
        raise RefusedError(414, "That is too much to search for: a search takes at most 500 characters")
    desk, asked = desk_of(request), asked_of(request)
    index = desk.store.index("items")
    request_ = query_of(asked, desk.clock())
    answer = documents.search(desk.store, index, request_)
    hits, total = answer["hits"]["hits"], answer["hits"]["total"]
    names = [hit["_source"]["story"]["id"] for hit in hits]
    many = total["relation"] != "eq"
    further = [(index, facets_request(request_["query"], sampled=many)), (index, carried_request(names))]
    facets, carriers = documents.multi(desk.store, further)
    carried = carried_of(carriers)
    words = words_of(asked.text)
    found = [news(hit, carried) for hit in hits]
    values = {
        "asked": asked,
        "found": [(one, _spans(one.title, words), _spans(one.summary, words)) for one in found],
        "total": total["value"],
        "more_than": many,
        "facets": [facet for name in FACETS if (facet := _facet(name, asked, facets)).values],
        "spans": tuple(SPANS),
        "orders": ORDERS,
        "pages": -(-min(total["value"], DEEPEST) // PAGE),
    }
    return Page("search.html", values)


def asked_of(request: Request) -> Asked:
    """The search that an address asks for. Raises UsageError with a sentence."""
    params = request.query_params
    text = " ".join(params.get("q", "").replace("\x00", " ").split())
    if len(text) > LONGEST:
        raise UsageError(f"a search takes at most {LONGEST} characters; this one has {len(text):,}")
    page = params.get("page", "1")
    if not (page.isascii() and page.isdigit() and 1 <= int(page[:6]) <= DEEPEST // PAGE):
        raise UsageError(f"there are pages 1 to {DEEPEST // PAGE}; narrow the search to see what is further down")
    chosen = {name: tuple(dict.fromkeys(params.getlist(name)))[:MOST_VALUES] for name in FACETS if params.get(name)}
    span, order = params.get("span", "all"), params.get("sort", "new")
    return Asked(
        text,
        chosen,
        span if span in SPANS else "all",
        order if order in ORDERS else "new",
        params.get("leads") == "1",
        int(page),
    )


def query_of(asked: Asked, now: datetime) -> dict[str, Any]:
    """The search as Elasticsearch takes it: everything is bounded by size."""
    filters: list[dict[str, Any]] = [{"terms": {FACETS[n][0]: list(values)}} for n, values in asked.chosen.items()]
    span = SPANS[asked.span]
    if span is not None:
        filters.append({"range": {"@timestamp": {"gte": (now - span).replace(second=0, microsecond=0).isoformat()}}})
    must_not = [{"term": {"story.lead": False}}] if asked.leads else []
    must = [_word(word) for word in words_of(asked.text)]
    best, by_time = asked.order == "best" and bool(must), {"@timestamp": "desc"}
    return {
        # without a score to work out, what sorts below the page need not be looked at
        "query": {"bool": {"must" if best else "filter": must + filters, "must_not": must_not}},
        "sort": ["_score", by_time] if best else [by_time],
        "from": (asked.page - 1) * PAGE,
        "size": PAGE,
        "_source": list(SHOWN),
        "track_total_hits": DEEPEST,
    }


def facets_request(query: Mapping[str, Any], *, sampled: bool) -> dict[str, Any]:
    """How often each value occurs in what fits; of very much, estimated from a sample of it."""
    counted = {name: {"terms": {"field": field, "size": 12}} for name, (field, _) in FACETS.items()}
    sample = {"sample": {"random_sampler": {"probability": SAMPLE, "seed": 1}, "aggs": counted}}
    return {"query": query, "size": 0, "track_total_hits": False, "aggs": sample if sampled else counted}


def words_of(text: str) -> list[str]:
    """The words and quoted phrases of a query, in lower case, at most twelve."""
    found = [quoted or word for quoted, word in re.findall(r'"([^"]+)"|([^\s"]+)', text.casefold())]
    return [word for word in dict.fromkeys(found) if any(char.isalnum() for char in word)][:MOST_WORDS]


def beginnings(word: str) -> list[str]:
    """The beginnings by which a word is found: itself, and without its ending where endings inflect."""
    if _CYRILLIC.fullmatch(word):
        return [word, word[: max(4, len(word) - 2)]]
    if _HANGUL.fullmatch(word):
        return [word, word[:-1]]
    return [word]


def _word(word: str) -> dict[str, Any]:
    if " " in word or _CHARACTERS.search(word):
        kind = "phrase" if " " in word else "phrase_prefix"
        return {"multi_match": {"query": word, "type": kind, "fields": list(FIELDS)}}
    how = {"type": "bool_prefix", "operator": "and", "fields": list(FIELDS)}
    matches = [
        {"multi_match": {"query": start, "boost": boost, **how}}
        for start, boost in zip(beginnings(word), (2.0, 1.0), strict=False)
    ]
    return matches[0] if len(matches) == 1 else {"dis_max": {"queries": matches}}


def _spans(text: str, words: list[str]) -> list[tuple[int, int]]:
    """Where the words of the query begin words of the text."""
    lower = text.casefold()
    if len(lower) != len(text):
        return []
    spans: list[tuple[int, int]] = []
    for word in words:
        for start in beginnings(word):
            ahead = "" if _CHARACTERS.search(start) else r"(?<!\w)"
            spans += [match.span() for match in re.finditer(ahead + re.escape(start) + r"\w*", lower)]
    return sorted(set(spans))


def _facet(name: str, asked: Asked, answer: Mapping[str, Any]) -> Facet:
    counted = answer.get("aggregations", {})
    buckets = counted.get("sample", counted).get(name, {}).get("buckets", [])
    counts = {str(bucket["key"]): int(bucket["doc_count"]) for bucket in buckets}
    chosen = asked.chosen.get(name, ())
    values = [(value, counts.get(value, 0), True) for value in chosen]
    values += [(value, count, False) for value, count in counts.items() if value not in chosen]
    return Facet(name, FACETS[name][1], tuple(values))
