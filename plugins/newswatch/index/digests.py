"""Digests in the store: the ledger of who was told of which window, and the archive of digests as they were sent.

``<ns>-digests`` holds three kinds of documents: ``mark`` (newswatch came to know of a digest's recipient), ``told`` (a
recipient and a window, written once) and ``archive`` (a window's digest in every form, written once, before it is
sent).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from newswatch.index import documents, messages
from newswatch.index.client import Store
from newswatch.index.documents import Write
from newswatch.index.state import advance, cursor
from newswatch.model.digest_plan import Sent, Window
from newswatch.model.rendered import Rendered

LISTED = 100
DEADLINES = "digest-deadlines"
#: as many entries as one request brings; old ones are pruned by the upkeep
ENTRIES = 10_000


@dataclass(frozen=True, slots=True)
class Archived:
    """A digest as it was sent. ``rendered`` is None in lists."""

    id: str
    digest: str
    window: Window
    late: bool
    subject: str
    built: datetime
    rendered: Rendered | None = None


def key(digest: str, until: datetime, recipient: str = "") -> str:
    """The deterministic id of an archive document, or with ``recipient`` of a delivery and its ledger entry."""
    text = "\x1f".join(("digest", digest, until.isoformat(), recipient))
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def ledger(store: Store) -> list[Sent]:
    """What was told to whom, and which recipients are known."""
    index = store.index("digests")
    documents.refresh(store, index)
    request = {
        "query": {"terms": {"kind": ["mark", "told"]}},
        "sort": [{"until": "desc"}],
        "size": ENTRIES,
        "_source": ["digest", "recipient", "until", "kind"],
    }
    hits = documents.search(store, index, request)["hits"]["hits"]
    return [_sent(hit["_source"]) for hit in hits]


def remember(store: Store, entries: Iterable[Sent], now: datetime) -> None:
    """Write ledger entries; one that is there stays as it is."""
    index = store.index("digests")
    documents.bulk(store, [Write("create", index, _entry_id(one), _entry(one, now)) for one in entries])


def claim(store: Store, entry: Sent, now: datetime) -> bool:
    """Write a ledger entry that must not exist; False when it does."""
    return documents.create(store, store.index("digests"), _entry_id(entry), _entry(entry, now))


def forget(store: Store, entry: Sent) -> None:
    """Take a claim back."""
    documents.bulk(store, [Write("delete", store.index("digests"), _entry_id(entry))])


def expect(store: Store, deadlines: Mapping[str, datetime], now: datetime) -> None:
    """Remember by when the next digests must have gone out: written by every run that went well."""
    _, guard = cursor(store, DEADLINES)
    advance(store, DEADLINES, {name: at.isoformat() for name, at in deadlines.items()}, guard, now)


def missed(store: Store, now: datetime) -> dict[str, datetime]:
    """Digests whose deadline passed without a run that went well, whether runs failed or never came, and since when."""
    kept, _ = cursor(store, DEADLINES)
    moments = {name: datetime.fromisoformat(at) for name, at in kept.items()}
    return {name: at for name, at in moments.items() if at <= now}


def archive(store: Store, digest: str, window: Window, body: Rendered, *, late: bool, now: datetime) -> Archived:
    """Keep a digest, unless this window's is kept already: what is returned is what the store holds."""
    name = key(digest, window.until)
    source = {
        "@timestamp": now.isoformat(),
        "kind": "archive",
        "digest": digest,
        "since": window.since.isoformat(),
        "until": window.until.isoformat(),
        "late": late,
        "subject": body.subject,
        "message": messages.source(body),
    }
    if documents.create(store, store.index("digests"), name, source):
        return _archived(name, source)
    return read(store, name) or _archived(name, source)


def read(store: Store, name: str) -> Archived | None:
    """An archived digest by its id, whole."""
    found = documents.get(store, store.index("digests"), name)
    return _archived(name, found.source) if found and found.source.get("kind") == "archive" else None


def listed(store: Store, digest: str | None = None, before: datetime | None = None) -> list[Archived]:
    """The latest archived digests, newest first, without their content; at most 100."""
    terms: list[dict[str, Any]] = [{"term": {"kind": "archive"}}]
    if digest:
        terms.append({"term": {"digest": digest}})
    if before:
        terms.append({"range": {"until": {"lt": before.isoformat()}}})
    request = {
        "query": {"bool": {"filter": terms}},
        "sort": [{"until": "desc"}, {"digest": "asc"}],
        "size": LISTED,
        "_source": {"excludes": ["message"]},
    }
    documents.refresh(store, store.index("digests"))
    hits = documents.search(store, store.index("digests"), request)["hits"]["hits"]
    return [_archived(hit["_id"], hit["_source"]) for hit in hits]


def _archived(name: str, source: Mapping[str, Any]) -> Archived:
    since, until, built = (datetime.fromisoformat(source[one]) for one in ("since", "until", "@timestamp"))
    body = messages.rendered(source["message"]) if "message" in source else None
    return Archived(name, source["digest"], Window(since, until), source["late"], source["subject"], built, body)


def _entry_id(one: Sent) -> str:
    return key(one.digest, one.until, one.recipient) if one.told else f"mark/{one.digest}/{one.recipient}"[:500]


def _entry(one: Sent, now: datetime) -> dict[str, Any]:
    return {
        "@timestamp": now.isoformat(),
        "kind": "told" if one.told else "mark",
        "digest": one.digest,
        "recipient": one.recipient,
        "until": one.until.isoformat(),
    }


def _sent(source: Mapping[str, Any]) -> Sent:
    until = datetime.fromisoformat(source["until"])
    return Sent(source["digest"], source["recipient"], until, told=source["kind"] == "told")
