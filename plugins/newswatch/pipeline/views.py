"""The alerts of a message as their readers need them: the life cycle's decision joined with the signals behind it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from newswatch.index import documents
from newswatch.index.client import Store
from newswatch.index.signals import signal
from newswatch.model.alert import Message
from newswatch.model.book import Alert, Book
from newswatch.model.notice import AlertView, Notice, StoryView
from newswatch.model.rendered import Links, Rendered
from newswatch.model.signal import Signal
from newswatch.render.alert import SHOWN_ALERTS, notice


def render(store: Store, book: Book, messages: Iterable[Message], links: Links, zone: str = "UTC") -> list[Rendered]:
    """The messages in every form; the signals of all of them are read in one request."""
    found = list(messages)
    wanted = {name for message in found for name in message.alerts[:SHOWN_ALERTS]}
    names = sorted({one for name in wanted if name in book.alerts for one in book.alerts[name].signals[:1]})
    index = store.index("signals")
    read = documents.mget(store, [(index, name) for name in names])
    signals = {name: signal(one.source["value"]) for name, one in read.items()}
    return [notice(_notice(book, message, signals, zone), links=links) for message in found]


def _notice(book: Book, message: Message, signals: Mapping[str, Signal], zone: str) -> Notice:
    alerts = [book.alerts[name] for name in message.alerts if name in book.alerts]
    views = tuple(view(alert, next((signals[s] for s in alert.signals if s in signals), None)) for alert in alerts)
    drill = any(alert.drill for alert in alerts)
    return Notice(message.kind, views, message.decided, route=message.route, zone=zone, drill=drill)


def view(alert: Alert, found: Signal | None) -> AlertView:
    """One alert; without its signal, what the book knows of it."""
    state = "recovered" if alert.ended else "acknowledged" if alert.ack else "firing"
    labels = tuple(sorted(alert.labels.items()))
    if found is None:
        title = alert.key.partition("/")[2] or alert.rule
        return AlertView(alert.key, alert.rule, title, alert.severity, state, alert.start, alert.ended, labels)
    stories = tuple(
        StoryView(one.title, one.url, one.publisher, one.language, one.at, publishers=one.publishers)
        for one in found.stories
    )
    headline = stories[0].title if not alert.state and stories else _state_title(found)
    return AlertView(
        id=alert.key,
        rule=found.title,
        title=headline,
        severity=alert.severity,
        state=state,
        since=alert.start,
        until=alert.ended,
        labels=labels,
        observed=found.observed if alert.state else None,
        expected=found.expected,
        low=found.low,
        high=found.high,
        unit=found.unit,
        coverage=str(found.coverage) if found.coverage else "",
        terms=found.terms,
        stories=stories,
        runbook=found.runbook,
        note=found.note,
    )


def _state_title(found: Signal) -> str:
    return f"{found.key}: {found.title}" if found.key else found.title
