"""Counts and baselines per series and bucket, and the signals that detection raised."""

from __future__ import annotations

from newswatch.index.mappings.fields import DATE, FLATTENED, FLOAT, INTEGER, KEYWORD, OPAQUE, TEXT, Field, inner

COUNTS: dict[str, Field] = {
    "@timestamp": DATE,
    "series": KEYWORD,
    "rule": inner(id=KEYWORD, version=KEYWORD),
    "split": inner(by=KEYWORD, value=KEYWORD),
    "observed": FLOAT,
    "expected": FLOAT,
    "low": FLOAT,
    "high": FLOAT,
    "score": FLOAT,
    "feeds": INTEGER,
    "note": KEYWORD,
    "state": OPAQUE,
}
SIGNALS: dict[str, Field] = {
    "@timestamp": DATE,
    "rule": inner(id=KEYWORD, name=KEYWORD, version=KEYWORD),
    "kind": KEYWORD,
    "key": KEYWORD,
    "story": KEYWORD,
    "severity": KEYWORD,
    "title": TEXT,
    "observed": FLOAT,
    "expected": FLOAT,
    "score": FLOAT,
    "labels": FLATTENED,
    "tags": KEYWORD,
    "actors": KEYWORD,
    "origin": KEYWORD,
    "event": inner(created=DATE, ingested=DATE),
    "value": OPAQUE,
}
