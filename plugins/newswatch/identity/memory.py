"""A feed's entries document: what it remembers, for how long, and its compact form in Elasticsearch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from newswatch.model.feed import Entries, Known

#: an entry that the feed no longer lists is remembered this long, and no more than so many of them
KEPT_FOR = timedelta(days=180)
KEPT_MAX = 2_000
#: guids or links that one entry may have had; a feed that changes them at every poll would add one each time
KEYS_MAX = 6
#: ``last_seen`` is written at most this often, so that an unchanged feed costs no write
RENEWED_AFTER = timedelta(days=1)


def renewed(known: Entries, seen: Mapping[str, Known], now: datetime) -> Entries | None:
    """``known`` with the keys that the feed holds now, without those it dropped long ago; None when it is the same."""
    keys = dict(known.keys)
    changed = False
    for key, entry in seen.items():
        old = keys.get(key)
        if old is None or _differs(old, entry):
            keys.pop(key, None)
            keys[key] = entry
            changed = True
    kept = _kept(keys, seen, now)
    if not changed and len(kept) == len(known.keys):
        return None
    return Entries(known.feed, kept)


def relocated(entries: Entries, places: Mapping[str, str]) -> Entries:
    """``entries`` with the index of each id in ``places`` corrected: where the store found the document to be."""
    return Entries(
        entries.feed,
        {key: replace(one, index=places.get(one.id, one.index)) for key, one in entries.keys.items()},
    )


def to_doc(entries: Entries) -> dict[str, Any]:
    """A JSON document: one row per item (id, index, hash, title, link, seconds, its keys), no text as a field name."""
    rows: dict[Known, list[str]] = {}
    for key, known in entries.keys.items():
        rows.setdefault(known, []).append(key)
    return {
        "feed": entries.feed,
        "known": [
            [known.id, known.index, known.hash, known.title, known.link, int(known.last_seen.timestamp()), keys]
            for known, keys in rows.items()
        ],
    }


def from_doc(doc: Mapping[str, Any], now: datetime) -> Entries:
    """What ``to_doc`` wrote; times in the zone of ``now``."""
    keys: dict[str, Known] = {}
    for id_, index, hash_, title, link, seconds, names in doc.get("known", ()):
        known = Known(id_, index, hash_, title, link, datetime.fromtimestamp(seconds, now.tzinfo))
        keys.update(dict.fromkeys(names, known))
    return Entries(str(doc["feed"]), keys)


def _differs(old: Known, new: Known) -> bool:
    return replace(old, last_seen=new.last_seen) != new or new.last_seen - old.last_seen >= RENEWED_AFTER


def _kept(keys: dict[str, Known], seen: Mapping[str, Known], now: datetime) -> dict[str, Known]:
    """All of the current document; of the rest what was seen lately, the latest ``KEPT_MAX``, few keys per item."""
    old = sorted(
        (key for key, known in keys.items() if key not in seen and now - known.last_seen <= KEPT_FOR),
        key=lambda key: keys[key].last_seen,
        reverse=True,
    )
    count: dict[str, int] = {}
    for key in seen:
        count[keys[key].id] = count.get(keys[key].id, 0) + 1
    kept = set(seen)
    for key in old[: KEPT_MAX * 3]:
        count[keys[key].id] = count.get(keys[key].id, 0) + 1
        if count[keys[key].id] <= KEYS_MAX:
            kept.add(key)
    return {key: known for key, known in keys.items() if key in kept}
