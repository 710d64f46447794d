"""Deliveries claimed, sent, marked: each is tried alone until it is accepted or refused.

A delivery is claimed under guard before it is sent, so two workers never send one; a claim that ran out is sent again
with the same id and content. One delivery at a time is accepted but not yet marked: the only window in which a crash
repeats a message.

What fails waits alone, longer each time, and holds back only later messages about the same alerts to the same
recipient. What is wrong with a whole channel (no connection, no login) makes the channel wait, and who asks to slow
down is asked nothing until then.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import Future, wait
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Thread
from typing import Any

from newswatch.errors import DeliveryError, StoreError, StoreUnavailableError
from newswatch.index import documents, messages
from newswatch.index.client import Store
from newswatch.index.documents import Found, Write
from newswatch.model.envelope import Channel, Envelope
from newswatch.pipeline import outbox
from newswatch.pipeline.outbox import Delivered, Recipient, when

#: longer than any channel takes for one message, shorter than the time between two runs
CLAIM = timedelta(seconds=55)
#: what one message may take at most
LONGEST = timedelta(seconds=45)
FIRST_RETRY = timedelta(minutes=1)
LONGEST_RETRY = timedelta(minutes=15)
LONGEST_ASKED = timedelta(days=1)
#: no delivery is begun after this much of a run; the next run goes on
BUDGET = timedelta(minutes=4)
#: a channel that failed so many messages of a run in turn is left until the next
STRIKES = 3
#: pauses in seconds between tries to mark what a provider accepted
MARKS = (0.0, 0.2, 0.5, 1.0, 2.0, 4.0)
#: a mistake in a channel's code is this delivery's failure, not the others'
MISTAKES = (ArithmeticError, AttributeError, LookupError, OSError, RuntimeError, TypeError, ValueError)


@dataclass
class _Round:
    """One run over the outbox. ``blocked`` are (recipient, alert) pairs that something earlier waits for."""

    store: Store
    recipients: Mapping[str, Recipient]
    clock: Callable[[], datetime]
    blocked: set[tuple[str, str]] = field(default_factory=set)
    closed: set[str] = field(default_factory=set)
    strikes: Counter[str] = field(default_factory=Counter)

    def group(self, source: Mapping[str, Any]) -> str:
        """The channel of a delivery."""
        known = self.recipients.get(source["recipient"])
        return (known.group or known.name) if known else source["recipient"]


def deliver(store: Store, recipients: Mapping[str, Recipient], clock: Callable[[], datetime]) -> list[Delivered]:
    """Try everything that is due, in the order of its decision; returns what came of each try."""
    documents.refresh(store, store.index("outbox"))
    turn, started = _Round(store, recipients, clock), clock()
    waiting = list(outbox.heads(store, {"terms": {"state": ["waiting", "sending"]}}, outbox.ORDER))
    turn.closed = {one.source["pauses"] for one in waiting if _later(one.source.get("pause"), started)}
    tried: list[Delivered] = []
    for one in waiting:
        pairs = {(one.source["recipient"], alert) for alert in one.source["alerts"]}
        done = None
        shut = {turn.group(one.source), one.source["recipient"]} & turn.closed
        if not shut and not pairs & turn.blocked and clock() - started <= BUDGET:
            done = _try(turn, one)
        if done is None or done.state == "waiting":
            # what comes after it about the same alert must not overtake it
            turn.blocked |= pairs
        if done is not None:
            tried.append(done)
    return tried


def _try(turn: _Round, head: Found) -> Delivered | None:
    """One delivery; None when it is not its time or somebody else has it."""
    if not _free(head.source, turn.clock()):
        return None
    found = documents.get(turn.store, head.index, head.id)
    now = turn.clock()
    if found is None or not _free(found.source, now):
        return None
    claim = {"state": "sending", "claimed_until": (now + CLAIM).isoformat(), "attempts": found.source["attempts"] + 1}
    claimed = found.source | claim
    if not documents.put(turn.store, found.index, found.id, claimed, found):
        return None
    try:
        receipt = _send(turn, found.id, claimed)
    except DeliveryError as error:
        return _failed(turn, found, claimed, error)
    except MISTAKES as error:
        name = type(error).__name__
        return _failed(turn, found, claimed, DeliveryError(f"the channel broke on it ({name})", retryable=True))
    at = turn.clock()
    turn.strikes[turn.group(claimed)] = 0
    if receipt is None:
        why = "its firing was refused for good"
        _mark(turn.store, found, {"state": "dropped", "error": why, "pause": None})
        return Delivered(outbox.message(found), "dropped", at, why)
    began = when(claimed["began"]) if claimed.get("began") else at
    sent = {"state": "sent", "sent": at.isoformat(), "receipt": dict(receipt), "error": None, "pause": None}
    _mark(turn.store, found, sent | {"latency": max(0.0, (at - began).total_seconds())})
    return Delivered(outbox.message(found), "sent", at)


def _send(turn: _Round, name: str, source: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Hand it to its channel; None when it must not be sent, because its recipient refused what it follows."""
    recipient = turn.recipients.get(source["recipient"])
    if recipient is None:
        raise DeliveryError(f"channels.yaml has no channel {source['recipient']}", retryable=True, whole=True)
    if recipient.channel is None:
        raise DeliveryError(recipient.missing, retryable=True, whole=True)
    thread = source.get("thread")
    first = documents.get(turn.store, turn.store.index("outbox"), thread) if thread else None
    if first is not None and first.source["state"] == "failed" and source["kind"] == "recovered":
        return None
    envelope = Envelope(
        name,
        recipient.address,
        messages.rendered(source["message"]),
        when(source["@timestamp"]),
        thread,
        (first.source.get("receipt") or {}) if first else {},
    )
    return _in_time(recipient.channel, envelope)


