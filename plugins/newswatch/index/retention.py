"""What is old leaves the store: whole monthly indices, and documents by their age in bulk (the small server has no
delete-by-query).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from newswatch.errors import StoreError
from newswatch.index import documents
from newswatch.index.client import Store, asking, body
from newswatch.index.documents import Write
from newswatch.index.mappings import ALL, MONTHLY

MODULE = "x-pack-ilm"


def owned(store: Store) -> list[str]:
    """The namespace's own indices: not those of a namespace that begins with the same word."""
    with asking(store):
        answer = body(store, store.client.indices.get_alias(index=f"{store.namespace}-*", allow_no_indices=True))
    fixed = {store.index(name) for name in ALL if name not in MONTHLY}
    months = re.compile("|".join(rf"{re.escape(store.index(name))}-\d{{4}}\.\d\d" for name in MONTHLY))
    return sorted(name for name in answer if name in fixed or months.fullmatch(name))


def drop_months(store: Store, name: str, keep: timedelta, now: datetime) -> list[str]:
    """Drop the monthly indices whose last day is older than ``keep``; which these were."""
    old = [index for index, end in _months(store, name).items() if end < now - keep]
    for index in old:
        with asking(store):
            store.client.indices.delete(index=index, ignore_unavailable=True)
    return old


def has_lifecycle(store: Store) -> bool:
    """Whether the cluster manages indices' lives itself (ILM)."""
    with asking(store):
        answer = body(store, store.client.nodes.info(metric="plugins"))
    return any(module["name"] == MODULE for node in answer["nodes"].values() for module in node.get("modules", ()))


def policy(keep: timedelta) -> dict[str, Any]:
    """The ILM policy that drops an index ``keep`` after its origination date."""
    return {"phases": {"hot": {"actions": {}}, "delete": {"min_age": f"{keep.days}d", "actions": {"delete": {}}}}}


def hand_to_lifecycle(store: Store, name: str, keep: timedelta) -> None:
    """Let the cluster drop the monthly indices ``keep`` after their month's end, as ``drop_months`` would.

    Without an origination date ILM counts from the day on which an index was made.
    """
    with asking(store):
        store.client.ilm.put_lifecycle(name=store.index(name), policy=policy(keep))
    for index, end in _months(store, name).items():
        begun = int(end.timestamp()) * 1000
        given = {"index.lifecycle.name": store.index(name), "index.lifecycle.origination_date": begun}
        with asking(store):
            store.client.indices.put_settings(index=index, settings=given)


def prune(store: Store, name: str, query: Mapping[str, Any], sort: str) -> int:
    """Delete the documents of an index that match, page by page; how many there were. ``sort`` is a field they have."""
    index, count = store.index(name), 0
    documents.refresh(store, index)
    request = {"query": query, "sort": [{sort: "asc"}, {"_seq_no": "asc"}], "_source": False}
    for page in documents.pages(store, request, index):
        outcomes = documents.bulk(store, [Write("delete", one.index, one.id) for one in page])
        refused = [one for one in outcomes if not one.applied and one.status != 404]
        if refused:
            raise StoreError(f"{len(refused)} old documents of {index} could not be deleted: {refused[0].reason}")
        count += len(page)
    return count


def _months(store: Store, name: str) -> dict[str, datetime]:
    """The monthly indices of a kind, with the end of their month."""
    start = f"{store.index(name)}-"
    return {one: _end(one.removeprefix(start)) for one in owned(store) if one.startswith(start)}


def _end(month: str) -> datetime:
    """When the month after ``2026.03`` begins."""
    year, number = (int(part) for part in month.split("."))
    return datetime(year + number // 12, number % 12 + 1, 1, tzinfo=UTC)
