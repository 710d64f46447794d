"""What people do: acknowledge, silence, end a silence. Each act is a document, taken up by the next watch run."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime

from newswatch.errors import NewswatchError, UsageError
from newswatch.index import documents
from newswatch.index.client import Store
from newswatch.model.alert import Act
from newswatch.model.book import Silence
from newswatch.pipeline import alerts, publish


def acknowledge(store: Store, alert: str, by: str, now: datetime) -> str:
    """Take on an alert (``rule/story`` or ``rule/key``) or all alerts of a story, from the next watch run on.

    Returns the act's id. Raises NewswatchError when there is nothing of that name that could be taken on.
    """
    if not any(one.ended is None and one.ack is None for one in alerts.find(store, alert)):
        raise NewswatchError(f"there is no open alert {alert}; newswatch alerts lists them")
    return _write(store, {"do": "ack", "key": alert, "by": by}, now)


def silence(
    store: Store, match: Mapping[str, tuple[str, ...]], by: str, until: datetime, comment: str, now: datetime
) -> str:
    """Mute what matches from now until then. Returns the silence's id. Raises UsageError when it would end at once.

    ``alerts.would_mute`` says what it would have muted lately.
    """
    if until <= now:
        raise UsageError(f"a silence must end after it begins, not at {until.isoformat()}")
    wanted = {name: list(values) for name, values in match.items()}
    name = _write(
        store, {"do": "silence", "match": wanted, "by": by, "until": until.isoformat(), "comment": comment}, now
    )
    begun = Silence(name, {key: tuple(values) for key, values in match.items()}, now, until, now, by, comment)
    documents.create(store, store.index("silences"), name, publish.silence(begun, now))
    return name


def expire(store: Store, silence_id: str, by: str, now: datetime) -> str:
    """End a silence before its time. Returns the act's id. Raises NewswatchError when it is not active."""
    found = documents.get(store, store.index("silences"), silence_id)
    if found is None or datetime.fromisoformat(found.source["until"]) <= now:
        raise NewswatchError(f"there is no active silence {silence_id}; newswatch silence list shows them")
    documents.put(store, found.index, found.id, {**found.source, "until": now.isoformat(), "state": "expired"}, found)
    return _write(store, {"do": "unsilence", "key": silence_id, "by": by}, now)


def read_acts(store: Store, since: datetime) -> list[Act]:
    """The acts written since then."""
    documents.refresh(store, store.index("state"))
    search = {
        "query": {
            "bool": {"filter": [{"term": {"kind": "act"}}, {"range": {"at": {"gte": since.isoformat()}}}]},
        },
        "sort": [{"at": "asc"}, {"_seq_no": "asc"}],
    }
    return [
        _act(found.id, found.source["value"], datetime.fromisoformat(found.source["at"]))
        for page in documents.pages(store, search, store.index("state"))
        for found in page
    ]


def _act(name: str, value: Mapping[str, object], at: datetime) -> Act:
    match = value.get("match")
    until = value.get("until")
    return Act(
        t=at,
        do=str(value["do"]),
        id=str(value["key"]) if value["do"] == "unsilence" else name,
        key=str(value.get("key", "")),
        by=str(value.get("by", "")),
        match={key: tuple(values) for key, values in match.items()} if isinstance(match, dict) else {},
        until=datetime.fromisoformat(str(until)) if until else None,
        comment=str(value.get("comment", "")),
    )


def _write(store: Store, value: Mapping[str, object], now: datetime) -> str:
    text = repr((sorted(value.items()), now.isoformat()))
    name = "act-" + hashlib.blake2b(text.encode(), digest_size=8).hexdigest()
    documents.create(store, store.index("state"), name, {"kind": "act", "at": now.isoformat(), "value": dict(value)})
    return name
