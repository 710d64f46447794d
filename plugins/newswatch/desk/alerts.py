"""Alerts: the list, one alert's history and ledger, acknowledge."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from fastapi import Request, Response

from newswatch.alert import shelf
from newswatch.desk import acts, firing
from newswatch.desk.answer import MissingError, Page, RefusedError, desk_of, person_of, said
from newswatch.index import documents
from newswatch.model.book import Alert
from newswatch.pipeline import acts as written
from newswatch.pipeline.alerts import steps
from newswatch.pipeline.why import WORDS

LISTED, EPISODES, ENTRIES = 50, 10, 100
LONGEST = 400
FILTERS = {"state": "state", "severity": "severity", "rule": "rule.id", "tag": "tags"}
#: the states of the list's filter, in the order in which an alert goes through them
STATES = ("pending", "firing", "acknowledged", "recovered", "told", "waiting")


def alerts(request: Request) -> Page:
    """Two requests: alerts, facets, silences and acts in one; then the signals."""
    desk = desk_of(request)
    now = desk.clock()
    chosen = {name: request.query_params.get(name, "")[:LONGEST] for name in FILTERS}
    filters = [{"term": {FILTERS[name]: value}} for name, value in chosen.items() if value]
    search = {
        "query": {"bool": {"filter": filters}},
        "sort": [{"@timestamp": "desc"}],
        "size": LISTED,
        "track_total_hits": 10_000,
        "aggs": {name: {"terms": {"field": field, "size": 20}} for name, field in FILTERS.items()},
    }
    silences = {"sort": [{"until": "desc"}], "size": 20, "query": {"match_all": {}}}
    names = ("alerts", "silences", "state")
    requests = (search, silences, firing.asked_request(now))
    found = documents.multi(desk.store, [(desk.store.index(n), r) for n, r in zip(names, requests, strict=True)])
    values = {
        "alerts": firing.shown(desk.store, found[0]["hits"]["hits"], firing.asked_of(found[2])),
        "total": found[0]["hits"]["total"]["value"],
        "chosen": chosen,
        "choices": {name: _choices(found[0], name, chosen[name]) for name in FILTERS},
        "silences": [_silence(hit, now) for hit in found[1]["hits"]["hits"]],
        "now": now,
    }
    return Page("alerts.html", values)


def alert(request: Request) -> Page:
    """Four requests: its episodes and ledger with acts; their signals; their messages."""
    desk, key = desk_of(request), request.path_params["key"]
    mine = {"term": {"alert": key[:LONGEST]}}
    searches = (
        ("alerts", {"query": mine, "sort": [{"@timestamp": "desc"}], "size": EPISODES}),
        ("ledger", {"query": mine, "sort": [{"@timestamp": "desc"}], "size": ENTRIES}),
        ("state", firing.asked_request(desk.clock())),
    )
    found = documents.multi(desk.store, [(desk.store.index(name), search) for name, search in searches])
    hits = found[0]["hits"]["hits"]
    if not hits:
        raise MissingError(f"Nothing is known of the alert {key[:80]}; it may be older than what is kept")
    episodes = firing.shown(desk.store, hits, firing.asked_of(found[2]))
    sent = {
        "query": {"term": {"alerts": hits[0]["_source"]["value"]["id"]}},
        "sort": [{"@timestamp": "asc"}],
        "size": ENTRIES,
    }
    outbox = documents.search(desk.store, desk.store.index("outbox"), sent)["hits"]["hits"]
    values = {
        "alert": episodes[0],
        "earlier": episodes[1:],
        "history": steps(shelf.back(Alert, hits[0]["_source"]["value"])),
        "ledger": [(hit["_source"], WORDS.get(hit["_source"]["word"], "")) for hit in found[1]["hits"]["hits"]],
        "deliveries": [hit["_source"] for hit in outbox],
    }
    return Page("alert.html", values)


def acknowledge(request: Request, form: acts.Form) -> Response:
    """Take an alert on: the next watch run writes it down."""
    desk, key = desk_of(request), form.one("alert")
    request_ = {"query": {"term": {"alert": key[:LONGEST]}}, "sort": [{"@timestamp": "desc"}], "size": 1}
    hits = documents.search(desk.store, desk.store.index("alerts"), request_)["hits"]["hits"]
    if not hits:
        raise MissingError(f"Nothing is known of the alert {key[:80]}; reload the page")
    state = hits[0]["_source"]["state"]
    if state in ("recovered", "acknowledged"):
        by = hits[0]["_source"].get("acknowledged_by")
        raise RefusedError(409, f"That alert is {state} already{f', by {by}' if by else ''}: nothing was left to do")
    written.acknowledge(desk.store, key, person_of(request).name, desk.clock())
    documents.refresh(desk.store, desk.store.index("state"))
    return said("Acknowledged. It counts from the next watch run on, within a minute.")


def _choices(answer: Mapping[str, Any], name: str, chosen: str) -> list[tuple[str, int]]:
    buckets = answer.get("aggregations", {}).get(name, {}).get("buckets", [])
    counts = {str(bucket["key"]): int(bucket["doc_count"]) for bucket in buckets}
    return list({chosen: 0, **counts}.items() if chosen and chosen not in counts else counts.items())


def _silence(hit: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    source = hit["_source"]
    start, until = (datetime.fromisoformat(source[name]) for name in ("@timestamp", "until"))
    match = source.get("match") or {}
    return {
        "id": hit["_id"],
        "match": " ".join(f"{name}={','.join(values)}" for name, values in match.items()) or "everything",
        "start": start,
        "until": until,
        "by": source.get("author") or "",
        "comment": source.get("comment") or "",
        "active": start <= now < until,
    }