def _in_time(channel: Channel, envelope: Envelope) -> Mapping[str, Any]:
    """The channel's receipt. Its own timeouts are per read: who answers drop by drop is left before the claim ends."""
    answer: Future[Mapping[str, Any]] = Future()

    def call() -> None:
        try:
            answer.set_result(channel.send(envelope))
        except BaseException as error:  # noqa: BLE001 (whoever waits for the answer raises it)
            answer.set_exception(error)

    Thread(target=call, daemon=True).start()
    if not wait([answer], LONGEST.total_seconds()).done:
        raise DeliveryError(f"no answer within {LONGEST.seconds} s", retryable=True)
    return answer.result()


def _failed(turn: _Round, one: Found, source: Mapping[str, Any], error: DeliveryError) -> Delivered:
    at, group = turn.clock(), turn.group(source)
    turn.strikes[group] += 1
    pauses = group if error.whole else source["recipient"] if error.retry_after else None
    if pauses:
        turn.closed.add(pauses)
    if turn.strikes[group] >= STRIKES:
        turn.closed.add(group)
    state = "waiting" if error.retryable else "failed"
    next_try = (at + _pause(source["attempts"], error)).isoformat()
    change = {
        "state": state,
        "error": str(error)[:500],
        "next_try": next_try,
        "pause": next_try if pauses and error.retryable else None,
        "pauses": pauses,
    }
    if state == "failed":
        change["sent"] = at.isoformat()
        _set_aside(turn.store, one, str(error), at)
    _mark(turn.store, one, change, source["attempts"])
    return Delivered(outbox.message(one), state, at, str(error))


def _pause(attempts: int, error: DeliveryError) -> timedelta:
    """How long until the next try: doubling, and never less than what the provider asked for."""
    asked = min(timedelta(seconds=min(error.retry_after or 0, 1e6)), LONGEST_ASKED)
    ours: timedelta = min(LONGEST_RETRY, FIRST_RETRY * 2 ** min(attempts - 1, 10))
    return max(ours, asked)


def _set_aside(store: Store, one: Found, reason: str, at: datetime) -> None:
    """A copy of what was refused for good, with the reason, in the dead-letter index: there before it is marked."""
    content = one.source["message"]
    letter = {
        "@timestamp": at.isoformat(),
        "kind": "refused-delivery",
        "target": one.source["recipient"],
        "reason": reason,
        "document": f"{content['subject']}\n\n{content['text']}"[:30_000],
    }
    outbox.refuse(documents.bulk(store, [Write("index", store.index("dead-letter"), one.id, letter)]), "dead letters")


def _mark(store: Store, one: Found, change: Mapping[str, Any], claim: int | None = None) -> None:
    """Write what came of it. A conflict or a busy store is met by reading and marking again, never by sending again.

    With ``claim`` (the number of the attempt) it is written only while that claim is the last: a failure that comes
    late says nothing about the try that followed it.
    """
    for pause in MARKS:
        time.sleep(pause)
        try:
            found = documents.get(store, one.index, one.id)
            if found is None or found.source["state"] in ("sent", "failed", "dropped"):
                return
            if claim is not None and found.source["attempts"] != claim:
                return
            if documents.put(store, one.index, one.id, {**found.source, **change}, found):
                return
        except StoreError:
            continue
    raise StoreUnavailableError(f"delivery {one.id} could not be marked; it is looked at again when its claim ends")


def _free(source: Mapping[str, Any], now: datetime) -> bool:
    """Whether it is its time and nobody has it: waiting and due, or claimed by somebody who did not come back."""
    if source["state"] == "sending":
        return when(source["claimed_until"]) <= now
    return source["state"] == "waiting" and when(source["next_try"]) <= now


def _later(text: str | None, now: datetime) -> bool:
    return bool(text) and when(str(text)) > now
