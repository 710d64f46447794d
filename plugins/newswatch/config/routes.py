"""The cross-checks of ``channels.yaml``: names that exist, timers and matchers that can do what they say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta

from newswatch.config.loader import Key, Lines
from newswatch.model.channels import ChannelsFile, EscalateSpec, RouteSpec

FINEST = timedelta(minutes=1)
Known = Mapping[str, set[str]]


def check(found: ChannelsFile, channels: set[str], known: Known, lines: Lines) -> None:
    """Raises ConfigError with file, line and key at the first fault."""
    for number, route in enumerate(found.routes):
        key: Key = ("routes", number)
        _check_names((*key, "to"), route.to, channels, lines)
        _check_matchers((*key, "match"), route.match, known, lines)
        _check_timers(route, lines, key)
        _check_quiet(route, found, lines, key)
        _check_escalation(route, channels, lines, key)
    _check_reach(found.routes, lines)
    for number, rule in enumerate(found.inhibit):
        for side, matchers in (("source", rule.source), ("target", rule.target)):
            if not matchers:
                raise lines.error(("inhibit", number, side), "takes everything; say which alerts are meant")
            _check_matchers(("inhibit", number, side), matchers, known, lines)
    for name, interval in found.time_intervals.items():
        if interval.start == interval.end:
            raise lines.error(
                ("time_intervals", name), "begins and ends at the same time; take 00:00 to 24:00 for a day"
            )
    if found.catch_up_after < 2 * FINEST:
        raise lines.error(("catch_up_after",), "alerts are looked at once a minute; take at least 2m")


def _check_names(key: Key, names: Iterable[str], channels: set[str], lines: Lines) -> None:
    seen: set[str] = set()
    for number, name in enumerate(names):
        if name not in channels:
            raise lines.error((*key, number), f"there is no channel named {name!r}")
        if name in seen:
            raise lines.error((*key, number), f"{name!r} stands before already")
        seen.add(name)


def _check_matchers(key: Key, matchers: Mapping[str, tuple[str, ...]], known: Known, lines: Lines) -> None:
    for name, values in matchers.items():
        if not values:
            raise lines.error((*key, name), "matches nothing; name at least one value, or leave it out")
        for value in values:
            if name in known and value not in known[name]:
                raise lines.error((*key, name), f"there is no {name} named {value!r}")


def _check_timers(route: RouteSpec, lines: Lines, key: Key) -> None:
    if route.group_interval < FINEST:
        raise lines.error((*key, "group_interval"), "alerts are looked at once a minute; take at least 1m")
    for name in ("group_wait", "group_interval", "repeat_interval"):
        if getattr(route, name) % FINEST:
            raise lines.error((*key, name), "alerts are looked at once a minute; take whole minutes")
    if route.repeat_interval < route.group_interval:
        raise lines.error(
            (*key, "repeat_interval"), "is shorter than group_interval, at whose points alone it is looked at"
        )


def _check_quiet(route: RouteSpec, found: ChannelsFile, lines: Lines, key: Key) -> None:
    if route.quiet is None:
        if route.quiet_mode == "digest":
            raise lines.error((*key, "quiet_mode"), "says what happens in quiet hours; the route has none (quiet)")
    elif route.quiet not in found.time_intervals:
        raise lines.error((*key, "quiet"), f"there is no time interval named {route.quiet!r}")


def _check_escalation(route: RouteSpec, channels: set[str], lines: Lines, key: Key) -> None:
    before, told = timedelta(0), set(route.to)
    for number, step in enumerate(route.escalate):
        # one step may stand alone, without a list
        place: Key = (*key, "escalate", number) if len(route.escalate) > 1 else (*key, "escalate")
        _check_step(step, before, told, lines, place)
        _check_names((*place, "to"), step.to, channels, lines)
        before, told = step.after, told | set(step.to)


def _check_step(step: EscalateSpec, before: timedelta, told: set[str], lines: Lines, place: Key) -> None:
    if step.after < FINEST or step.after % FINEST:
        raise lines.error((*place, "after"), "alerts are looked at once a minute; take whole minutes, at least 1m")
    if step.after <= before:
        raise lines.error((*place, "after"), "comes no later than the step before it")
    if told.issuperset(step.to):
        raise lines.error((*place, "to"), "holds nobody who was not told already")


def _check_reach(routes: Iterable[RouteSpec], lines: Lines) -> None:
    """A route behind one that takes everything and does not go on is never asked."""
    before = None
    for number, route in enumerate(routes):
        if before is not None:
            raise lines.error(("routes", number), f"is never reached: route {before!r} above takes everything")
        if not route.match and not route.proceed:
            before = route.id
