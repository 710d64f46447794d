"""The form of a replay case: what must be there and of which kind. Keys that nobody knows are passed over."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field

from newswatch.config.loader import Lines, validate
from newswatch.model.alert import SEVERITIES
from newswatch.model.duration import duration


def time(text: object) -> datetime:
    """An ISO time as UTC."""
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        raise ValueError(f"{text!r} is not a time such as 2026-03-02T10:00:00Z") from None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def span(text: object) -> timedelta:
    """``90s``, ``1m``, ``1h30m``, ``8h``, ``1d``; a number is seconds."""
    if isinstance(text, int | float):
        return timedelta(seconds=text)
    return duration(text)


def _not_negative(given: timedelta) -> timedelta:
    if given < timedelta(0):
        raise ValueError("must not be less than 0")
    return given


def _some(given: timedelta) -> timedelta:
    if given <= timedelta(0):
        raise ValueError("must be more than 0")
    return given


def names(given: object) -> tuple[str, ...]:
    """One name, or a list of names."""
    listed = list(given) if isinstance(given, list | tuple) else [given]
    if not all(isinstance(one, str | int | float) for one in listed):
        raise ValueError("takes a name or a list of names")
    return tuple(str(one) for one in listed)


def minutes(text: object) -> int:
    """``22:00`` → minutes of the day."""
    found = re.fullmatch(r"(\d{1,2})(?::(\d{2}))?", str(text))
    hours, rest = (int(found[1]), int(found[2] or 0)) if found else (25, 0)
    if hours * 60 + rest > 24 * 60 or rest > 59:
        raise ValueError(f"{text!r} is not a time of day such as 22:00")
    return hours * 60 + rest


def _zone(given: object) -> str:
    try:
        return ZoneInfo(str(given)).key
    except (ZoneInfoNotFoundError, ValueError, IsADirectoryError):
        raise ValueError(f"there is no time zone {given!r}") from None


def _severity(given: object) -> object:
    if given is not None and given not in SEVERITIES:
        raise ValueError(f"severities are {', '.join(SEVERITIES)}, not {given!r}")
    return given


def _text(given: object) -> str:
    if not isinstance(given, str | int | float) or not str(given):
        raise ValueError("takes a name")
    return str(given)


Moment = Annotated[datetime, BeforeValidator(time)]
Span = Annotated[timedelta, BeforeValidator(span), AfterValidator(_not_negative)]
Some = Annotated[timedelta, BeforeValidator(span), AfterValidator(_some)]
Names = Annotated[tuple[str, ...], BeforeValidator(names)]
Text = Annotated[str, BeforeValidator(_text)]
Labels = dict[str, Names] | None
Origin = Literal["live", "seed", "backfill", "drill"] | None


class Match(BaseModel):
    """A keyword hit."""

    t: Moment
    rule: Text
    story: Text
    labels: Labels = None
    severity: Annotated[str | None, BeforeValidator(_severity)] = None
    actors: Names | None = None
    tags: Names | None = None
    publishers: Annotated[int, Field(ge=0)] | None = None
    origin: Origin = None


class Condition(BaseModel):
    """A state's condition that holds from then, or no longer does."""

    t: Moment
    rule: Text
    key: Text
    labels: Labels = None
    severity: Annotated[str | None, BeforeValidator(_severity)] = None
    origin: Origin = None


class Silence(BaseModel):
    """Mute what matches until then."""

    t: Moment
    until: Moment
    match: Labels = None


class Unsilence(BaseModel):
    """End a silence."""

    t: Moment
    id: Text


class Ack(BaseModel):
    """Take an alert on."""

    t: Moment
    alert: Text


class Answer(BaseModel):
    """How a channel answers from then on."""

    t: Moment
    name: Text
    answer: Literal["ok", "temporary", "permanent"] = "ok"


class Run(BaseModel):
    """What happens to the runs themselves."""

    t: Moment


class Escalate(BaseModel):
    """Who is told when nobody acknowledged in time."""

    after: Span
    to: Names


def _listed(given: object) -> object:
    return given if isinstance(given, list) or not given else [given]


class Route(BaseModel):
    """Which alerts go to whom, and by which timers."""

    to: Names
    match: Labels = None
    group_by: Names | None = None
    group_wait: Span = timedelta(0)
    group_interval: Some = timedelta(minutes=5)
    repeat_interval: Span = timedelta(hours=4)
    quiet_mode: Literal["hold", "digest"] | None = None
    escalate: Annotated[list[Escalate] | None, BeforeValidator(_listed)] = None


class Rule(BaseModel):
    """What a rule makes of its signals."""

    type: Literal["event", "state"] = "event"
    hold: Span = Field(default=timedelta(0), alias="for")
    recover_after: Span = timedelta(0)


class Inhibit(BaseModel):
    """Which firing state mutes what."""

    source: Labels = None
    target: Labels = None
    equal: Names | None = None


class Interval(BaseModel):
    """Quiet hours."""

    zone: Annotated[str, BeforeValidator(_zone)] = "UTC"
    since: Annotated[int, BeforeValidator(minutes)] = Field(alias="from")
    to: Annotated[int, BeforeValidator(minutes)]


class Config(BaseModel):
    """The life cycle's configuration."""

    routes: list[Route] = Field(default_factory=list)
    rules: dict[str, Rule] | None = None
    inhibit: list[Inhibit] | None = None
    time_intervals: dict[str, Interval] | None = None
    catch_up_after: Span = timedelta(minutes=30)
    reopen_publishers: Annotated[int, Field(ge=0)] = 3


class Case(BaseModel):
    """A whole case."""

    config: Config | None = None
    tick: Some = timedelta(minutes=1)
    since: Moment = Field(alias="from")
    until: Moment
    timeline: list[dict[str, Any]] = Field(default_factory=list)


ACTS: dict[str, type[BaseModel]] = {
    "match": Match,
    "over": Condition,
    "under": Condition,
    "silence": Silence,
    "unsilence": Unsilence,
    "ack": Ack,
}
STEPS: dict[str, type[BaseModel]] = {"channel": Answer} | dict.fromkeys(("stop", "start", "restart", "rerun"), Run)


def check(given: Any, name: str) -> None:
    """Raises ConfigError that names the file, the place in it and what is wrong there."""
    lines = Lines(Path(name), None)
    if not isinstance(given, dict):
        raise lines.error((), "a case is a JSON object with config, from, until and timeline")
    case = validate(given, Case, lines)
    if case.until < case.since:
        raise lines.error(("until",), "is before 'from'")
    for number, step in enumerate(case.timeline):
        form = (ACTS | STEPS).get(str(step.get("do")))
        if form is None:
            known = ", ".join(sorted(ACTS | STEPS))
            raise lines.error(("timeline", number, "do"), f"{step.get('do')!r} is nothing to do; use one of {known}")
        validate(step, form, lines, ("timeline", number))
