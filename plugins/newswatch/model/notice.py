"""What a message about alerts shows: the alert life cycle's decision joined with the news behind it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

KINDS = (
    "firing",
    "update",
    "repeat",
    "recovered",
    "reopened",
    "released",
    "summary",
    "silence-summary",
    "escalation",
)


@dataclass(frozen=True, slots=True)
class StoryView:
    """A story behind an alert. ``marks`` are the character spans of ``title`` that the watch-list matched."""

    title: str
    url: str | None
    publisher: str
    language: str
    at: datetime
    marks: tuple[tuple[int, int], ...] = ()
    publishers: int = 1
    summary: str = ""


@dataclass(frozen=True, slots=True)
class AlertView:
    """One alert as a reader needs it. Counts are None for events; ``until`` is set once it recovered.

    ``coverage`` is a sentence such as ``41 of 44 feeds answered``. ``picture`` names the image of its series,
    ``silence`` are matchers that mute it, as the command line takes them.
    """

    id: str
    rule: str
    title: str
    severity: str
    state: str
    since: datetime
    until: datetime | None = None
    labels: tuple[tuple[str, str], ...] = ()
    observed: float | None = None
    expected: float | None = None
    low: float | None = None
    high: float | None = None
    unit: str = "stories"
    coverage: str = ""
    terms: tuple[str, ...] = ()
    stories: tuple[StoryView, ...] = ()
    runbook: str | None = None
    picture: str | None = None
    note: str = ""
    silence: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """One message: its kind, the alerts that are its news, and what else is firing. ``zone`` is for the times shown.

    ``group`` names the alerts that belong together for a receiver (empty: those of the route); ``goes_on`` says that
    others of them still fire.
    """

    kind: str
    alerts: tuple[AlertView, ...]
    at: datetime
    also: tuple[AlertView, ...] = ()
    route: str = ""
    zone: str = "UTC"
    drill: bool = False
    group: str = ""
    goes_on: bool = False
