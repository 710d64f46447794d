"""Stored items → the watch-list of today: in batches, resumable, silent, and the kept counts made anew."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from newswatch.errors import StoreUnavailableError
from newswatch.index import documents
from newswatch.index.client import Store
from newswatch.index.documents import Found, Write
from newswatch.index.items import tagged_fields
from newswatch.model.rules import Rule
from newswatch.pipeline.backtest import rebuild_counts
from newswatch.pipeline.detect import know
from newswatch.pipeline.detect_news import FIELDS, observed
from newswatch.tag import Tagger

BATCH = 500
ROUNDS = 5
#: what a rule goes by
NAMES = ("tags", "concepts", "actors", "language")

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class RetagReport:
    """Items that had another version of the watch-list, those of them whose names changed, items counted again."""

    retagged: int = 0
    changed: int = 0
    counted: int = 0


def retag(
    store: Store, tagger: Tagger, rules: Sequence[Rule], now: datetime, progress: Progress = lambda _: None
) -> RetagReport:
    """Tag all stored items that another version of the watch-list tagged, then count them again.

    An item that was tagged is not looked at again, so a run that was cut short goes on where it stopped; a note in the
    store tells that its counts are still to be made. Nothing is signalled: items keep the times by which detection
    finds news, and what it saw it knows. Raises StoreUnavailableError when items go on changing.
    """
    retagged = changed = 0
    begun = _unfinished(store, tagger.watchlist.version)
    for _ in range(ROUNDS):
        missed = 0
        for page in _outdated(store, tagger.watchlist.version):
            if not begun:
                begun = _note(store, tagger.watchlist.version, now, finished=False)
            applied, different, lost = _batch(store, tagger, page)
            retagged, changed, missed = retagged + applied, changed + different, missed + lost
            progress(retagged)
        if not missed:
            break
    else:
        raise StoreUnavailableError("items are being changed by somebody else all the time; run it again")
    counted = rebuild_counts(store, rules, now) if begun and rules else 0
    if begun:
        _note(store, tagger.watchlist.version, now, finished=True)
    return RetagReport(retagged, changed, counted)


def _outdated(store: Store, version: str) -> Iterator[list[Found]]:
    documents.refresh(store, store.index("items"))
    search = {
        "query": {"bool": {"must_not": [{"term": {"watchlist.version": version}}]}},
        # event.created decides the monthly index, and _seq_no is unique in an index
        "sort": [{"event.created": "asc"}, {"_seq_no": "asc"}],
        "_source": [*FIELDS, "content", "declared_language"],
    }
    return documents.pages(store, search, store.index("items"), BATCH)


def _batch(store: Store, tagger: Tagger, page: Sequence[Found]) -> tuple[int, int, int]:
    """Applied, of these with other names, and lost to a faster writer."""
    fields = [_fields(tagger, found.source) for found in page]
    different = [
        (found, made)
        for found, made in zip(page, fields, strict=True)
        if any(made[name] != found.source.get(name) for name in NAMES)
    ]
    know(
        store,
        [(observed(one.id, one.source), observed(one.id, {**one.source, **made})) for one, made in different],
    )
    writes = [Write("update", found.index, found.id, made, found) for found, made in zip(page, fields, strict=True)]
    applied = sum(outcome.applied for outcome in documents.bulk(store, writes))
    return applied, len(different), len(page) - applied


def _fields(tagger: Tagger, source: dict[str, Any]) -> dict[str, Any]:
    title, summary, content = (source.get(name) or "" for name in ("title", "summary", "content"))
    return tagged_fields(tagger.tag(title, summary, content, source.get("declared_language")))


def _unfinished(store: Store, version: str) -> bool:
    found = documents.get(store, store.index("state"), "cursor-retag")
    value = found.source["value"] if found else {}
    return value.get("version") == version and not value["finished"]


def _note(store: Store, version: str, now: datetime, *, finished: bool) -> bool:
    """Keep how far a run has come; True."""
    value = {"version": version, "finished": finished}
    source = {"kind": "cursor", "at": now.isoformat(), "value": value}
    documents.bulk(store, [Write("index", store.index("state"), "cursor-retag", source)])
    return True
