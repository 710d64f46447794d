"""Signals as documents."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from newswatch.index import documents
from newswatch.index.client import Store
from newswatch.index.documents import Write
from newswatch.model.signal import Coverage, Kind, Severity, Signal, StoryRef


def signal_write(store: Store, signal: Signal, now: datetime) -> Write:
    """The write of a signal: it is made once, whatever number of passes find it."""
    source = {
        "@timestamp": signal.at.isoformat(),
        "rule": {"id": signal.rule, "name": signal.title, "version": signal.version},
        "kind": signal.kind.value,
        "key": signal.key,
        "story": signal.story,
        "severity": signal.severity.value,
        "title": signal.title,
        "observed": signal.observed,
        "expected": signal.expected,
        "score": signal.score,
        "labels": dict(signal.labels),
        "tags": list(signal.tags),
        "actors": list(signal.actors),
        "origin": signal.origin,
        "event": {"created": signal.start.isoformat(), "ingested": now.isoformat()},
        "value": dataclasses.asdict(signal),
    }
    return Write("create", store.index("signals"), signal.id, source)


def read_signals(store: Store, since: datetime) -> Iterator[Signal]:
    """The signals written since then, oldest first."""
    search = {
        "query": {"range": {"event.ingested": {"gte": since.isoformat()}}},
        "sort": [{"@timestamp": "asc"}, {"_seq_no": "asc"}],
    }
    for page in documents.pages(store, search, store.index("signals")):
        for found in page:
            yield signal(found.source["value"])


def signal(source: Mapping[str, Any]) -> Signal:
    """The signal that ``dataclasses.asdict`` took apart."""
    values = dict(source)
    for name in ("start", "at"):
        values[name] = datetime.fromisoformat(values[name])
    values["kind"], values["severity"] = Kind(values["kind"]), Severity(values["severity"])
    values["labels"] = tuple((name, value) for name, value in values["labels"])
    for name in ("items", "actors", "tags", "publishers", "terms"):
        values[name] = tuple(values[name])
    values["coverage"] = Coverage(**values["coverage"]) if values["coverage"] else None
    values["stories"] = tuple(StoryRef(**{**one, "at": datetime.fromisoformat(one["at"])}) for one in values["stories"])
    return Signal(**values)
