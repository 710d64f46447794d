"""Signals → alerts → outbox → deliveries: one run of the life cycle over the store.

What is remembered between runs is one document, the book (``pipeline.book``): messages are decided and remembered in
one write under guard, then put into the outbox, claimed, sent, marked. A crash at any line loses none; their ids are
deterministic, so that none is written twice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from newswatch.alert import cycle, prune
from newswatch.index import documents
from newswatch.index.client import Store
from newswatch.index.signals import read_signals
from newswatch.model.alert import Act, LifeCycle, Message
from newswatch.model.rendered import Links
from newswatch.model.rules import Rule
from newswatch.model.selfwatch import SELF_RULES
from newswatch.model.signal import Kind, Signal
from newswatch.pipeline import book as books
from newswatch.pipeline import outbox, selfwatch, send, views
from newswatch.pipeline.acts import read_acts
from newswatch.pipeline.book import Kept, load, save
from newswatch.pipeline.detect import detect_pass
from newswatch.pipeline.outbox import Delivered, Recipient
from newswatch.pipeline.publish import publish

OVERLAP = timedelta(minutes=10)
#: signals and acts that a run takes in; more wait for the next ones, lest a flood make a book too large for the store
AT_ONCE = 10_000


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


def watch(run: Watch) -> WatchReport:
    """Detect, decide, deliver. Raises StoreUnavailableError when the store is away or another run was faster."""
    signals = len(detect_pass(run.store, run.rules, run.now))
    selfwatch.look(run.store, run.now)
    messages = _decided(run)
    done = send.deliver(run.store, run.recipients, run.clock)
    if done or messages:
        _settle(run, messages, done)
    states = [one.state for one in done]
    return WatchReport(signals, len(messages), states.count("sent"), states.count("waiting"), states.count("failed"))


def _decided(run: Watch) -> list[Message]:
    """Decide, remember it, write it down. The book is let go again: with thousands of alerts it is large."""
    kept = load(run.store)
    _absorb(run.store, kept)
    _finish(run, kept)
    messages = _decide(run, kept)
    save(run.store, kept, run.now)
    _finish(run, kept)
    return messages


def _settle(run: Watch, written: Sequence[Message], done: Sequence[Delivered]) -> None:
    """Tell the book what is written and delivered. Should this be lost, the next run finds it out by itself."""
    kept = load(run.store)
    for one in done:
        _apply(kept, one)
    # another run's messages, decided meanwhile, may not be written yet
    names = {one.id for one in written}
    kept.unwritten = [one for one in kept.unwritten if one.id not in names]
    save(run.store, kept, run.now)
    tried = [f"alerts/{alert}" for one in done for alert in one.message.alerts]
    _publish(run, kept, list(dict.fromkeys([*kept.unpublished, *tried])))


def act_of(signal: Signal) -> Act:
    """A signal as the life cycle takes it."""
    labels = dict(signal.labels)
    if signal.stories and signal.kind is Kind.EVENT:
        labels.setdefault("language", signal.stories[0].language)
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


def _decide(run: Watch, kept: Kept) -> list[Message]:
    kept.since = kept.since or run.now - OVERLAP
    since = kept.since - OVERLAP
    documents.refresh(run.store, run.store.index("signals"))
    acts = [*read_acts(run.store, since), *(act_of(signal) for signal in read_signals(run.store, since))]
    settled = prune.settled(run.life, kept.book)
    _publish(run, kept, [f"alerts/{alert.id}" for alert in settled])
    prune.forget(kept.book, settled, run.now)
    fresh = books.fresh(run.store, kept.book, acts)
    taken = fresh[:AT_ONCE]
    books.recall(run.store, kept.book, taken)
    kept.unwritten = cycle.run(run.life, kept.book, taken, run.now)
    if len(taken) == len(fresh):
        kept.since = run.now
    return kept.unwritten


def _absorb(store: Store, kept: Kept) -> None:
    """Tell the book what became of deliveries, those included whose run ended before it could."""
    documents.refresh(store, store.index("outbox"))
    if kept.book.last_run is None:
        return
    for one in outbox.recent(store, kept.book.last_run - OVERLAP):
        _apply(kept, one)


def _apply(kept: Kept, one: Delivered) -> None:
    if one.state == "sent":
        cycle.accepted(kept.book, one.message, one.at)
    elif one.state == "failed":
        cycle.refused(kept.book, one.message)


def _finish(run: Watch, kept: Kept) -> None:
    """Write what was decided into the outbox and the indices; what is there already stays one."""
    if kept.unwritten:
        alerts = kept.book.alerts
        began = {
            one.id: min((alerts[name].start for name in one.alerts if name in alerts), default=one.decided)
            for one in kept.unwritten
        }
        bodies = views.render(run.store, kept.book, kept.unwritten, run.links)
        outbox.write(run.store, kept.unwritten, bodies, began)
    _publish(run, kept, kept.unpublished)


def _publish(run: Watch, kept: Kept, names: Sequence[str]) -> None:
    publish(run.store, kept.book, names, {rule.id: rule.title for rule in (*run.rules, *SELF_RULES)}, run.now)
