"""Which routes would take an alert, and by which timetable its messages go out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from newswatch.alert import match
from newswatch.errors import NewswatchError
from newswatch.index.client import Store
from newswatch.model.alert import LifeCycle, Route, RuleTimers
from newswatch.model.book import Alert
from newswatch.model.rules import Rule
from newswatch.model.selfwatch import SELF_RULES, SelfRule
from newswatch.pipeline import alerts

Timers = tuple[LifeCycle, tuple[Rule, ...]]


def of_rule(found: Timers, name: str) -> list[str]:
    """The timetable of a rule of ``rules.yaml`` or about newswatch itself. Raises NewswatchError when there is none."""
    life, rules = found
    rule = next((rule for rule in (*rules, *SELF_RULES) if rule.id == name), None)
    if rule is None:
        own = ", ".join(rule.id for rule in SELF_RULES)
        raise NewswatchError(f"there is no rule {name} in rules.yaml, nor among newswatch's own ({own})")
    moment, severity = datetime.min.replace(tzinfo=UTC), rule.severity.value
    sample = Alert(
        name, name, name, name in _states(life), dict(rule.labels), severity, severity, moment, moment, moment
    )
    sample.made_tags = tuple(rule.where.tags) if not isinstance(rule, SelfRule) else ()
    return list(_timetable(life, sample))


def of_alert(found: Timers, name: str, store: Store) -> list[str]:
    """The timetable of an alert. Raises NewswatchError when there is none of that name."""
    known = alerts.find(store, name)
    if not known:
        raise NewswatchError(f"there is no alert {name}; newswatch alerts lists them")
    return list(_timetable(found[0], known[0]))


def _states(life: LifeCycle) -> set[str]:
    return {name for name, timers in life.rules.items() if timers.state}


def _timetable(life: LifeCycle, alert: Alert) -> Iterator[str]:
    yield from _state_lines(life, alert)
    taken = False
    for route in life.routes:
        if match.matched_as_made(alert, route.match):
            taken = True
            yield from _route_lines(life, route, alert)
            if not route.proceed:
                return
    if not taken:
        yield f"No route takes {alert.key}: nobody is told. Add a route without match at the end of channels.yaml."


def _state_lines(life: LifeCycle, alert: Alert) -> Iterator[str]:
    if not alert.state:
        yield f"{alert.key} is an event: told once, never repeated, never resolved."
        return
    timers = life.rules.get(alert.rule, RuleTimers())
    yield f"{alert.key} is a state: it fires once its condition held for {_span(timers.hold)}"
    yield f"  and recovers once it was gone for {_span(timers.recover_after)}."


def _route_lines(life: LifeCycle, route: Route, alert: Alert) -> Iterator[str]:
    wanted = ", ".join(f"{name} is {' or '.join(values)}" for name, values in route.match.items())
    yield f"Route {route.id} takes it ({wanted or 'it takes everything'}) and tells {', '.join(route.to)}:"
    wait = "at once" if not route.group_wait else f"{_span(route.group_wait)} after the first alert of a group"
    yield f"  first message {wait}, grouped by {', '.join(route.group_by) or 'nothing'};"
    yield f"  then every {_span(route.group_interval)} when there is news;"
    if alert.state:
        grid = -(-route.repeat_interval // route.group_interval) * route.group_interval
        rounded = "" if grid == route.repeat_interval else f" ({_span(route.repeat_interval)} on the grid of the group)"
        yield f"  while it goes on firing it is repeated every {_span(grid)}{rounded};"
        yield f"  its recovery is {'told' if route.send_resolved else 'not told'}."
    if route.quiet:
        hours = life.intervals[route.quiet]
        what = "left to the digest" if route.quiet_mode == "digest" else "held and released together"
        yield f"  Quiet hours {_clock(hours.start)} to {_clock(hours.end)} in {hours.zone}: messages are {what}."
    for step in route.escalate:
        yield f"  Not acknowledged {_span(step.after)} after it was first accepted: {', '.join(step.to)} are told."


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _span(span: timedelta) -> str:
    seconds = int(span.total_seconds())
    parts = []
    for size, unit in ((86_400, "d"), (3600, "h"), (60, "m"), (1, "s")):
        if seconds >= size:
            parts.append(f"{seconds // size}{unit}")
            seconds %= size
    return "".join(parts) or "0s"
