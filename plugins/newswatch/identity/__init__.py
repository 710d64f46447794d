"""Which article an entry is, whatever its feed does to guids, links and order; and what a poll therefore means."""

from __future__ import annotations

from newswatch.identity.address import canonical, is_home
from newswatch.identity.decide import decide, origin, timestamp
from newswatch.identity.keys import content_hash, digest
from newswatch.identity.memory import from_doc, relocated, to_doc

__all__ = [
    "canonical",
    "content_hash",
    "decide",
    "digest",
    "from_doc",
    "is_home",
    "origin",
    "relocated",
    "timestamp",
    "to_doc",
]
