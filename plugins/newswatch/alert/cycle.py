"""One run of the life cycle: acts and the book in, messages and the changed book out. docs/alerts.md says every rule.

``run`` works on the book that it is given (callers keep a copy when they need the old one); nothing else is touched, no
clock is read. Everything due at ``now`` or before is done; due times follow from the acts' own times, so a late run
shifts nothing after it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from newswatch.alert import drill, episodes, escalation, flush, groups, hold, muting, people, signals
from newswatch.alert.work import Work, say
from newswatch.model.alert import Act, Kind, LifeCycle, Message, Word
from newswatch.model.book import Alert, Book, Told


def run(life: LifeCycle, book: Book, acts: Sequence[Act], now: datetime) -> list[Message]:
    """All that is due at ``now``: changes ``book``, returns the messages to deliver, in order.

    ``acts`` may repeat what was given before and come in any order; those later than ``now`` are left for later.
    """
    if book.last_run is not None and now <= book.last_run:
        return []
    late = book.last_run is not None and now - book.last_run > life.catch_up_after
    work = Work(life, book, now, late)
    clock = episodes.Clock(work)
    for act in sorted((act for act in acts if act.t <= now), key=lambda act: act.t):
        clock.advance(act.t)
        _take(work, clock, act)
    clock.advance(now)
    drill.send(work)
    escalation.escalate(work)
    flushes = flush.begin(work)
    hold.hold(work, flushes)
    hold.release(work)
    flush.send(work, flushes)
    groups.close(work, flushes)
    muting.summarise(work)
    episodes.clear(work)
    work.send_summaries()
    book.last_run = now
    return work.messages


def accepted(book: Book, message: Message, at: datetime) -> None:
    """A recipient's channel accepted ``message``: the ledger says sent, escalation clocks start."""
    for alert, told in _about(book, message):
        told.accepted = told.accepted or at
        for signal in alert.signals:
            say(book, signal, Word.SENT)
        reopening = alert.reopening
        if reopening is not None and message.to in reopening.told and message.decided >= reopening.at:
            say(book, reopening.signal, Word.SENT)


def refused(book: Book, message: Message) -> None:
    """A recipient's channel refused ``message`` for good: that recipient hears no recovery of what it never heard."""
    for alert, told in _about(book, message):
        told.refused = told.accepted is None
        if all(one.refused for one in alert.told.values()):
            for signal in alert.signals:
                say(book, signal, Word.FAILED)
        if alert.reopening is not None and message.kind == Kind.REOPENED:
            say(book, alert.reopening.signal, Word.FAILED)


def pointless(book: Book, message: Message) -> bool:
    """Whether it is a recovery of nothing but what the recipient refused for good: then it is not to be sent."""
    known = _about(book, message)
    return message.kind == Kind.RECOVERED and bool(known) and all(told.refused for _, told in known)


def _about(book: Book, message: Message) -> list[tuple[Alert, Told]]:
    """The alerts that the message tells its recipient, with what it knows of each; a silence's summary tells none."""
    if message.kind == Kind.SILENCE_SUMMARY:
        return []
    alerts = [book.alerts[name] for name in message.alerts if name in book.alerts]
    return [(alert, alert.told[message.to]) for alert in alerts if message.to in alert.told]


def _take(work: Work, clock: episodes.Clock, act: Act) -> None:
    if act.do == "match":
        signals.match(work, act)
    elif act.do == "over":
        signals.over(work, clock, act)
    elif act.do == "under":
        signals.under(work, clock, act)
    elif act.do == "silence":
        people.silence(work, act)
    elif act.do == "unsilence":
        people.unsilence(work, act)
    elif act.do == "ack":
        people.acknowledge(work, act)
