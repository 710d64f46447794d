"""The outbox: one document per message and recipient, written once with a deterministic id, kept until it has an end.

``pipeline/send.py`` claims, sends and marks them. A document's ``state`` is ``waiting``, ``sending`` (claimed),
``sent``, ``failed`` (refused for good) or ``dropped`` (a recovery whose firing was refused).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from newswatch.errors import StoreUnavailableError
from newswatch.index import documents, messages
from newswatch.index.client import Store
from newswatch.index.documents import Found, Outcome, Write
from newswatch.model.alert import Message
from newswatch.model.envelope import Channel
from newswatch.model.rendered import Rendered

#: what a list of deliveries needs; the messages themselves are read one at a time
HEAD = {"excludes": ["message", "receipt", "value"]}
MOST_TERMS = 60_000
ORDER: list[dict[str, Any]] = [
    {"@timestamp": "asc"},
    {"order": {"order": "asc", "missing": 0}},
    {"notification": "asc"},
]


@dataclass(frozen=True, slots=True)
class Recipient:
    """One address of a channel of ``channels.yaml``; ``missing`` says why it cannot be used.

    ``group`` is the channel's id (empty: the same as ``name``): what is wrong with a channel is wrong for all of it.
    """

    name: str
    address: str
    channel: Channel | None = None
    missing: str = ""
    group: str = ""


@dataclass(frozen=True, slots=True)
class Delivered:
    """What came of one try: ``state`` is ``sent``, ``failed`` (for good), ``dropped`` or ``waiting``."""

    message: Message
    state: str
    at: datetime
    error: str = ""


def write(store: Store, decided: Sequence[Message], bodies: Sequence[Rendered], since: Mapping[str, datetime]) -> None:
    """Put messages into the outbox; one that is there stays as it is. ``since`` is when each message's alert began.

    Raises StoreUnavailableError when the store did not take every one of them: then they are not written yet.
    """
    index = store.index("outbox")
    writes = [
        Write("create", index, message.id, _document(message, body, since.get(message.id), number))
        for number, (message, body) in enumerate(zip(decided, bodies, strict=True))
    ]
    refuse(documents.bulk(store, writes), "messages")


def refuse(outcomes: Sequence[Outcome], what: str) -> None:
    """Raise StoreUnavailableError when a write was neither applied nor there already."""
    lost = [one for one in outcomes if not one.applied and not one.conflict]
    if lost:
        raise StoreUnavailableError(f"Elasticsearch did not take {len(lost)} {what}: {lost[0].reason}")


def recent(store: Store, since: datetime) -> list[Delivered]:
    """Deliveries that ended since then, by now known or not to the life cycle."""
    ended = {"terms": {"state": ["sent", "failed"]}}
    query = {"bool": {"filter": [ended, {"range": {"sent": {"gte": since.isoformat()}}}]}}
    return [
        Delivered(message(one), one.source["state"], when(one.source["sent"]), one.source.get("error") or "")
        for one in heads(store, query, [{"sent": "asc"}, {"notification": "asc"}])
    ]


def results(store: Store, alerts: Sequence[str]) -> dict[str, dict[str, str]]:
    """Alert → recipient → what became of the last message about it, such as ``waiting: refused (450 busy)``."""
    if not alerts:
        return {}
    documents.refresh(store, store.index("outbox"))
    found: dict[str, dict[str, str]] = {}
    for one in heads(store, {"terms": {"alerts": list(alerts[:MOST_TERMS])}}, ORDER):
        source = one.source
        why = source.get("error") or source.get("fault")
        for alert in source["alerts"]:
            found.setdefault(alert, {})[source["recipient"]] = source["state"] + (f": {why}" if why else "")
    return found


def heads(store: Store, query: Mapping[str, Any], sort: Sequence[Mapping[str, Any]]) -> Iterator[Found]:
    """The deliveries that match, without what they carry."""
    search = {"query": query, "sort": list(sort), "_source": HEAD}
    for page in documents.pages(store, search, store.index("outbox")):
        yield from page


def message(one: Found) -> Message:
    """The life cycle's message of an outbox document."""
    source = one.source
    return Message(
        one.id,
        source["recipient"],
        source["kind"],
        list(source["alerts"]),
        when(source["@timestamp"]),
        source.get("route") or "",
        source.get("thread"),
    )


def when(text: str) -> datetime:
    """A time of a document."""
    return datetime.fromisoformat(text)


def _document(message: Message, body: Rendered, began: datetime | None, number: int) -> dict[str, Any]:
    at = message.decided.isoformat()
    return {
        "@timestamp": at,
        "order": number,
        "notification": message.id,
        "kind": message.kind,
        "channel": message.to.partition(":")[0],
        "recipient": message.to,
        "route": message.route,
        "state": "waiting",
        "attempts": 0,
        "next_try": at,
        "claimed_until": at,
        "began": began.isoformat() if began else None,
        "thread": message.thread,
        "alerts": message.alerts,
        "fault": body.fault or None,
        "message": messages.source(body),
    }
