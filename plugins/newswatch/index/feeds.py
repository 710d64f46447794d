"""Feeds' states and entries documents: read for many feeds in one request, written in one or two."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from datetime import datetime
from operator import attrgetter
from typing import Any, get_type_hints

from newswatch.errors import StoreError
from newswatch.index import documents
from newswatch.index.client import Store
from newswatch.index.documents import Write
from newswatch.model.feed import Failure, FeedState, FeedStatus

NAMES = tuple(field.name for field in dataclasses.fields(FeedState))
SETS = ("skip_hours", "skip_days")
TIMES = frozenset(name for name, kind in get_type_hints(FeedState).items() if "datetime" in str(kind))
_values = attrgetter(*NAMES)


def states(store: Store, feeds: Iterable[str]) -> dict[str, FeedState]:
    """The states of ``feeds`` that were polled before, in one request, in real time."""
    index = store.index("feeds")
    found = documents.mget(store, [(index, feed) for feed in feeds])
    return {name: state(one.source) for name, one in found.items()}


def all_states(store: Store) -> dict[str, FeedState]:
    """The states of all feeds that were ever polled, by id."""
    index = store.index("feeds")
    documents.refresh(store, index)
    found: dict[str, FeedState] = {}
    for page in documents.pages(store, {"query": {"match_all": {}}, "sort": [{"feed": "asc"}]}, index):
        found |= {one.source["feed"]: state(one.source) for one in page}
    return found


def write_states(store: Store, states_: Iterable[FeedState]) -> None:
    """Replace the states, in one request. Raises StoreError when one was refused; the others are then written."""
    index = store.index("feeds")
    writes = [Write("index", index, one.feed, document(one)) for one in states_]
    outcomes = documents.bulk(store, writes, whole=True)
    lost = next((one for one in outcomes if not one.applied), None)
    if lost is not None:
        raise StoreError(f"the state of feed {lost.write.id} could not be kept: {lost.reason}")


def document(one: FeedState) -> dict[str, Any]:
    """The document of a state, its times still datetimes; fields that are None are left out."""
    fields = {name: value for name, value in zip(NAMES, _values(one), strict=True) if value is not None}
    return fields | {name: sorted(fields[name]) for name in SETS}


def state(source: Mapping[str, Any]) -> FeedState:
    """The state of a document."""
    return FeedState(**{name: _typed(name, source[name]) for name in NAMES if name in source})


def _typed(name: str, value: Any) -> Any:
    if name in TIMES:
        return datetime.fromisoformat(value)
    if name == "status":
        return FeedStatus(value)
    if name == "failure":
        return Failure(value)
    if name in SETS:
        return frozenset(value)
    return value
