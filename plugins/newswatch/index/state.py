"""Cursors and leases: small documents that say how far a pass has come and who may run it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from newswatch.index import documents
from newswatch.index.client import Store
from newswatch.index.documents import Found


def cursor(store: Store, name: str) -> tuple[dict[str, Any], Found | None]:
    """The value kept under ``name`` (empty before the first), and the guard of its next write."""
    found = documents.get(store, store.index("state"), f"cursor-{name}")
    return (found.source.get("value") or {} if found else {}), found


def advance(store: Store, name: str, value: dict[str, Any], guard: Found | None, now: datetime) -> bool:
    """Keep a new value; False when another run was first."""
    source = {"kind": "cursor", "at": now.isoformat(), "value": value}
    return documents.put(store, store.index("state"), f"cursor-{name}", source, guard)


def acquire(store: Store, name: str, holder: str, now: datetime, term: timedelta) -> bool:
    """Take the lease ``name`` until ``now + term``; False while somebody else holds it."""
    found = documents.get(store, store.index("state"), f"lease-{name}")
    if found and found.source["holder"] and found.source["holder"] != holder:
        held_until, held_since = (datetime.fromisoformat(found.source[key]) for key in ("until", "at"))
        # a lease taken under a later clock than ours (a replayed past) must not block for ever
        if held_until > now and held_since <= now:
            return False
    source = {"kind": "lease", "holder": holder, "at": now.isoformat(), "until": (now + term).isoformat()}
    return documents.put(store, store.index("state"), f"lease-{name}", source, found)


def release(store: Store, name: str, holder: str, now: datetime) -> None:
    """Give the lease back, when it is still ours."""
    found = documents.get(store, store.index("state"), f"lease-{name}")
    if found and found.source["holder"] == holder:
        source = {"kind": "lease", "holder": "", "at": now.isoformat(), "until": now.isoformat()}
        documents.put(store, store.index("state"), f"lease-{name}", source, found)
