"""What one run of the life cycle works with: its book, its moment, and the messages that it has decided so far."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from newswatch.alert import quiet
from newswatch.model.alert import SEVERITIES, Kind, LifeCycle, Message, Route, RuleTimers, Word
from newswatch.model.book import Alert, Book, Entry, Reopening, Silence, Told

EPOCH = "%Y-%m-%dT%H:%M:%SZ"
SEPARATOR = "\x1f"


@dataclass
class Work:
    """One run. ``summary`` gathers everything, by recipient, when the run catches up after a long pause; ``ended`` are
    the states that ended in this run.
    """

    life: LifeCycle
    book: Book
    now: datetime
    catching_up: bool
    messages: list[Message] = field(default_factory=list)
    summary: dict[str, dict[str, None]] = field(default_factory=dict)
    ended: list[Alert] = field(default_factory=list)

    @cached_property
    def routes(self) -> dict[str, Route]:
        """The routes by id."""
        return {route.id: route for route in self.life.routes}

    @cached_property
    def silences(self) -> list[Silence]:
        """The silences that are active now. Ask only when all acts of the run are in."""
        return [one for one in self.book.silences.values() if one.start <= self.now < one.until]

    @cached_property
    def sources(self) -> list[Alert]:
        """The firing states, which may mute others; drills mute nothing. Ask only when all acts of the run are in."""
        found = self.book.alerts.values()
        return [one for one in found if one.state and one.firing and one.ended is None and not one.drill]

    def timers(self, rule: str) -> RuleTimers:
        """How a rule's condition becomes an alert."""
        return self.life.rules.get(rule, RuleTimers())

    def quiet(self, route: Route, moment: datetime) -> bool:
        """Whether it is quiet for ``route`` then."""
        return route.quiet is not None and quiet.quiet(self.life.intervals[route.quiet], moment)

    def enter_ledger(self, signal: str, word: Word, key: str, at: datetime, alert: str = "") -> None:
        """The first word about a signal."""
        if signal:
            self.book.ledger[signal] = Entry(word, key, at, self.now, alert)

    def word(self, alert: Alert, word: Word) -> None:
        """What became of the signal that made the alert; once it is sent, it is sent."""
        for signal in alert.signals:
            say(self.book, signal, word)

    def reworded(self, reopening: Reopening, word: Word) -> None:
        """What became of the signal that re-opened an alert."""
        say(self.book, reopening.signal, word)

    def send(self, to: str, kind: Kind, alerts: Sequence[Alert], mark: str, route: str = "") -> str:
        """Decide a message, or put it into the recipient's summary when catching up. Returns the message's id."""
        if self.catching_up:
            self.summary.setdefault(to, {}).update(dict.fromkeys(alert.id for alert in alerts))
            return self._summary_id(to)
        return self.send_now(to, kind, alerts, mark, route)

    def send_now(self, to: str, kind: Kind, alerts: Sequence[Alert], mark: str, route: str = "") -> str:
        """Decide a message, catching up or not."""
        name = _id(mark, kind, to)
        known = (alert.told[to].message for alert in alerts if to in alert.told)
        thread = next((first for first in known if first and first != name), None)
        self.messages.append(Message(name, to, kind.value, [one.id for one in alerts], self.now, route, thread))
        return name

    def send_summaries(self) -> None:
        """One message for everything that was due in the pause, for each recipient."""
        for to, alerts in self.summary.items():
            self.messages.append(Message(self._summary_id(to), to, Kind.SUMMARY.value, list(alerts), self.now))

    def tell(self, alert: Alert, to: str, message: str, group: str = "") -> None:
        """Remember that the recipient is told of the alert as it stands."""
        told = alert.told.setdefault(to, Told(alert.severity, self.now, message, group))
        told.severity, told.at = alert.severity, self.now
        told.recovered = told.recovered or alert.ended is not None
        alert.gone = None
        if alert.reopening is not None and to not in alert.reopening.told:
            alert.reopening.told.append(to)

    def _summary_id(self, to: str) -> str:
        return _id(self.now.strftime(EPOCH), Kind.SUMMARY, to)


def routes_of(routes: Mapping[str, Route], alert: Alert) -> list[Route]:
    """The routes that took the alert and still exist."""
    names = dict.fromkeys(key.partition(SEPARATOR)[0] for key in alert.groups)
    return [routes[name] for name in names if name in routes]


def say(book: Book, signal: str, word: Word) -> None:
    """Change the ledger's word for a signal, unless it was sent."""
    entry = book.ledger.get(signal)
    if entry is not None and entry.word != Word.SENT:
        entry.word = word


def rank(severity: str) -> int:
    """Severities in rising order; one that is unknown is the lowest."""
    return SEVERITIES.index(severity) if severity in SEVERITIES else 0


def higher(one: str, other: str) -> str:
    """The more severe of two."""
    return max(one, other, key=rank)


def _id(mark: str, kind: Kind, to: str) -> str:
    """Made of what the message is about and for whom, never of when a run came."""
    return hashlib.blake2b(SEPARATOR.join((mark, kind, to)).encode(), digest_size=16).hexdigest()
