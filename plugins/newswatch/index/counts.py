"""Judged buckets of volume rules: what charts with a band draw, written by detection and read by everybody else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from newswatch.detect.look import Band
from newswatch.index import documents
from newswatch.index.client import Store
from newswatch.index.documents import Write

#: as many points as one request brings
MOST = 10_000


@dataclass(frozen=True, slots=True)
class Point:
    """One bucket: what was seen, what was expected with its 95 % band, and the detector's score (0 to 1).

    ``feeds`` is how many feeds answered; ``note`` says why nothing can be said yet (``not enough history``,
    ``history restarting``) and is empty otherwise.
    """

    bucket: datetime
    observed: float
    expected: float
    low: float
    high: float
    score: float
    feeds: int
    note: str


def usual(expected: float, judged: float, buckets: float) -> float | None:
    """What is usual in a time of so many ``buckets``, of which the ``judged`` ones expected so much together.

    None unless most of the time could be judged.
    """
    return expected * buckets / judged if 2 * judged > buckets else None


def band_write(store: Store, band: Band) -> Write:
    """The write of a judged bucket, rewritten whole when it is judged again."""
    source = {
        "@timestamp": datetime.fromtimestamp(band.bucket, UTC).isoformat(),
        "series": f"{band.rule}/{band.key}",
        "rule": {"id": band.rule, "version": band.version},
        "split": {"by": band.by, "value": band.key},
        **{name: round(getattr(band, name), 4) for name in ("observed", "expected", "low", "high", "score")},
        "feeds": band.feeds,
        "note": band.note,
    }
    return Write("index", store.index("counts"), f"{band.rule}/{band.key}/{band.bucket}"[:500], source)


def read_series(
    store: Store, rule: str, since: datetime, until: datetime, *, keys: Sequence[str] | None = None
) -> dict[str, tuple[Point, ...]]:
    """The series of a volume rule per split value (``""`` without a split), oldest bucket first, in one request.

    Of more than 10,000 points the newest are given. ``keys`` chooses split values; one without counts is left out.
    """
    terms: list[dict[str, Any]] = [
        {"term": {"rule.id": rule}},
        {"range": {"@timestamp": {"gte": since.isoformat(), "lt": until.isoformat()}}},
    ]
    if keys is not None:
        terms.append({"terms": {"split.value": list(keys)}})
    request = {
        "query": {"bool": {"filter": terms}},
        "sort": [{"@timestamp": "desc"}],
        "size": MOST,
        "track_total_hits": False,
    }
    answer = documents.search(store, store.index("counts"), request)
    found: dict[str, list[Point]] = {}
    for hit in reversed(answer["hits"]["hits"]):
        source = hit["_source"]
        found.setdefault(source["split"]["value"], []).append(_point(source))
    return {key: tuple(points) for key, points in sorted(found.items())}


def _point(source: Mapping[str, Any]) -> Point:
    numbers = {name: float(source[name]) for name in ("observed", "expected", "low", "high", "score")}
    at = datetime.fromisoformat(source["@timestamp"])
    return Point(bucket=at, **numbers, feeds=int(source["feeds"]), note=source.get("note", ""))
