"""What polling remembers: feeds, their entries, refused documents, cursors and leases."""

from __future__ import annotations

from newswatch.index.mappings.fields import (
    BOOLEAN,
    DATE,
    FLATTENED,
    FLOAT,
    INTEGER,
    KEYWORD,
    LONG,
    OPAQUE,
    SHOWN,
    TEXT,
    Field,
)

FEEDS: dict[str, Field] = {
    "feed": KEYWORD,
    "url": KEYWORD,
    "configured_url": KEYWORD,
    "title": TEXT,
    "language": KEYWORD,
    "status": KEYWORD,
    "failure": KEYWORD,
    "error": {"type": "text", "fields": {"keyword": KEYWORD}},
    "empty": BOOLEAN,
    "damaged": SHOWN,
    "stale": BOOLEAN,
    "etag": SHOWN,
    "last_modified": SHOWN,
    "body_hash": SHOWN,
    "http_status": INTEGER,
    "failures": FLOAT,
    "interval": LONG,
    "minimum_interval": LONG,
    "next_poll": DATE,
    "last_poll": DATE,
    "last_success": DATE,
    "last_new_item": DATE,
    "last_full": DATE,
    "first_success": DATE,
    "polls": LONG,
    "items_total": LONG,
    "items_last": LONG,
    "entries_last": LONG,
    "change_rate": FLOAT,
    "rhythm": FLOAT,
    "hub": SHOWN,
    "skip_hours": INTEGER,
    "skip_days": INTEGER,
    "labels": FLATTENED,
    "fingerprint": KEYWORD,
    "note": SHOWN,
}
ENTRIES: dict[str, Field] = {"feed": KEYWORD, "known": OPAQUE}
DEAD_LETTER: dict[str, Field] = {
    "@timestamp": DATE,
    "kind": KEYWORD,
    "target": KEYWORD,
    "feed": KEYWORD,
    "reason": {"type": "text", "fields": {"keyword": KEYWORD}},
    "document": SHOWN,
}
STATE: dict[str, Field] = {"kind": KEYWORD, "holder": KEYWORD, "until": DATE, "at": DATE, "value": OPAQUE}
