"""Items that are stored already: a further feed carried them, or their text was corrected. Written under guard."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from newswatch.errors import StoreError
from newswatch.index import documents
from newswatch.index.client import Store
from newswatch.index.documents import Found, Outcome, Write
from newswatch.model.item import Item

TRIES = 8


def attach_all(store: Store, pairs: Iterable[tuple[Item, Found]]) -> None:
    """Add feeds to stored items as they were just read, in one request; one that changed meanwhile is read again."""
    writes = [
        Write("update", found.index, found.id, {"feeds": [*held, *added]}, found)
        for item, found in pairs
        if (added := [feed for feed in item.feeds if feed not in (held := found.source.get("feeds", []))])
    ]
    for outcome in documents.bulk(store, writes):
        if not outcome.applied:
            attach(store, outcome.write.index, outcome.write.id, (outcome.write.source or {})["feeds"])


def attach(store: Store, index: str, name: str, feeds: Iterable[str]) -> None:
    """Add feeds to a stored item, under guard; nothing is written when they are there."""
    for _ in range(TRIES):
        found = documents.get(store, index, name)
        if found is None:
            return
        held = list(found.source.get("feeds", []))
        added = [feed for feed in feeds if feed not in held]
        if not added:
            return
        (outcome,) = documents.bulk(store, [Write("update", index, name, {"feeds": held + added}, found)])
        if outcome.applied:
            return
    raise StoreError(f"item {name} is written to from too many sides at once")


def change(
    store: Store, index: str, name: str, by: Callable[[dict[str, Any]], dict[str, Any] | None]
) -> Outcome | None:
    """Replace a document by what ``by`` makes of it (None: leave it), under guard.

    What became of the write: applied, or unfit. None when there was nothing to write. Raises StoreError when it was
    the store that did not take it.
    """
    for _ in range(TRIES):
        found = documents.get(store, index, name)
        changed = by(found.source) if found else None
        if changed is None:
            return None
        (outcome,) = documents.bulk(store, [Write("index", index, name, changed, found)])
        if outcome.applied or outcome.unfit:
            return outcome
        if not outcome.conflict:
            raise StoreError(f"Elasticsearch does not take items ({outcome.status}: {outcome.reason})")
    raise StoreError(f"item {name} is written to from too many sides at once")
