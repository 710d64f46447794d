"""A replay case in JSON → the life cycle's values. Every fault names the place in the case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from newswatch.alert.replay import Case, Step
from newswatch.config import case_form
from newswatch.config.case_form import minutes, names, span, time
from newswatch.errors import UsageError
from newswatch.model.alert import Act, Escalation, Inhibition, Interval, LifeCycle, Route, RuleTimers


def parse(given: Any, name: str) -> Case:
    """The case; raises ConfigError or UsageError that names the file, the place and what is wrong there."""
    case_form.check(given, name)
    acts = [one for one in given.get("timeline", ()) if one["do"] in case_form.ACTS]
    steps = [one for one in given.get("timeline", ()) if one["do"] in case_form.STEPS]
    try:
        return Case(
            life=_life(given.get("config") or {}),
            since=time(given["from"]),
            until=time(given["until"]),
            tick=span(given.get("tick", 60)),
            acts=_acts(acts),
            steps=tuple(_step(one) for one in steps),
        )
    except ValueError as error:
        raise UsageError(f"{name}: {error}") from error


def _life(given: Mapping[str, Any]) -> LifeCycle:
    drill = given.get("drill") or given.get("drill_to") or "drill"
    to = drill.get("to", "drill") if isinstance(drill, dict) else drill
    routes = tuple(_route(one, number) for number, one in enumerate(given.get("routes", ())))
    intervals = {name: _interval(one) for name, one in (given.get("time_intervals") or {}).items()}
    for number, route in enumerate(routes):
        if route.id in {one.id for one in routes[:number]}:
            raise ValueError(f"there are two routes named {route.id!r}")
        if route.quiet is not None and route.quiet not in intervals:
            raise ValueError(f"there is no time interval named {route.quiet!r}")
    return LifeCycle(
        routes=routes,
        rules={name: _timers(one) for name, one in (given.get("rules") or {}).items()},
        inhibit=tuple(
            Inhibition(matchers(one.get("source")), matchers(one.get("target")), names(one.get("equal") or ()))
            for one in given.get("inhibit") or ()
        ),
        intervals=intervals,
        catch_up_after=span(given.get("catch_up_after", "30m")),
        reopen_publishers=int(given.get("reopen_publishers", 3)),
        drill_to=names(to),
    )


def _route(given: Mapping[str, Any], number: int) -> Route:
    return Route(
        id=str(given.get("id", number)),
        to=names(given["to"]),
        match=matchers(given.get("match")),
        group_by=names(given.get("group_by") or ()),
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
    return tuple(Escalation(span(step["after"]), names(step["to"])) for step in steps)


def matchers(given: Mapping[str, Any] | None) -> dict[str, tuple[str, ...]]:
    """``{tag: military}`` or ``{tag: [military, sanctions]}``."""
    return {str(name): names(values) for name, values in (given or {}).items()}


def _timers(given: Mapping[str, Any]) -> RuleTimers:
    return RuleTimers(
        given.get("type", "event") == "state", span(given.get("for", 0)), span(given.get("recover_after", 0))
    )


def _interval(given: Mapping[str, Any]) -> Interval:
    return Interval(given.get("zone", "UTC"), minutes(given["from"]), minutes(given["to"]))


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
        actors=names(one.get("actors") or labels.get("actor") or ()),
        tags=names(one.get("tags") or labels.get("tag") or ()),
        publishers=int(one.get("publishers") or 1),
        origin=one.get("origin") or "live",
        match=matchers(one.get("match")),
        until=time(one["until"]) if one.get("until") else None,
        by=str(one.get("by", "")),
        comment=str(one.get("comment", "")),
    )


def _step(one: Mapping[str, Any]) -> Step:
    return Step(time(one["t"]), one["do"], str(one.get("name", "")), one.get("answer", "ok"))
