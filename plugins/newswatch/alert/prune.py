"""What the book may forget: alerts that only a further signal can change, and words that no signal can ask for again.

An alert that is forgotten is kept as a document; a further match of its story brings it back (``recall``).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from newswatch.alert import escalation
from newswatch.alert.work import routes_of
from newswatch.model.alert import LifeCycle, Route, Word
from newswatch.model.book import Alert, Book

#: longer than signals and acts are read again
REREAD = timedelta(minutes=30)
ENDED_SILENCES = timedelta(days=1)
OPEN = frozenset({Word.GROUPED, Word.HELD})


def settled(life: LifeCycle, book: Book) -> list[Alert]:
    """The alerts for which nothing is due: told or gone, accepted or refused by everybody, with no step to come."""
    routes = {route.id: route for route in life.routes}
    busy = {name for group in book.groups.values() for name in group.members}
    busy |= {name for boxes in book.held.values() for box in boxes.values() for name in box}
    busy |= {name for one in book.silences.values() if not one.summed for kept in one.kept.values() for name in kept}
    return [alert for alert in book.alerts.values() if alert.id not in busy and _is_settled(routes, book, alert)]


def forget(book: Book, alerts: list[Alert], now: datetime) -> None:
    """Drop settled alerts, old silences, and the ledger's words about what is not in the book any more."""
    names = {alert.id for alert in alerts}
    for name in names:
        del book.alerts[name]
    book.current = {key: name for key, name in book.current.items() if name in book.alerts}
    book.silences = {
        name: one for name, one in book.silences.items() if not one.summed or now - one.until < ENDED_SILENCES
    }
    kept = {signal for alert in book.alerts.values() for signal in _signals(alert)}
    book.ledger = {
        signal: entry for signal, entry in book.ledger.items() if signal in kept or now - entry.seen < REREAD
    }


def recall(book: Book, alert: Alert) -> None:
    """Bring an event back that was forgotten, because a signal or a person asks for it."""
    if alert.id not in book.alerts:
        book.alerts[alert.id] = alert
        book.current[alert.id] = alert.id


def _is_settled(routes: Mapping[str, Route], book: Book, alert: Alert) -> bool:
    if alert.state and alert.ended is None:
        return False
    if any(told.accepted is None and not told.refused for told in alert.told.values()):
        return False
    words = [book.ledger[signal].word for signal in _signals(alert) if signal in book.ledger]
    if alert.told and any(word in OPEN for word in words):
        return False
    return not alert.heard or escalation.settled(alert, routes_of(routes, alert))


def _signals(alert: Alert) -> list[str]:
    return [*alert.signals, *([alert.reopening.signal] if alert.reopening else [])]
