"""The book: everything that the alert life cycle remembers between runs.

It goes to JSON and back unchanged, so that it can be kept in documents. Times are UTC.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(slots=True)
class Told:
    """What a recipient was told of an alert, from the decision on.

    ``group`` told it first (empty: an escalation or a drill), ``message`` is the id of that first message, ``accepted``
    when its channel took it; ``at`` is when the last message was decided.
    """

    severity: str
    at: datetime
    message: str = ""
    group: str = ""
    accepted: datetime | None = None
    recovered: bool = False
    refused: bool = False


@dataclass(slots=True)
class Reopening:
    """Why an acknowledged alert is open again: the signal that changed it, and the recipients that were told so."""

    at: datetime
    signal: str = ""
    told: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Entry:
    """One line of the ledger: what became of a signal so far. ``alert`` is the alert's id, empty for what is not live;
    ``at`` is the signal's own time, ``seen`` the run that saw it.
    """

    word: str
    key: str
    at: datetime
    seen: datetime
    alert: str = ""


@dataclass(slots=True)
class Held:
    """What fell due in quiet hours: an alert, the group that would have told it, and when it was put aside."""

    alert: str
    group: str
    at: datetime


@dataclass(slots=True)
class Acknowledgement:
    """Who took an alert on, and how it looked then."""

    by: str
    at: datetime
    severity: str
    actors: tuple[str, ...]
    tags: tuple[str, ...]
    publishers: int


@dataclass(slots=True)
class Alert:
    """One alert: an event (rule/story) or one episode of a state (rule/key), from its start to its end.

    ``fires`` is when the condition will have held long enough, ``seen`` when it was last said to hold. ``made``,
    ``made_tags`` and ``made_actors`` are the severity, tags and actors that it was made with: matchers and groups go by
    them (silences and inhibitions by the present severity). ``groups`` are the keys of the groups that took it,
    ``carried`` the recipients whose digest tells it, and with which severity, ``gone`` why an event was not told.
    ``signals`` holds the signal that made it.
    """

    id: str
    key: str
    rule: str
    state: bool
    labels: dict[str, str]
    severity: str
    made: str
    start: datetime
    fires: datetime
    seen: datetime
    actors: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    publishers: int = 1
    made_tags: tuple[str, ...] = ()
    made_actors: tuple[str, ...] = ()
    drill: bool = False
    firing: bool = False
    under: datetime | None = None
    ended: datetime | None = None
    gone: str | None = None
    told: dict[str, Told] = field(default_factory=dict)
    carried: dict[str, str] = field(default_factory=dict)
    ack: Acknowledgement | None = None
    reopening: Reopening | None = None
    escalated: list[str] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    signals: list[str] = field(default_factory=list)

    @property
    def heard(self) -> bool:
        """Whether anybody has been told: a channel took a message about it."""
        return any(told.accepted for told in self.told.values())


@dataclass(slots=True)
class Group:
    """Alerts that a route tells together. ``due`` is its next flush; ``last`` its last message per recipient."""

    route: str
    labels: tuple[str, ...]
    due: datetime
    flushes: int = 0
    members: list[str] = field(default_factory=list)
    last: dict[str, datetime] = field(default_factory=dict)


@dataclass(slots=True)
class Silence:
    """Mutes what matches in [``start``, ``until``). ``kept`` maps recipients to the alerts they were kept from.

    ``changed`` is the last act that was taken in, so that reading an act again changes nothing.
    """

    id: str
    match: dict[str, tuple[str, ...]]
    start: datetime
    until: datetime
    changed: datetime
    by: str = ""
    comment: str = ""
    kept: dict[str, dict[str, None]] = field(default_factory=dict)
    summed: bool = False


@dataclass(slots=True)
class Book:
    """All that the life cycle remembers. ``held`` is by route, recipient and alert; ``ledger`` by signal."""

    last_run: datetime | None = None
    alerts: dict[str, Alert] = field(default_factory=dict)
    current: dict[str, str] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    silences: dict[str, Silence] = field(default_factory=dict)
    held: dict[str, dict[str, dict[str, Held]]] = field(default_factory=dict)
    ledger: dict[str, Entry] = field(default_factory=dict)
