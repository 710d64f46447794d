"""The rules by which newswatch watches itself: states like any other, that routes can match by rule id or label."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from newswatch.model.signal import Severity

#: every alert about newswatch itself carries this label
ABOUT = ("about", "newswatch")


@dataclass(frozen=True, slots=True)
class SelfRule:
    """One thing that can be wrong with newswatch. ``hold`` and ``recover_after`` are its hysteresis."""

    id: str
    title: str
    severity: Severity
    hold: timedelta = timedelta(0)
    recover_after: timedelta = timedelta(minutes=5)
    labels: dict[str, str] = field(default_factory=lambda: dict([ABOUT]))


STALLED = SelfRule("newswatch-ingest-stalled", "No feed has been polled when it was due", Severity.CRITICAL)
FEEDS = SelfRule(
    "newswatch-feeds-failing", "Many feeds fail", Severity.WARNING, timedelta(minutes=15), timedelta(minutes=15)
)
LETTERS = SelfRule("newswatch-dead-letters", "Messages were refused for good", Severity.WARNING, timedelta(minutes=10))
DRILL = SelfRule("newswatch-drill-missed", "The drill's canary did not arrive in time", Severity.CRITICAL)
DIGEST = SelfRule("newswatch-digest-missed", "A digest had not gone out by its deadline", Severity.WARNING)
#: not a state of the life cycle: the watch DAG's failure callback tells it, as there is no outbox then
STORE = SelfRule(
    "newswatch-elasticsearch", "The watch does not run: Elasticsearch is away, red or full", Severity.CRITICAL
)

SELF_RULES = (STALLED, FEEDS, LETTERS, DRILL, DIGEST)
