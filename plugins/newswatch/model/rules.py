"""The rules of ``config/rules.yaml``: eight types, told apart by ``type``."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from newswatch.model.duration import Duration as AnyDuration
from newswatch.model.signal import Severity
from newswatch.model.strict import Strict

#: counts are kept in buckets of this length
BUCKET = timedelta(minutes=15)


def _within_a_year(given: timedelta) -> timedelta:
    if given > timedelta(days=366):
        raise ValueError("is longer than a year")
    return given


def _several(value: object) -> object:
    """One value stands for a list of one."""
    return value if isinstance(value, list | tuple) else [value]


Duration = Annotated[AnyDuration, AfterValidator(_within_a_year)]
Id = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=80)]
Names = Annotated[tuple[str, ...], BeforeValidator(_several)]
Split = Literal["tag", "actor", "publisher-country", "language", "concept"]
Splits = Annotated[tuple[Split, ...], BeforeValidator(_several)]
Measure = Literal["items", "stories", "publishers"]


class Where(Strict):
    """Which items: any of the names within a line, all of the lines together. Empty takes everything.

    ``terms`` are words or phrases (any case) of title or summary; ``publishers`` are ids or families.
    """

    tags: Names = ()
    concepts: Names = ()
    actors: Names = ()
    terms: Names = ()
    publishers: Names = ()
    languages: Names = ()


class Corroborated(Strict):
    """Wait until this many independent publishers (families) of its thread reported it, within this time."""

    publishers: int = Field(ge=2, le=50)
    within: Duration = timedelta(hours=6)


class _Rule(Strict):
    """What all rules have. ``version`` is a hash of everything that changes what the rule finds."""

    id: Id
    title: str = Field(min_length=1, max_length=200)
    enabled: bool = True
    severity: Severity = Severity.WARNING
    runbook: str | None = Field(default=None, pattern=r"^https?://")
    labels: dict[Id, str] = Field(default_factory=dict)
    where: Where = Where()
    by: Splits = ()
    count: Measure = "stories"

    @property
    def version(self) -> str:
        """Changes when what the rule finds changes; not with title, severity, runbook or labels."""
        text = self.model_dump_json(exclude={"title", "severity", "runbook", "labels", "enabled"})
        return hashlib.blake2b(text.encode(), digest_size=6).hexdigest()


class _State(_Rule):
    """A rule whose condition holds for a while: ``for`` and ``recover_after`` are its hysteresis."""

    hold: Duration = Field(default=timedelta(0), alias="for")
    recover_after: Duration = timedelta(minutes=30)


class Match(_Rule):
    """An item that fits ``where``, at once or when it is corroborated."""

    type: Literal["match"]
    corroborated: Corroborated | None = None


class Threshold(_State):
    """At least, or fewer than, so many within the window: one of the two."""

    type: Literal["threshold"]
    window: Duration
    bucket: Duration = BUCKET
    at_least: int | None = Field(default=None, ge=1)
    below: int | None = Field(default=None, ge=1)


class Volume(_State):
    """Unusually much (``spike``) or little (``drop``) for the hour of the week, by a budget of false alarms."""

    type: Literal["volume"]
    direction: Literal["spike", "drop"] = "spike"
    bucket: Duration = BUCKET
    false_alarms_per_week: float = 0.05
    at_least: int = Field(default=3, ge=1)


class Quiet(_State):
    """A feed, publisher or tag silent for ``times`` its usual pause between items, and at least ``at_least``."""

    type: Literal["quiet"]
    of: Literal["feed", "publisher", "tag"] = "feed"
    times: float = Field(default=6.0, ge=2, le=100)
    at_least: Duration = timedelta(hours=12)


class Novelty(_Rule):
    """A concept, actor, pair of actors or term not seen for ``unseen_for``, now by so many publisher families."""

    type: Literal["novelty"]
    of: Literal["concept", "actor", "actor-pair", "term"]
    unseen_for: Duration = timedelta(days=30)
    publishers: int = Field(default=2, ge=1, le=50)
    within: Duration = timedelta(hours=24)


class Share(_State):
    """The part of all items of the window that fits ``where``."""

    type: Literal["share"]
    window: Duration = timedelta(hours=6)
    bucket: Duration = BUCKET
    above: float = Field(gt=0, lt=1)
    at_least: int = Field(default=20, ge=1)


class Breadth(_State):
    """So many distinct publishers, countries or languages within the window."""

    type: Literal["breadth"]
    window: Duration = timedelta(hours=6)
    bucket: Duration = BUCKET
    of: Literal["publishers", "countries", "languages"] = "publishers"
    at_least: int = Field(ge=2)


class Sequence(_Rule):
    """A signal of rule ``first``, then one of rule ``then`` that shares an actor with it, within ``within``."""

    type: Literal["sequence"]
    first: Id
    then: Id
    within: Duration = timedelta(hours=48)
    same: Literal["actors", "key", "nothing"] = "actors"


Rule = Annotated[Match | Threshold | Volume | Quiet | Novelty | Share | Breadth | Sequence, Field(discriminator="type")]
Stateful = Threshold | Volume | Quiet | Share | Breadth


class RulesFile(Strict):
    """``rules.yaml``."""

    rules: tuple[Rule, ...] = ()


def state_rule(rule: Any) -> bool:
    """Whether the rule finds states (that recover) rather than events."""
    return isinstance(rule, _State)
