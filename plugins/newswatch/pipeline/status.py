"""How things stand, in one look: read in three requests, said in a few lines."""

from __future__ import annotations

from typing import Any

from newswatch.index import documents
from newswatch.index.client import Store, asking, body


def read(store: Store) -> dict[str, Any]:
    """Counts by state: cluster, feeds, items, deliveries, dead letters."""
    with asking(store):
        health = body(store, store.client.cluster.health())
    documents.refresh(store, *(store.index(name) for name in ("items", "feeds", "outbox", "dead-letter")))
    terms = {name: {"terms": {"field": field, "size": 50}} for name, field in ITEMS.items()}
    items = documents.search(store, store.index("items"), {"size": 0, "track_total_hits": True, "aggs": terms})
    feeds = documents.search(store, store.index("feeds"), _by("status", "failure"))
    outbox = documents.search(store, store.index("outbox"), _by("state"))
    troubles = documents.search(store, store.index("outbox"), TROUBLES)
    letters = documents.search(store, store.index("dead-letter"), {"size": 0, "track_total_hits": True})
    return {
        "namespace": store.namespace,
        "elasticsearch": store.url,
        "cluster": health["status"],
        "items": items["hits"]["total"]["value"],
        **{name: _buckets(items, name) for name in ITEMS},
        "feeds": _buckets(feeds, "status"),
        "feed_failures": _buckets(feeds, "failure"),
        "deliveries": _buckets(outbox, "state"),
        "dead_letters": letters["hits"]["total"]["value"],
        "troubles": [_trouble(hit["_source"]) for hit in troubles["hits"]["hits"]],
    }


#: deliveries that wait after a failure, were refused for good, or went out in a plain form, newest first
TROUBLES = {
    "query": {
        "bool": {"should": [{"exists": {"field": "error"}}, {"exists": {"field": "fault"}}]},
    },
    "sort": [{"@timestamp": "desc"}, {"notification": "asc"}],
    "_source": ["recipient", "state", "kind", "attempts", "error", "fault", "@timestamp"],
    "size": 10,
}
ITEMS = {"tags": "tags", "languages": "language", "origins": "origin"}


def lines(found: dict[str, Any]) -> list[str]:
    """The status in words."""
    failures = found["feed_failures"]
    return [
        f"Elasticsearch  {found['cluster']} at {found['elasticsearch']}, namespace {found['namespace']}",
        f"Items          {found['items']}: {_said(found['origins'])}",
        f"  by tag       {_said(found['tags'])}",
        f"  by language  {_said(found['languages'])}",
        f"Feeds          {_said(found['feeds'])}" + (f" ({_said(failures)})" if failures else ""),
        f"Deliveries     {_said(found['deliveries'])}",
        f"Set aside      {found['dead_letters']} documents or messages"
        + ("; see the index dead-letter" if found["dead_letters"] else ""),
        *(f"  {one}" for one in found["troubles"]),
    ]


def _by(*fields: str) -> dict[str, Any]:
    return {"size": 0, "aggs": {field: {"terms": {"field": field, "size": 50}} for field in fields}}


def _trouble(one: dict[str, Any]) -> str:
    """``mail-ops: firing of 2026-03-02 10:00 waiting after 3 tries: the mail server refused the login (535)``."""
    when = one["@timestamp"][:16].replace("T", " ")
    why = one.get("error") or one.get("fault")
    tries = "1 try" if one["attempts"] == 1 else f"{one['attempts']} tries"
    return f"{one['recipient']}: {one['kind']} of {when} {one['state']} after {tries}: {why}"


def _buckets(answer: dict[str, Any], name: str) -> dict[str, int]:
    aggregation = answer.get("aggregations", {}).get(name, {})
    return {bucket["key"]: bucket["doc_count"] for bucket in aggregation.get("buckets", [])}


def _said(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items()) or "none yet"
