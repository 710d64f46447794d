"""Alerts and silences as people look at them: lists, one alert's history, what a silence would have muted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from newswatch.alert import match, shelf
from newswatch.index import documents
from newswatch.index.client import Store
from newswatch.model.book import Alert
from newswatch.pipeline.book import doc_id

PREVIEW = timedelta(days=7)
MOST = 10_000
#: what matchers look at, and what an alert cannot be without
MADE = (
    *("id", "key", "rule", "state", "labels", "severity", "made", "start", "fires", "seen", "made_tags", "made_actors"),
    "signals",
)
#: where the published alert holds what a matcher names, unless it is a label
FIELDS = {"rule": "rule.id", "tag": "tags", "actor": "actors"} | {
    name: name for name in ("severity", "alert", "story", "key")
}


def listed(store: Store, state: str | None = None, limit: int = 50) -> list[dict[str, Any]]:
    """Alerts, newest first: ``id, alert, kind, state, severity, title, rule, …``, see docs/fields.md."""
    documents.refresh(store, store.index("alerts"))
    query = {"term": {"state": state}} if state else {"match_all": {}}
    request = {"query": query, "sort": [{"@timestamp": "desc"}, {"alert": "asc"}], "size": limit}
    request["_source"] = {"excludes": ["value"]}
    hits = documents.search(store, store.index("alerts"), request)["hits"]["hits"]
    return [{"id": hit["_id"], **hit["_source"]} for hit in hits]


def find(store: Store, name: str) -> list[Alert]:
    """The alerts of that name: an alert's key (all its episodes, newest first), its id, or a story."""
    documents.refresh(store, store.index("alerts"))
    names = [{"ids": {"values": [doc_id(name)]}}, {"term": {"alert": name}}, {"term": {"story": name}}]
    request = {"query": {"bool": {"should": names}}, "sort": [{"@timestamp": "desc"}], "size": 100}
    hits = documents.search(store, store.index("alerts"), request)["hits"]["hits"]
    return [shelf.back(Alert, hit["_source"]["value"]) for hit in hits]


def history(store: Store, name: str) -> list[dict[str, Any]]:
    """What happened to each alert of that name, newest alert first.

    ``{"id", "alert", "state", "severity", "steps": [{"at", "what", "detail"}], "deliveries": [{"at", "kind", "to",
    "state", "attempts", "error"}], "ledger": [{"at", "signal", "word"}]}``; times are ISO 8601, oldest first.
    """
    documents.refresh(store, store.index("outbox"), store.index("ledger"))
    return [
        {
            "id": alert.id,
            "alert": alert.key,
            "severity": alert.severity,
            "steps": steps(alert),
            "deliveries": _deliveries(store, alert),
            "ledger": _words(store, alert),
        }
        for alert in find(store, name)
    ]


def steps(alert: Alert) -> list[dict[str, str]]:
    """The alert's own changes, oldest first."""
    known: list[tuple[datetime | None, str, str]] = [
        (alert.start, "began", f"{alert.severity}, {alert.publishers} publisher{'s' * (alert.publishers != 1)}"),
        (alert.fires if alert.state and alert.firing else None, "fired", ""),
    ]
    known += [(told.accepted, "told", to) for to, told in alert.told.items()]
    if alert.ack is not None:
        known.append((alert.ack.at, "acknowledged", f"by {alert.ack.by}"))
    if alert.reopening is not None:
        known.append((alert.reopening.at, "re-opened", "it had changed since it was acknowledged"))
    known.append((alert.ended, "recovered", ""))
    dated = [(at, what, detail) for at, what, detail in known if at is not None]
    return [{"at": at.isoformat(), "what": what, "detail": detail} for at, what, detail in sorted(dated)]


def silences(store: Store, now: datetime) -> list[dict[str, Any]]:
    """Silences, the one that ends last first: ``id, state, match, start, until, author, comment``."""
    documents.refresh(store, store.index("silences"))
    request = {"sort": [{"until": "desc"}], "size": 1000, "_source": {"excludes": ["value"]}}
    hits = documents.search(store, store.index("silences"), request)["hits"]["hits"]
    return [_silence(hit["_id"], hit["_source"], now) for hit in hits]


def would_mute(store: Store, matchers: Mapping[str, tuple[str, ...]], now: datetime) -> list[dict[str, Any]]:
    """The alerts of ``muted_by``: ``at, alert, severity, rule``."""
    return [
        {"at": one.start.isoformat(), "alert": one.key, "severity": one.severity, "rule": one.rule}
        for one in muted_by(store, matchers, now)
    ]


def muted_by(store: Store, matchers: Mapping[str, tuple[str, ...]], now: datetime) -> list[Alert]:
    """The alerts of the last seven days that a silence with these matchers would have muted, newest first.

    At most 10,000, each with what it was made with, its severity and its signals only.
    """
    documents.refresh(store, store.index("alerts"))
    lately = {"range": {"@timestamp": {"gte": (now - PREVIEW).isoformat(), "lte": now.isoformat()}}}
    request = {
        "query": {"bool": {"filter": [lately, *(_maybe(name, wanted) for name, wanted in matchers.items())]}},
        "sort": [{"@timestamp": "desc"}, {"_doc": "asc"}],
        "_source": [f"value.{name}" for name in MADE],
    }
    found: list[Alert] = []
    for page in documents.pages(store, request, store.index("alerts"), size=MOST):
        alerts = (shelf.back(Alert, one.source["value"]) for one in page)
        found += [alert for alert in alerts if match.matches(alert, matchers)]
        if len(found) >= MOST:
            break
    return found[:MOST]


def _maybe(name: str, wanted: Sequence[str]) -> dict[str, Any]:
    """What the store can tell of a matcher: it lets through all that fits, and little else."""
    fields = (f"labels.{name}", *([FIELDS[name]] if name in FIELDS else []))
    return {"bool": {"should": [{"terms": {field: list(wanted)}} for field in fields]}}


def _silence(name: str, source: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    until = datetime.fromisoformat(source["until"])
    state = "active" if datetime.fromisoformat(source["@timestamp"]) <= now < until else "expired"
    known = {key: source.get(key) for key in ("match", "until", "author", "comment")}
    return {"id": name, "state": state, "start": source["@timestamp"], **known}


def _deliveries(store: Store, alert: Alert) -> list[dict[str, Any]]:
    request = {"query": {"term": {"alerts": alert.id}}, "sort": [{"@timestamp": "asc"}], "size": 100}
    hits = documents.search(store, store.index("outbox"), request)["hits"]["hits"]
    return [
        {
            "at": one.get("sent") or one["@timestamp"],
            "kind": one["kind"],
            "to": one["recipient"],
            "state": one["state"],
            "attempts": one["attempts"],
            "error": one.get("error"),
        }
        for one in (hit["_source"] for hit in hits)
    ]


def _words(store: Store, alert: Alert) -> list[dict[str, Any]]:
    since = {"range": {"@timestamp": {"gte": alert.start.isoformat()}}}
    until = [{"range": {"@timestamp": {"lte": alert.ended.isoformat()}}}] if alert.ended else []
    filters = [{"term": {"alert": alert.key}}, since, *until]
    request = {"query": {"bool": {"filter": filters}}, "sort": [{"@timestamp": "asc"}], "size": 100}
    hits = documents.search(store, store.index("ledger"), request)["hits"]["hits"]
    return [{"at": hit["_source"]["@timestamp"], "signal": hit["_id"], **_known(hit["_source"])} for hit in hits]


def _known(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {key: entry.get(key) for key in ("word", "reason", "rule", "item", "channels")}
