"""One look at the news: what a pass of detection is given, and how signals are made from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from newswatch.detect.explain import publishers, stories, top_terms
from newswatch.detect.memory import floor, moment
from newswatch.detect.where import labels
from newswatch.model.observed import Observed
from newswatch.model.rules import Rule
from newswatch.model.signal import Coverage, Kind, Signal, signal_id

#: a bucket is judged when it has been closed for this long
SETTLE = 120


@dataclass(frozen=True, slots=True)
class Look:
    """``fresh``: new items, of any origin. ``buckets``: start → all live items there.

    ``coverage``: start → how many feeds answered, as far back as is remembered. Buckets missing from it, between
    the first and the last, were not watched.
    """

    now: datetime
    fresh: Sequence[Observed]
    buckets: Mapping[int, Sequence[Observed]]
    coverage: Mapping[int, Coverage] = field(default_factory=dict)

    @property
    def closed(self) -> int:
        """The end of the last bucket that may be judged."""
        return floor(self.now.timestamp() - SETTLE)

    def covered(self, bucket: int) -> Coverage | None:
        """The coverage of a bucket; nobody answered when it lies between remembered ones; None when unknown."""
        known = self.coverage.get(bucket)
        if known is None and self.coverage and min(self.coverage) < bucket < max(self.coverage):
            return Coverage(0, self.coverage[max(self.coverage)].feeds)
        return known


@dataclass(frozen=True, slots=True)
class Band:
    """One judged bucket of a volume rule: what charts draw. ``note`` says why nothing can be said yet, if so."""

    rule: str
    version: str
    by: str
    key: str
    bucket: int
    observed: float
    expected: float
    low: float
    high: float
    score: float
    feeds: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a state rule found for one key, before it becomes a signal."""

    kind: Kind
    key: str
    start: int
    at: float
    observed: float | None = None
    expected: float | None = None
    low: float | None = None
    high: float | None = None
    score: float = 1.0
    unit: str = "stories"
    note: str = ""


def state_signal(rule: Rule, finding: Finding, look: Look, members: Sequence[Observed]) -> Signal:
    """The signal of a change of state; ``members`` are the newest items behind it."""
    start = moment(finding.start)
    lately = {item.id for item in members}
    others = [item for items in look.buckets.values() for item in items if item.id not in lately]
    return Signal(
        id=signal_id(rule.id, finding.key, start, finding.kind),
        rule=rule.id,
        type=rule.type,
        title=rule.title,
        version=rule.version,
        severity=rule.severity,
        kind=finding.kind,
        start=start,
        at=moment(finding.at),
        key=finding.key,
        labels=labels(rule, finding.key),
        runbook=rule.runbook,
        actors=tuple(sorted({actor for item in members for actor in item.actors})),
        tags=tuple(sorted({tag for item in members for tag in item.tags})),
        observed=finding.observed,
        expected=finding.expected,
        low=finding.low,
        high=finding.high,
        unit=finding.unit,
        score=finding.score,
        coverage=look.covered(floor(finding.at - 1)),
        stories=stories(members),
        publishers=publishers(members),
        terms=top_terms(members, others),
        note=finding.note,
    )


def event_signal(rule: Rule, item: Observed, thread: Sequence[Observed], *, key: str = "", note: str = "") -> Signal:
    """The signal of an item that matched; ``thread`` are the reports that go with it, itself included."""
    first = min(thread, key=lambda one: (one.at, one.id))
    found = stories(thread)
    return Signal(
        id=signal_id(rule.id, key, item.at, Kind.EVENT, item.id),
        rule=rule.id,
        type=rule.type,
        title=rule.title,
        version=rule.version,
        severity=rule.severity,
        kind=Kind.EVENT,
        start=item.at,
        at=item.at,
        key=key,
        labels=labels(rule, key),
        runbook=rule.runbook,
        story=first.story,
        items=(item.id,),
        origin=item.origin,
        actors=item.actors,
        tags=item.tags,
        observed=float(len({one.family for one in thread})),
        unit="publishers",
        stories=found,
        publishers=publishers(thread),
        note=note,
    )
