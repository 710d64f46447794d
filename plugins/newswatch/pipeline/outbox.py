"""The outbox: deliveries written once, claimed, sent, marked. Each is tried alone until it is accepted or refused.

A delivery is claimed under guard before it is sent, so two workers never send one; a claim that ran out is sent again
with the same id and content. One delivery at a time is accepted but not yet marked: the only window in which a crash
repeats a message.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from newswatch.errors import DeliveryError, StoreUnavailableError
from newswatch.index import documents, messages
from newswatch.index.client import Store
from newswatch.index.documents import Found, Write
from newswatch.model.alert import Message
from newswatch.model.envelope import Channel, Envelope
from newswatch.model.rendered import Rendered

CLAIM = timedelta(minutes=5)
FIRST_RETRY = timedelta(minutes=1)
LONGEST_RETRY = timedelta(hours=1)
MARKS = 8


@dataclass(frozen=True, slots=True)
class Recipient:
    """A channel of ``channels.yaml`` and the address to use it with; ``missing`` says why it cannot be used."""

    name: str
    address: str
    channel: Channel | None = None
    missing: str = ""


@dataclass(frozen=True, slots=True)
class Delivered:
    """What came of one try: ``state`` is ``sent``, ``failed`` (for good) or ``waiting``."""

    message: Message
    state: str
    at: datetime
    error: str = ""


def write(store: Store, decided: Sequence[Message], bodies: Sequence[Rendered], since: Mapping[str, datetime]) -> None:
    """Put messages into the outbox; one that is there stays as it is. ``since`` is when each message's alert began."""
    index = store.index("outbox")
    documents.bulk(
        store,
        [
            Write("create", index, message.id, _document(message, body, since.get(message.id)))
            for message, body in zip(decided, bodies, strict=True)
        ],
    )


def recent(store: Store, since: datetime) -> list[Delivered]:
    """Deliveries that ended since then, by now known or not to the life cycle."""
    query = {
        "bool": {"filter": [{"terms": {"state": ["sent", "failed"]}}, {"range": {"sent": {"gte": since.isoformat()}}}]}
    }
    found: list[Delivered] = []
    for page in documents.pages(
        store, {"query": query, "sort": [{"sent": "asc"}, {"notification": "asc"}]}, store.index("outbox")
    ):
        found += [Delivered(_message(one), one.source["state"], _time(one.source["sent"])) for one in page]
    return found


def deliver(store: Store, recipients: Mapping[str, Recipient], clock: Callable[[], datetime]) -> list[Delivered]:
    """Try everything that is due, each recipient in its own order; returns what came of each try."""
    documents.refresh(store, store.index("outbox"))
    now = clock()
    query = {"terms": {"state": ["waiting", "sending"]}}
    sort = [{"@timestamp": "asc"}, {"notification": "asc"}]
    tried: list[Delivered] = []
    blocked: set[str] = set()
    for page in documents.pages(store, {"query": query, "sort": sort}, store.index("outbox")):
        for one in page:
            if one.source["channel"] in blocked:
                continue
            done = _try(store, one, recipients, now, clock)
            if done is None or done.state == "waiting":
                # what comes after it for this recipient must not overtake it
                blocked.add(one.source["channel"])
            if done is not None:
                tried.append(done)
    return tried


def _try(
    store: Store, one: Found, recipients: Mapping[str, Recipient], now: datetime, clock: Callable[[], datetime]
) -> Delivered | None:
    """One delivery; None when it is not its time or somebody else has it."""
    source = one.source
    free = source["state"] == "waiting" or _time(source["claimed_until"]) <= now
    if not free or _time(source["next_try"]) > now:
        return None
    claimed = {
        **source,
        "state": "sending",
        "claimed_until": (now + CLAIM).isoformat(),
        "attempts": source["attempts"] + 1,
    }
    if not documents.put(store, one.index, one.id, claimed, one):
        return None
    try:
        receipt = _send(store, one.id, claimed, recipients)
    except DeliveryError as error:
        return _failed(store, one, claimed, error, clock())
    at = clock()
    began = _time(source["began"]) if source.get("began") else at
    sent = {
        "state": "sent",
        "sent": at.isoformat(),
        "latency": max(0.0, (at - began).total_seconds()),
        "receipt": dict(receipt),
        "error": None,
    }
    _mark(store, one, sent)
    return Delivered(_message(one), "sent", at)


def _send(store: Store, name: str, source: Mapping[str, Any], recipients: Mapping[str, Recipient]) -> Mapping[str, Any]:
    recipient = recipients.get(source["channel"])
    if recipient is None:
        raise DeliveryError(f"channels.yaml has no channel {source['channel']} any more", retryable=True)
    if recipient.channel is None:
        raise DeliveryError(recipient.missing, retryable=True)
    thread = source.get("thread")
    first = documents.get(store, store.index("outbox"), thread) if thread else None
    envelope = Envelope(
        name,
        recipient.address,
        messages.rendered(source["message"]),
        _time(source["@timestamp"]),
        thread,
        (first.source.get("receipt") or {}) if first else {},
    )
    return recipient.channel.send(envelope)


def _failed(store: Store, one: Found, source: Mapping[str, Any], error: DeliveryError, at: datetime) -> Delivered:
    attempts = source["attempts"]
    wait = min(LONGEST_RETRY, FIRST_RETRY * 2 ** min(attempts - 1, 10))
    if error.retry_after:
        wait = max(wait, timedelta(seconds=min(error.retry_after, 86_400)))
    state = "waiting" if error.retryable else "failed"
    mark = {"state": state, "error": str(error)[:500], "next_try": (at + wait).isoformat()}
    _mark(store, one, mark | ({"sent": at.isoformat()} if state == "failed" else {}))
    return Delivered(_message(one), state, at, str(error))


def _mark(store: Store, one: Found, change: Mapping[str, Any]) -> None:
    """Write what came of it. A conflict is re-read and marked again, never sent again."""
    for _ in range(MARKS):
        found = documents.get(store, one.index, one.id)
        if found is None or found.source["state"] in ("sent", "failed"):
            return
        if documents.put(store, one.index, one.id, {**found.source, **change}, found):
            return
    raise StoreUnavailableError(f"delivery {one.id} could not be marked; it is looked at again when its claim ends")


def _document(message: Message, body: Rendered, began: datetime | None) -> dict[str, Any]:
    at = message.decided.isoformat()
    return {
        "@timestamp": at,
        "notification": message.id,
        "kind": message.kind,
        "channel": message.to,
        "recipient": message.to,
        "route": message.route,
        "state": "waiting",
        "attempts": 0,
        "next_try": at,
        "claimed_until": at,
        "began": began.isoformat() if began else None,
        "thread": message.thread,
        "alerts": message.alerts,
        "message": messages.source(body),
    }


def _message(one: Found) -> Message:
    source = one.source
    return Message(
        one.id,
        source["channel"],
        source["kind"],
        list(source["alerts"]),
        _time(source["@timestamp"]),
        source.get("route") or "",
        source.get("thread"),
    )


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)
