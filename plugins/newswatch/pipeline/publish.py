"""The book's parts as documents of their own, to be searched and shown: alerts, groups, silences and the ledger."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from newswatch.alert import shelf
from newswatch.index import documents
from newswatch.index.client import Store
from newswatch.index.documents import Write
from newswatch.model.alert import Word
from newswatch.model.book import Alert, Book, Entry, Group, Silence
from newswatch.pipeline import outbox
from newswatch.pipeline.book import doc_id

Titles = Mapping[str, str]
CHUNK = 1000


def publish(store: Store, book: Book, names: Iterable[str], titles: Titles, now: datetime) -> None:
    """Write the named parts (``alerts/…``, ``ledger/…``, …) as they stand; any number of times leaves the same."""
    wanted: dict[str, dict[str, None]] = {}
    for name in names:
        part, _, rest = name.partition("/")
        wanted.setdefault(part, {})[rest] = None
    alerts = [book.alerts[name] for name in wanted.get("alerts", ()) if name in book.alerts]
    # what recipients answered stands in the entries of the signals behind an alert
    signals = dict.fromkeys([*wanted.get("ledger", ()), *(one for alert in alerts for one in alert.signals)])
    writes = itertools.chain(
        (_alert_write(store, alert, titles, now) for alert in alerts),
        _ledger_writes(store, book, [one for one in signals if one in book.ledger], titles, now),
        (
            Write("index", store.index("groups"), doc_id(name), _group(book.groups[name], name))
            for name in wanted.get("groups", ())
            if name in book.groups
        ),
        (
            Write("index", store.index("silences"), doc_id(name), silence(book.silences[name], now))
            for name in wanted.get("silences", ())
            if name in book.silences
        ),
    )
    # thousands of documents are not made before the first is written
    while some := list(itertools.islice(writes, CHUNK)):
        outbox.refuse(documents.bulk(store, some), "alerts and ledger entries")


def state_of(alert: Alert) -> str:
    """In one word: pending, firing, acknowledged, recovered; an event is waiting, told, acknowledged or muted away."""
    if alert.ended is not None:
        return "recovered"
    if alert.ack is not None:
        return "acknowledged"
    if alert.state:
        return "firing" if alert.firing else "pending"
    return alert.gone or ("told" if alert.told else "waiting")


def silence(one: Silence, now: datetime) -> dict[str, Any]:
    """The document of a silence."""
    return {
        "@timestamp": one.start.isoformat(),
        "until": one.until.isoformat(),
        "author": one.by,
        "comment": one.comment,
        "match": {name: list(values) for name, values in one.match.items()},
        "state": "active" if one.start <= now < one.until else "expired",
        "value": shelf.plain(one),
    }


def _alert_write(store: Store, alert: Alert, titles: Titles, now: datetime) -> Write:
    source = {
        "@timestamp": alert.start.isoformat(),
        "ended": alert.ended.isoformat() if alert.ended else None,
        "updated": now.isoformat(),
        "alert": alert.key,
        "kind": "state" if alert.state else "event",
        "state": state_of(alert),
        "severity": alert.severity,
        "title": titles.get(alert.rule, alert.rule),
        "rule": {"id": alert.rule, "name": titles.get(alert.rule, alert.rule)},
        "story": None if alert.state else alert.key.partition("/")[2],
        "key": alert.key.partition("/")[2],
        "tags": list(alert.tags),
        "actors": list(alert.actors),
        "labels": alert.labels,
        "acknowledged_by": alert.ack.by if alert.ack else None,
        "drill": alert.drill,
        "value": shelf.plain(alert),
    }
    return Write("index", store.index("alerts"), doc_id(alert.id), source)


def _ledger_writes(store: Store, book: Book, names: Sequence[str], titles: Titles, now: datetime) -> Iterator[Write]:
    live = [name for name in names if book.ledger[name].word != Word.NOT_LIVE]
    index = store.index("ledger")
    for start in range(0, len(live), CHUNK):
        some = live[start : start + CHUNK]
        pairs = [(store.index("signals"), name) for name in some]
        results = outbox.results(store, sorted({book.ledger[name].alert for name in some if book.ledger[name].alert}))
        signals = documents.mget(store, pairs, source=["rule", "severity", "tags", "value.items", "value.note"])
        for name in some:
            entry = book.ledger[name]
            found = signals[name].source if name in signals else {}
            channels = results.get(entry.alert, {})
            alert = book.alerts.get(entry.alert)
            yield Write("index", index, name, _entry(name, entry, alert, found, titles) | {"channels": channels})
    others = Counter(entry.seen for name in names if (entry := book.ledger[name]).word == Word.NOT_LIVE)
    for run, count in others.items():
        yield Write("index", index, f"not-live/{run.isoformat()}", _not_live(run, count))


def _entry(signal: str, entry: Entry, alert: Alert | None, found: Mapping[str, Any], titles: Titles) -> dict[str, Any]:
    rule, _, key = entry.key.partition("/")
    known = {"id": rule, "name": titles.get(rule, rule), **found.get("rule", {})}
    evidence = found.get("value", {})
    return {
        "@timestamp": entry.at.isoformat(),
        "signal": signal,
        "alert": entry.key,
        "item": evidence.get("items", []),
        "story": key if alert is None or not alert.state else None,
        "rule": known,
        "word": entry.word,
        "reason": evidence.get("note") or None,
        "severity": found.get("severity") or (alert.severity if alert else None),
        "tags": found.get("tags", []),
        "count": 1,
    }


def _not_live(run: datetime, count: int) -> dict[str, Any]:
    return {"@timestamp": run.isoformat(), "word": Word.NOT_LIVE.value, "count": count}


def _group(group: Group, key: str) -> dict[str, Any]:
    return {"@timestamp": group.due.isoformat(), "route": group.route, "key": key, "value": shelf.plain(group)}
