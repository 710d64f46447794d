"""A replay case in JSON → the life cycle's values. Every fault names the place in the case."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from newswatch.alert.replay import Case, Step
from newswatch.errors import UsageError
from newswatch.model.alert import Act, Escalation, Inhibition, Interval, LifeCycle, Route, RuleTimers

STEPS = frozenset({"stop", "start", "restart", "rerun", "channel"})
ACTS = frozenset({"match", "over", "under", "silence", "unsilence", "ack"})
ANSWERS = ("ok", "temporary", "permanent")
UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}


def parse(given: Mapping[str, Any], name: str) -> Case:
    """The case; raises UsageError that names the file and what is wrong in it."""
    try:
        for one in given.get("timeline", ()):
            _known(one)
        if span(given.get("tick", 60)) <= timedelta():
            raise ValueError("'tick' must be more than 0")
        return Case(
            life=_life(given.get("config") or {}),
            since=time(given["from"]),
            until=time(given["until"]),
            tick=span(given.get("tick", 60)),
            acts=_acts([one for one in given.get("timeline", ()) if one["do"] in ACTS]),
            steps=tuple(_step(one) for one in given.get("timeline", ()) if one["do"] in STEPS),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        what = f"{error} is missing" if isinstance(error, KeyError) else str(error)
        raise UsageError(f"{name}: {what}") from error


def _known(one: Mapping[str, Any]) -> None:
    """Raises ValueError for what a timeline cannot hold: a misspelt word would otherwise be passed over in silence."""
    if one["do"] not in STEPS | ACTS:
        raise ValueError(f"{one['do']!r} is nothing to do; use one of {', '.join(sorted(STEPS | ACTS))}")
    if one["do"] == "channel" and one.get("answer", "ok") not in ANSWERS:
        raise ValueError(f"a channel answers {', '.join(ANSWERS)}, not {one['answer']!r}")


def time(text: str) -> datetime:
    """An ISO time as UTC."""
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def span(text: str | float) -> timedelta:
    """``90s``, ``1m``, ``1h30m``, ``8h``, ``1d``; a number is seconds."""
    if isinstance(text, int | float):
        return timedelta(seconds=text)
    parts = re.findall(r"(\d+(?:\.\d+)?)(ms|s|m|h|d|w)", text)
    if not parts or "".join(number + unit for number, unit in parts) != text.replace(" ", ""):
        raise ValueError(f"{text!r} is not a duration such as 90s, 5m or 8h")
    return timedelta(seconds=sum(float(number) * UNITS[unit] for number, unit in parts))


def _life(given: Mapping[str, Any]) -> LifeCycle:
    drill = given.get("drill") or given.get("drill_to") or "drill"
    to = drill.get("to", "drill") if isinstance(drill, dict) else drill
    routes = tuple(_route(one, number) for number, one in enumerate(given.get("routes", ())))
    intervals = {name: _interval(one) for name, one in (given.get("time_intervals") or {}).items()}
    for route in routes:
        if route.quiet is not None and route.quiet not in intervals:
            raise ValueError(f"there is no time interval named {route.quiet!r}")
    return LifeCycle(
        routes=routes,
        rules={name: _timers(one) for name, one in (given.get("rules") or {}).items()},
        inhibit=tuple(
            Inhibition(matchers(one.get("source")), matchers(one.get("target")), tuple(one.get("equal") or ()))
            for one in given.get("inhibit") or ()
        ),
        intervals=intervals,
        catch_up_after=span(given.get("catch_up_after", "30m")),
        reopen_publishers=int(given.get("reopen_publishers", 3)),
        drill_to=_names(to),
    )


def _route(given: Mapping[str, Any], number: int) -> Route:
    return Route(
        id=str(given.get("id", number)),
        to=_names(given["to"]),
        match=matchers(given.get("match")),
        group_by=tuple(given.get("group_by") or ()),
        group_wait=span(given.get("group_wait", "0s")),
        group_interval=span(given.get("group_interval", "5m")),
        repeat_interval=span(given.get("repeat_interval", "4h")),
        send_resolved=bool(given.get("send_resolved", True)),
        proceed=bool(given.get("continue", False)),
        quiet=given.get("quiet"),
        quiet_mode=given.get("quiet_mode") or "hold",
        escalate=_steps(given.get("escalate")),
    )


def _steps(given: Any) -> tuple[Escalation, ...]:
    steps = given if isinstance(given, list) else [given] if given else []
    return tuple(Escalation(span(step["after"]), _names(step["to"])) for step in steps)


def matchers(given: Mapping[str, Any] | None) -> dict[str, tuple[str, ...]]:
    """``{tag: military}`` or ``{tag: [military, sanctions]}``."""
    return {str(name): _names(values) for name, values in (given or {}).items()}


def _names(given: Any) -> tuple[str, ...]:
    return (str(given),) if isinstance(given, str | int | float | bool) else tuple(str(one) for one in given)


def _timers(given: Mapping[str, Any]) -> RuleTimers:
    return RuleTimers(
        given.get("type", "event") == "state", span(given.get("for", 0)), span(given.get("recover_after", 0))
    )


def _interval(given: Mapping[str, Any]) -> Interval:
    zone = given.get("zone", "UTC")
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, IsADirectoryError):
        raise ValueError(f"there is no time zone {zone!r}") from None
    return Interval(zone, _minutes(given["from"]), _minutes(given["to"]))


def _minutes(text: str) -> int:
    hours, _, minutes = text.partition(":")
    return int(hours) * 60 + int(minutes or 0)


def _acts(given: Sequence[Mapping[str, Any]]) -> tuple[Act, ...]:
    """A condition ends where it began: ``under`` without an origin has that of the last ``over`` before it."""
    begun: dict[tuple[Any, Any], Any] = {}
    acts = []
    for one in sorted(given, key=lambda one: time(one["t"])):
        condition = (one.get("rule"), one.get("key"))
        if one["do"] == "over":
            begun[condition] = one.get("origin")
        acts.append(_act({"origin": begun.get(condition), **one} if one["do"] == "under" else one))
    return tuple(acts)


def _act(one: Mapping[str, Any]) -> Act:
    do, labels = one["do"], one.get("labels") or {}
    return Act(
        t=time(one["t"]),
        do=do,
        id=str(one.get("id", "")),
        rule=str(one.get("rule", "")),
        key=str(one.get({"match": "story", "ack": "alert"}.get(do, "key"), "")),
        labels={str(name): str(value) for name, value in labels.items() if not isinstance(value, list)},
        severity=one.get("severity") or "warning",
        actors=_names(one.get("actors") or labels.get("actor") or ()),
        tags=_names(one.get("tags") or labels.get("tag") or ()),
        publishers=int(one.get("publishers") or 1),
        origin=one.get("origin") or "live",
        match=matchers(one.get("match")),
        until=time(one["until"]) if one.get("until") else None,
        by=str(one.get("by", "")),
        comment=str(one.get("comment", "")),
    )


def _step(one: Mapping[str, Any]) -> Step:
    return Step(time(one["t"]), one["do"], str(one.get("name", "")), one.get("answer", "ok"))
