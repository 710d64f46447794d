"""A case on the event clock: a timeline is played through the life cycle, channels answer as the case says."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from newswatch.alert import cycle, shelf
from newswatch.model.alert import Act, LifeCycle, Message
from newswatch.model.book import Book

EPOCH = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a timeline that is not an act: a channel's answer, or what happens to the runs themselves."""

    t: datetime
    do: str
    name: str = ""
    answer: str = "ok"


@dataclass(frozen=True, slots=True)
class Case:
    """A case: configuration, runs every ``tick`` from ``since`` to ``until``, acts and steps."""

    life: LifeCycle
    since: datetime
    until: datetime
    tick: timedelta
    acts: tuple[Act, ...] = ()
    steps: tuple[Step, ...] = ()


@dataclass
class _Play:
    book: Book = field(default_factory=Book)
    waiting: list[Message] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    sent: list[dict[str, Any]] = field(default_factory=list)
    failed: list[list[str]] = field(default_factory=list)


def play(case: Case) -> dict[str, Any]:
    """What a case's messages, ledger and failed deliveries are."""
    state, steps, stopped = _Play(), sorted(case.steps, key=lambda step: step.t), False
    now = case.since
    while now <= case.until:
        again = False
        while steps and steps[0].t <= now:
            step = steps.pop(0)
            stopped = {"stop": True, "start": False}.get(step.do, stopped)
            again |= step.do == "rerun"
            if step.do == "restart":
                state.book = shelf.back(Book, shelf.plain(state.book))
            if step.do == "channel":
                state.answers[step.name] = step.answer
        if not stopped:
            _run(case, state, now)
            if again:
                _run(case, state, now)
        now += case.tick
    ledger = {signal: entry.word for signal, entry in state.book.ledger.items()}
    return {"messages": state.sent, "ledger": ledger, "failed": state.failed}


def _run(case: Case, state: _Play, now: datetime) -> None:
    if state.book.last_run == now:
        return
    since = state.book.last_run
    acts = [act for act in case.acts if act.t <= now and (since is None or act.t > since)]
    state.waiting += cycle.run(case.life, state.book, acts, now)
    state.waiting = _deliver(state, now)


def _deliver(state: _Play, now: datetime) -> list[Message]:
    """Try what waits, each recipient alone and in order; returns what still waits."""
    left: list[Message] = []
    for message in state.waiting:
        answer = state.answers.get(message.to, "ok")
        if cycle.pointless(state.book, message):
            continue
        if answer == "temporary":
            left.append(message)
        elif answer == "permanent":
            state.failed.append([message.to, message.kind])
            cycle.refused(state.book, message)
        else:
            cycle.accepted(state.book, message, now)
            state.sent.append(_shown(state.book, message, now))
    return left


def _shown(book: Book, message: Message, now: datetime) -> dict[str, Any]:
    keys = [book.alerts[name].key for name in message.alerts]
    return {"t": now.strftime(EPOCH), "to": message.to, "kind": message.kind, "alerts": sorted(dict.fromkeys(keys))}
