"""The alert life cycle's values: its configuration, what is fed to it and what it decides. Times are UTC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

SEVERITIES = ("info", "warning", "critical")
Matchers = Mapping[str, tuple[str, ...]]
Labels = Mapping[str, str]


class Word(StrEnum):
    """The ledger's vocabulary: what became of a signal."""

    SENT = "sent"
    GROUPED = "grouped"
    THROTTLED = "throttled"
    HELD = "held"
    SILENCED = "silenced"
    INHIBITED = "inhibited"
    ACKNOWLEDGED = "acknowledged"
    CLEARED = "cleared"
    NOT_LIVE = "not-live"
    FAILED = "failed"


class Kind(StrEnum):
    """What a message is: see docs/alerts.md."""

    FIRING = "firing"
    UPDATE = "update"
    REPEAT = "repeat"
    RECOVERED = "recovered"
    REOPENED = "reopened"
    RELEASED = "released"
    SUMMARY = "summary"
    SILENCE_SUMMARY = "silence-summary"
    ESCALATION = "escalation"


@dataclass(frozen=True, slots=True)
class Escalation:
    """Not acknowledged ``after`` the first acceptance: also told to ``to``."""

    after: timedelta
    to: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Interval:
    """Quiet hours [``start``, ``end``) in minutes of the day on the wall clock of ``zone``; may wrap midnight."""

    zone: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Route:
    """Which alerts go to whom, and by which timers."""

    id: str
    to: tuple[str, ...]
    match: Matchers = field(default_factory=dict)
    group_by: tuple[str, ...] = ()
    group_wait: timedelta = timedelta(0)
    group_interval: timedelta = timedelta(minutes=5)
    repeat_interval: timedelta = timedelta(hours=4)
    send_resolved: bool = True
    proceed: bool = False
    quiet: str | None = None
    quiet_mode: str = "hold"
    escalate: tuple[Escalation, ...] = ()


@dataclass(frozen=True, slots=True)
class RuleTimers:
    """How a rule's condition becomes an alert: events at once, states after ``hold``, gone after ``recover_after``."""

    state: bool = False
    hold: timedelta = timedelta(0)
    recover_after: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class Inhibition:
    """A firing state that matches ``source`` mutes alerts that match ``target`` and share the labels ``equal``."""

    source: Matchers
    target: Matchers
    equal: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LifeCycle:
    """The configuration of the life cycle."""

    routes: tuple[Route, ...]
    rules: Mapping[str, RuleTimers] = field(default_factory=dict)
    inhibit: tuple[Inhibition, ...] = ()
    intervals: Mapping[str, Interval] = field(default_factory=dict)
    catch_up_after: timedelta = timedelta(minutes=30)
    reopen_publishers: int = 3
    drill_to: tuple[str, ...] = ("drill",)


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that happened at ``t``: a signal (match, over, under) or a person's act (silence, unsilence, ack).

    ``key`` is the story of a match, the split value of a state, the alert or story of an ack.
    """

    t: datetime
    do: str
    id: str = ""
    rule: str = ""
    key: str = ""
    labels: Labels = field(default_factory=dict)
    severity: str = "warning"
    actors: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    publishers: int = 1
    origin: str = "live"
    match: Matchers = field(default_factory=dict)
    until: datetime | None = None
    by: str = ""
    comment: str = ""


@dataclass(slots=True)
class Message:
    """One message to one recipient: the outbox's entry. ``id`` is deterministic; ``alerts`` are alert ids.

    ``thread`` is the id of the first message about the same alert to the same recipient, when there was one.
    """

    id: str
    to: str
    kind: str
    alerts: list[str]
    decided: datetime
    route: str = ""
    thread: str | None = None
