"""Items: one document per article."""

from __future__ import annotations

from newswatch.index.mappings.fields import (
    BOOLEAN,
    DATE,
    FLATTENED,
    FLOAT,
    KEYWORD,
    OPAQUE,
    SHOWN,
    TEXT,
    Field,
    inner,
)

ITEMS: dict[str, Field] = {
    "@timestamp": DATE,
    "published": DATE,
    "event": inner(created=DATE, ingested=DATE, kind=KEYWORD, dataset=KEYWORD),
    "lag": inner(seen=FLOAT, ingested=FLOAT),
    "title": {"type": "text", "index_prefixes": {"min_chars": 2, "max_chars": 10}, "fields": {"keyword": KEYWORD}},
    "summary": {"type": "text", "index_prefixes": {"min_chars": 2, "max_chars": 10}},
    "content": TEXT,
    "language": KEYWORD,
    "declared_language": KEYWORD,
    "url": inner(full={"type": "keyword", "ignore_above": 2048}, domain=KEYWORD),
    "guid": SHOWN,
    "feed": KEYWORD,
    "feeds": KEYWORD,
    "publisher": inner(id=KEYWORD, family=KEYWORD, country=KEYWORD, kind=KEYWORD),
    "origin": KEYWORD,
    "quality": KEYWORD,
    "tags": KEYWORD,
    "concepts": KEYWORD,
    "actors": KEYWORD,
    "evidence": OPAQUE,
    "revisions": OPAQUE,
    "watchlist": inner(version=KEYWORD),
    "story": inner(id=KEYWORD, lead=BOOLEAN, bands={"type": "keyword", "doc_values": False}),
    "labels": FLATTENED,
}
