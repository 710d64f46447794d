"""The alert life cycle: alerts, groups, silences, outbox, ledger, digests sent."""

from __future__ import annotations

from newswatch.index.mappings.fields import (
    BOOLEAN,
    DATE,
    FLATTENED,
    FLOAT,
    KEYWORD,
    LONG,
    OPAQUE,
    SHOWN,
    TEXT,
    Field,
    inner,
)

ALERTS: dict[str, Field] = {
    "@timestamp": DATE,
    "ended": DATE,
    "updated": DATE,
    "alert": KEYWORD,
    "kind": KEYWORD,
    "state": KEYWORD,
    "severity": KEYWORD,
    "title": {"type": "text", "fields": {"keyword": KEYWORD}},
    "rule": inner(id=KEYWORD, name=KEYWORD, version=KEYWORD),
    "story": KEYWORD,
    "key": KEYWORD,
    "tags": KEYWORD,
    "actors": KEYWORD,
    "labels": FLATTENED,
    "acknowledged_by": KEYWORD,
    "drill": BOOLEAN,
    "observed": FLOAT,
    "expected": FLOAT,
    "value": OPAQUE,
}
GROUPS: dict[str, Field] = {"@timestamp": DATE, "route": KEYWORD, "key": KEYWORD, "value": OPAQUE}
SILENCES: dict[str, Field] = {
    "@timestamp": DATE,
    "until": DATE,
    "author": KEYWORD,
    "comment": TEXT,
    "match": FLATTENED,
    "state": KEYWORD,
    "value": OPAQUE,
}
OUTBOX: dict[str, Field] = {
    "@timestamp": DATE,
    "notification": KEYWORD,
    "kind": KEYWORD,
    "channel": KEYWORD,
    "recipient": KEYWORD,
    "state": KEYWORD,
    "attempts": LONG,
    "next_try": DATE,
    "claimed_until": DATE,
    "sent": DATE,
    "latency": FLOAT,
    "error": {"type": "text", "fields": {"keyword": KEYWORD}},
    "alerts": KEYWORD,
    "drill": BOOLEAN,
    "message": OPAQUE,
    "receipt": OPAQUE,
    "value": OPAQUE,
}
LEDGER: dict[str, Field] = {
    "@timestamp": DATE,
    "signal": KEYWORD,
    "alert": KEYWORD,
    "item": KEYWORD,
    "story": KEYWORD,
    "rule": inner(id=KEYWORD, name=KEYWORD, version=KEYWORD),
    "word": KEYWORD,
    "reason": SHOWN,
    "severity": KEYWORD,
    "tags": KEYWORD,
    "count": LONG,
    "channels": OPAQUE,
    "value": OPAQUE,
}
DIGESTS: dict[str, Field] = {
    "@timestamp": DATE,
    "digest": KEYWORD,
    "recipient": KEYWORD,
    "since": DATE,
    "until": DATE,
    "state": KEYWORD,
    "late": BOOLEAN,
    "sent": DATE,
    "error": SHOWN,
    "message": OPAQUE,
    "receipt": OPAQUE,
}
ALL: dict[str, dict[str, Field]] = {
    "alerts": ALERTS,
    "groups": GROUPS,
    "silences": SILENCES,
    "outbox": OUTBOX,
    "ledger": LEDGER,
    "digests": DIGESTS,
}
