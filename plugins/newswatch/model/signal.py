"""Signal: what a rule found, once per event or change of state, with all that explains it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    """An ``event`` happened at a moment and never ends; a state's condition holds from then, or no longer holds."""

    EVENT = "event"
    OVER = "state-over"
    UNDER = "state-under"


class Severity(StrEnum):
    """How much a rule matters, in rising order."""

    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many of the enabled feeds answered in the time that a signal judges."""

    answered: int
    feeds: int

    def __str__(self) -> str:
        return f"{self.answered} of {self.feeds} feeds answered"


@dataclass(frozen=True, slots=True)
class StoryRef:
    """A story behind a signal: its lead, or the item that matched. ``at`` is when newswatch first saw it (UTC)."""

    story: str
    item: str
    title: str
    url: str | None
    publisher: str
    language: str
    at: datetime
    publishers: int = 1


@dataclass(frozen=True, slots=True)
class Signal:
    """One finding of one rule.

    ``start`` is when the condition began to hold (events: when the item was first seen), ``at`` the moment from which
    this signal is known: for ``state-under`` the end of the condition. Both are UTC and follow from the data, never
    from when a run happened to come. An episode's ``state-over`` and ``state-under`` share rule, key and ``start``.
    ``key`` is the split value (empty without a split), ``story`` the story of an event. ``expected``, ``low`` and
    ``high`` are the band of what is usual for the same span as ``observed``; None where a rule has none. ``score`` is
    0 to 1. ``items`` are the ids of the items that matched (events), ``origin`` their origin.
    """

    id: str
    rule: str
    type: str
    title: str
    version: str
    severity: Severity
    kind: Kind
    start: datetime
    at: datetime
    key: str = ""
    labels: tuple[tuple[str, str], ...] = ()
    runbook: str | None = None
    story: str | None = None
    items: tuple[str, ...] = ()
    origin: str = "live"
    actors: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    observed: float | None = None
    expected: float | None = None
    low: float | None = None
    high: float | None = None
    unit: str = "stories"
    score: float = 1.0
    coverage: Coverage | None = None
    stories: tuple[StoryRef, ...] = ()
    publishers: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()
    note: str = ""


def signal_id(rule: str, key: str, start: datetime, kind: Kind, item: str = "") -> str:
    """The deterministic id: rule + split value + start (+ the item of an event; + the end of a state)."""
    text = "\x1f".join((rule, key, start.isoformat(), "under" if kind is Kind.UNDER else "", item))
    return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()
