"""What people do: acknowledge, silence, end a silence. Each act is a document, taken up by the next watch run."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime

from newswatch.index import documents
from newswatch.index.client import Store
from newswatch.model.alert import Act


def acknowledge(store: Store, alert: str, by: str, now: datetime) -> str:
    """Take an alert (``rule/story`` or ``rule/key``) on. Returns the act's id."""
    return _write(store, {"do": "ack", "key": alert, "by": by}, now)


def silence(
    store: Store, match: Mapping[str, tuple[str, ...]], by: str, until: datetime, comment: str, now: datetime
) -> str:
    """Mute what matches until then. Returns the silence's id."""
    wanted = {name: list(values) for name, values in match.items()}
    return _write(
        store, {"do": "silence", "match": wanted, "by": by, "until": until.isoformat(), "comment": comment}, now
    )


def expire(store: Store, silence_id: str, by: str, now: datetime) -> str:
    """End a silence before its time."""
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
    )


def _write(store: Store, value: Mapping[str, object], now: datetime) -> str:
    text = repr((sorted(value.items()), now.isoformat()))
    name = "act-" + hashlib.blake2b(text.encode(), digest_size=8).hexdigest()
    documents.create(store, store.index("state"), name, {"kind": "act", "at": now.isoformat(), "value": dict(value)})
    return name
