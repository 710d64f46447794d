"""``channels.yaml`` with its cross-checks: names that exist, timers that can do what they say."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

from newswatch.config.loader import Key, Lines, load
from newswatch.model.alert import Escalation, Inhibition, Interval, LifeCycle, Route, RuleTimers
from newswatch.model.channels import ChannelsFile, ChannelSpec, RouteSpec
from newswatch.model.rules import Rule

FINEST = timedelta(minutes=1)
NEEDS = {"email": "to", "folder": "path", "slack": None, "webhook": "connection", "apprise": "connection"}


def load_channels(file: Path) -> ChannelsFile:
    """The channels and routes. Raises ConfigError with file, line and key."""
    found, lines = load(file, ChannelsFile)
    channels = _unique(found.channels, "channels", lines)
    _unique(found.routes, "routes", lines)
    for number, channel in enumerate(found.channels):
        _check_channel(channel, lines, ("channels", number))
    for number, route in enumerate(found.routes):
        _check_route(route, found, channels, lines, ("routes", number))
    return found


def life_cycle(found: ChannelsFile, rules: Iterable[Rule]) -> LifeCycle:
    """The life cycle's configuration."""
    return LifeCycle(
        routes=tuple(_route(route) for route in found.routes),
        rules={rule.id: _timers(rule) for rule in rules},
        inhibit=tuple(Inhibition(one.source, one.target, one.equal) for one in found.inhibit),
        intervals={
            name: Interval(one.zone, _minutes(one.start), _minutes(one.end))
            for name, one in found.time_intervals.items()
        },
        catch_up_after=found.catch_up_after,
        reopen_publishers=found.reopen_publishers,
    )


def _timers(rule: Rule) -> RuleTimers:
    hold = getattr(rule, "hold", None)
    return RuleTimers() if hold is None else RuleTimers(True, hold, getattr(rule, "recover_after", timedelta(0)))


def _route(route: RouteSpec) -> Route:
    return Route(
        route.id,
        route.to,
        route.match,
        route.group_by,
        route.group_wait,
        route.group_interval,
        route.repeat_interval,
        route.send_resolved,
        route.proceed,
        route.quiet,
        route.quiet_mode,
        tuple(Escalation(step.after, step.to) for step in route.escalate),
    )


def _unique(found: Iterable[ChannelSpec | RouteSpec], what: str, lines: Lines) -> set[str]:
    seen: set[str] = set()
    for number, one in enumerate(found):
        if one.id in seen:
            raise lines.error((what, number, "id"), f"{one.id!r} stands above already")
        seen.add(one.id)
    return seen


def _check_channel(channel: ChannelSpec, lines: Lines, key: Key) -> None:
    needed = NEEDS[channel.type]
    if needed and getattr(channel, needed) is None:
        raise lines.error(key, f"a channel of type {channel.type} needs {needed!r}")


def _check_route(route: RouteSpec, found: ChannelsFile, channels: set[str], lines: Lines, key: Key) -> None:
    for number, name in enumerate(route.to):
        if name not in channels:
            raise lines.error((*key, "to", number), f"there is no channel named {name!r}")
    for step, found_step in enumerate(route.escalate):
        for number, name in enumerate(found_step.to):
            if name not in channels:
                raise lines.error((*key, "escalate", step, "to", number), f"there is no channel named {name!r}")
    if route.quiet is not None and route.quiet not in found.time_intervals:
        raise lines.error((*key, "quiet"), f"there is no time interval named {route.quiet!r}")
    _check_timers(route, lines, key)


def _check_timers(route: RouteSpec, lines: Lines, key: Key) -> None:
    if route.group_interval < FINEST:
        raise lines.error((*key, "group_interval"), "alerts are looked at once a minute; take at least 1m")
    for name, span in (("group_wait", route.group_wait), ("group_interval", route.group_interval)):
        if span % FINEST and span > timedelta(0):
            raise lines.error((*key, name), "alerts are looked at once a minute; take whole minutes")
    if route.repeat_interval < route.group_interval:
        raise lines.error(
            (*key, "repeat_interval"), "is shorter than group_interval, at whose points alone it is looked at"
        )
    for number, step in enumerate(route.escalate):
        if step.after < FINEST:
            raise lines.error(
                (*key, "escalate", number, "after"), "alerts are looked at once a minute; take at least 1m"
            )


def _minutes(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)
