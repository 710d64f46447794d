"""The book as one document: read, replaced under guard, kept small.

It holds what the life cycle remembers, how far signals were read, and what was decided but perhaps not yet written
elsewhere: messages for the outbox, alerts and ledger entries for their indices. So a crash at any line loses nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import orjson

from newswatch.alert import prune, shelf, signals
from newswatch.errors import StoreUnavailableError
from newswatch.index import documents
from newswatch.index.client import Store
from newswatch.index.documents import Found
from newswatch.model.alert import Act, Message
from newswatch.model.book import Alert, Book

BOOK = "book"
LONGEST_ID = 512


@dataclass
class Kept:
    """The book as read, with its guard; ``unwritten`` and ``unpublished`` are what other indices may still lack.

    ``before`` holds a mark of each part as it was read, to tell what changed: a book of thousands of alerts is not kept
    twice.
    """

    book: Book
    guard: Found | None = None
    since: datetime | None = None
    unwritten: list[Message] = field(default_factory=list)
    unpublished: list[str] = field(default_factory=list)
    before: Mapping[str, int] = field(default_factory=dict)


def load(store: Store) -> Kept:
    """The book, empty before the first run."""
    found = documents.get(store, store.index("state"), BOOK)
    if found is None:
        return Kept(Book())
    value = found.source["value"]
    return Kept(
        shelf.back(Book, value["book"]),
        replace(found, source={}),
        datetime.fromisoformat(value["since"]) if value.get("since") else None,
        [shelf.back(Message, one) for one in value["unwritten"]],
        list(value.get("unpublished", ())),
        marks(value["book"]),
    )


def save(store: Store, kept: Kept, now: datetime) -> None:
    """Replace the book, once. Raises StoreUnavailableError when another run was faster: then nothing of this counts."""
    plain = shelf.plain(kept.book)
    after = marks(plain)
    kept.unpublished = [name for name, mark in after.items() if kept.before.get(name) != mark]
    value = {
        "book": plain,
        "since": kept.since.isoformat() if kept.since else None,
        "unwritten": [shelf.plain(one) for one in kept.unwritten],
        "unpublished": kept.unpublished,
    }
    source = {"kind": BOOK, "at": now.isoformat(), "value": value}
    if not documents.put(store, store.index("state"), BOOK, source, kept.guard):
        raise StoreUnavailableError("another watch run was faster; this one changed nothing")


def marks(plain: Mapping[str, Any]) -> dict[str, int]:
    """``part/name`` of alerts, ledger entries, groups and silences → a mark that changes when they do."""
    return {
        f"{part}/{name}": hash(orjson.dumps(one))
        for part in ("alerts", "ledger", "groups", "silences")
        for name, one in plain.get(part, {}).items()
    }


def fresh(store: Store, book: Book, acts: Sequence[Act]) -> list[Act]:
    """The acts without the signals that are known already."""
    new = [act for act in acts if not act.rule or act.id not in book.ledger]
    known = _known(store, [act.id for act in new if act.rule and act.id])
    return [act for act in new if not act.rule or act.id not in known]


def recall(store: Store, book: Book, acts: Sequence[Act]) -> None:
    """Bring back the forgotten alerts that the acts are about."""
    keys = {signals.slot(act) for act in acts if act.do == "match"}
    keys |= {act.key for act in acts if act.do == "ack"}
    pairs = [(store.index("alerts"), doc_id(key)) for key in keys if key not in book.alerts]
    for some in _chunks(pairs):
        for found in documents.mget(store, some, source=["value"]).values():
            prune.recall(book, shelf.back(Alert, found.source["value"]))


def doc_id(name: str) -> str:
    """A document's id for an alert's: itself, or its hash when it is longer than the store takes."""
    raw = name.encode()
    return name if len(raw) <= LONGEST_ID else hashlib.blake2b(raw, digest_size=16).hexdigest()


def _known(store: Store, names: Sequence[str]) -> set[str]:
    index = store.index("ledger")
    pairs = [(index, name) for name in names]
    return {name for some in _chunks(pairs) for name in documents.mget(store, some, source=False)}


def _chunks(pairs: Sequence[tuple[str, str]], size: int = 1000) -> Iterable[Sequence[tuple[str, str]]]:
    return (pairs[start : start + size] for start in range(0, len(pairs), size))
