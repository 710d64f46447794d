"""Signals → alerts → outbox → deliveries: one run of the life cycle over the store.

What is remembered between runs is one document, the book, replaced under guard: it holds the messages that were decided
but not yet written to the outbox, so that a crash at any line loses none, and their ids are deterministic, so that none
is written twice. Throttle state is written with the decision, never before it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from newswatch.alert import cycle, shelf
from newswatch.errors import StoreUnavailableError
from newswatch.index import documents
from newswatch.index.client import Store
from newswatch.index.documents import Found, Write
from newswatch.index.signals import read_signals
from newswatch.model.alert import Act, Alert, Book, LifeCycle, Message
from newswatch.model.rendered import Links
from newswatch.model.rules import Rule
from newswatch.model.signal import Kind, Signal
from newswatch.pipeline import outbox, views
from newswatch.pipeline.acts import read_acts
from newswatch.pipeline.detect import detect_pass
from newswatch.pipeline.outbox import Delivered, Recipient

OVERLAP = timedelta(minutes=10)
REMEMBERED = timedelta(days=7)
BOOK = "book"


@dataclass(frozen=True, slots=True)
class Watch:
    """What a run needs. ``clock`` is asked only for when a delivery was accepted."""

    store: Store
    rules: Sequence[Rule]
    life: LifeCycle
    recipients: Mapping[str, Recipient]
    now: datetime
    clock: Callable[[], datetime]
    links: Links


@dataclass(frozen=True, slots=True)
class WatchReport:
    """What a run did."""

    signals: int = 0
    messages: int = 0
    sent: int = 0
    waiting: int = 0
    failed: int = 0


@dataclass
class _Kept:
    """The book as read: its guard, the cursor into signals, and messages decided but perhaps not written."""

    book: Book
    guard: Found | None
    since: datetime | None
    unwritten: list[Message]


def watch(run: Watch) -> WatchReport:
    """Detect, decide, deliver. Raises StoreUnavailableError when the store is away or another run was faster."""
    signals = detect_pass(run.store, run.rules, run.now)
    kept = load(run.store)
    _absorb(run.store, kept)
    _write_out(run, kept, kept.unwritten)
    messages = _decide(run, kept)
    _save(run.store, kept, run.now)
    _write_out(run, kept, messages)
    _publish(run, kept.book)
    done = outbox.deliver(run.store, run.recipients, run.clock)
    if done:
        again = load(run.store)
        for one in done:
            _apply(again.book, one)
        again.unwritten = []
        _save(run.store, again, run.now)
        _publish(run, again.book)
    states = [one.state for one in done]
    return WatchReport(
        len(signals), len(messages), states.count("sent"), states.count("waiting"), states.count("failed")
    )


def load(store: Store) -> _Kept:
    """The book, empty before the first run."""
    found = documents.get(store, store.index("state"), BOOK)
    if found is None:
        return _Kept(Book(), None, None, [])
    value = found.source["value"]
    since = datetime.fromisoformat(value["since"]) if value.get("since") else None
    return _Kept(shelf.book(value["book"]), found, since, [shelf.message(one) for one in value["unwritten"]])


def act_of(signal: Signal) -> Act:
    """A signal as the life cycle takes it."""
    labels = dict(signal.labels)
    key = signal.story or signal.key if signal.kind is Kind.EVENT else signal.key
    return Act(
        t=signal.at,
        do={Kind.EVENT: "match", Kind.OVER: "over", Kind.UNDER: "under"}[signal.kind],
        id=signal.id,
        rule=signal.rule,
        key=key,
        labels=labels,
        severity=signal.severity.value,
        actors=signal.actors,
        tags=signal.tags,
        publishers=max(1, len(signal.publishers)),
        origin=signal.origin,
    )


def _decide(run: Watch, kept: _Kept) -> list[Message]:
    since = (kept.since or run.now - OVERLAP) - OVERLAP
    documents.refresh(run.store, run.store.index("signals"))
    acts = [act_of(signal) for signal in read_signals(run.store, since)]
    acts += read_acts(run.store, since)
    messages = cycle.run(run.life, kept.book, acts, run.now)
    kept.since, kept.unwritten = run.now, messages
    _forget(kept.book, run.now)
    return messages


def _absorb(store: Store, kept: _Kept) -> None:
    """Tell the book what became of deliveries, those included whose run ended before it could."""
    documents.refresh(store, store.index("outbox"))
    if kept.book.last_run is None:
        return
    for one in outbox.recent(store, kept.book.last_run - OVERLAP):
        _apply(kept.book, one)


def _apply(book: Book, one: Delivered) -> None:
    if one.state == "sent":
        cycle.accepted(book, one.message, one.at)
    elif one.state == "failed":
        cycle.refused(book, one.message)


def _save(store: Store, kept: _Kept, now: datetime) -> None:
    value = {
        "book": shelf.plain(kept.book),
        "since": kept.since.isoformat() if kept.since else None,
        "unwritten": [shelf.plain(one) for one in kept.unwritten],
    }
    source = {"kind": BOOK, "at": now.isoformat(), "value": value}
    if not documents.put(store, store.index("state"), BOOK, source, kept.guard):
        raise StoreUnavailableError("another watch run was faster; this one changed nothing")
    kept.guard = documents.get(store, store.index("state"), BOOK)


def _write_out(run: Watch, kept: _Kept, messages: Sequence[Message]) -> None:
    if not messages:
        return
    alerts = kept.book.alerts
    began = {m.id: min((alerts[a].start for a in m.alerts if a in alerts), default=m.decided) for m in messages}
    outbox.write(run.store, messages, views.render(run.store, kept.book, messages, run.links), began)


def _publish(run: Watch, book: Book) -> None:
    """Alerts, silences and the ledger as documents of their own, to be searched and shown."""
    now = run.now
    fresh = [alert for alert in book.alerts.values() if _recent(alert, now)]
    titles = {rule.id: rule.title for rule in run.rules}
    writes = [Write("index", run.store.index("alerts"), one.id[:500], _alert(one, titles, now)) for one in fresh]
    writes += [
        Write("index", run.store.index("ledger"), signal, _entry(one, signal, book.ledger[signal], titles))
        for one in fresh
        for signal in [*one.signals, *([one.reopening] if one.reopening else [])]
        if signal in book.ledger
    ]
    writes += [
        Write("index", run.store.index("silences"), one.id[:500], _silence(one, now)) for one in book.silences.values()
    ]
    documents.bulk(run.store, writes)


def _recent(alert: Alert, now: datetime) -> bool:
    """Whether anything of it can have changed lately: what is older was published as it is."""
    last = max([alert.seen, alert.ended or alert.seen, *(told.at for told in alert.told.values())])
    return (alert.state and alert.ended is None) or now - last < timedelta(hours=1) or not alert.told


def _alert(alert: Alert, titles: Mapping[str, str], now: datetime) -> dict[str, Any]:
    pending = alert.state and not alert.firing
    state = "recovered" if alert.ended else "acknowledged" if alert.ack else "pending" if pending else "firing"
    if not alert.state and state == "firing":
        state = alert.gone or ("told" if alert.told else "waiting")
    return {
        "@timestamp": alert.start.isoformat(),
        "ended": alert.ended.isoformat() if alert.ended else None,
        "updated": now.isoformat(),
        "alert": alert.key,
        "kind": "state" if alert.state else "event",
        "state": state,
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


def _entry(alert: Alert, signal: str, word: str, titles: Mapping[str, str]) -> dict[str, Any]:
    return {
        "@timestamp": alert.seen.isoformat(),
        "signal": signal,
        "alert": alert.key,
        "story": None if alert.state else alert.key.partition("/")[2],
        "rule": {"id": alert.rule, "name": titles.get(alert.rule, alert.rule)},
        "word": word,
        "severity": alert.severity,
        "tags": list(alert.tags),
        "count": 1,
        "channels": {to: told.severity for to, told in alert.told.items()},
    }


def _silence(one: Any, now: datetime) -> dict[str, Any]:
    return {
        "@timestamp": one.start.isoformat(),
        "until": one.until.isoformat(),
        "author": one.by,
        "match": {name: list(values) for name, values in one.match.items()},
        "state": "active" if one.start <= now < one.until else "expired",
        "value": shelf.plain(one),
    }


def _forget(book: Book, now: datetime) -> None:
    """Drop what can no longer matter: events and ended states of more than a week ago, and their ledger words."""
    old = {
        name
        for name, alert in book.alerts.items()
        if now - (alert.ended or alert.seen) > REMEMBERED and (alert.ended is not None or not alert.state)
    }
    if not old:
        return
    for name in old:
        alert = book.alerts.pop(name)
        for signal in alert.signals:
            book.ledger.pop(signal, None)
    book.current = {key: name for key, name in book.current.items() if name not in old}
