"""``channels.yaml`` with its cross-checks: names that exist, timers that can do what they say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from pathlib import Path

from newswatch.config import routes
from newswatch.config.loader import Key, Lines, load
from newswatch.model.alert import SEVERITIES, Escalation, Inhibition, Interval, LifeCycle, Route, RuleTimers
from newswatch.model.channels import Address, ChannelsFile, ChannelSpec, RouteSpec
from newswatch.model.rules import Rule
from newswatch.model.selfwatch import SelfRule

NEEDS = {"email": "to", "folder": "path", "slack": None, "webhook": "connection", "apprise": "connection"}


def load_channels(file: Path, known: Mapping[str, set[str]] | None = None, *, running: bool = False) -> ChannelsFile:
    """The channels and routes. Raises ConfigError with file, line and key.

    ``known`` holds the names that matchers may ask for under ``tag`` and ``actor``; what it lacks is not checked. A
    ``running`` watch lets routes name a channel that is not there: what is for others must not wait for it, and what
    is for it waits in the outbox, and is shown, until the file is mended.
    """
    found, lines = load(file, ChannelsFile)
    channels = _unique(found.channels, "channels", lines)
    _unique(found.routes, "routes", lines)
    for number, channel in enumerate(found.channels):
        _check_channel(channel, lines, ("channels", number))
    if running:
        channels |= {name for route in found.routes for name in route.to}
        channels |= {name for route in found.routes for step in route.escalate for name in step.to}
    routes.check(found, channels, {"severity": set(SEVERITIES), **(known or {})}, lines)
    return found


def addresses(found: ChannelsFile) -> dict[str, tuple[Address, ...]]:
    """Channel → its recipients. An address that two channels of the same connection reach is one recipient."""
    known: dict[tuple[str | None, ...], Address] = {}
    made: dict[str, tuple[Address, ...]] = {}
    for spec in found.channels:
        ones = []
        for address in spec.to or (spec.id,):
            name = spec.id if len(spec.to) < 2 else f"{spec.id}:{address}"
            key = (spec.type, spec.connection, address.casefold())
            ones.append(known.setdefault(key, Address(name, spec.id, address)))
        made[spec.id] = tuple(dict.fromkeys(ones))
    return made


def life_cycle(found: ChannelsFile, rules: Iterable[Rule | SelfRule]) -> LifeCycle:
    """The life cycle's configuration; each address of a channel is a recipient of its own."""
    people = {name: tuple(one.name for one in ones) for name, ones in addresses(found).items()}
    return LifeCycle(
        routes=tuple(_route(route, people) for route in found.routes),
        rules={rule.id: _timers(rule) for rule in rules},
        inhibit=tuple(Inhibition(one.source, one.target, one.equal) for one in found.inhibit),
        intervals={
            name: Interval(one.zone, _minutes(one.start), _minutes(one.end))
            for name, one in found.time_intervals.items()
        },
        catch_up_after=found.catch_up_after,
        reopen_publishers=found.reopen_publishers,
    )


def _timers(rule: Rule | SelfRule) -> RuleTimers:
    hold = getattr(rule, "hold", None)
    return RuleTimers() if hold is None else RuleTimers(True, hold, getattr(rule, "recover_after", timedelta(0)))


def _route(route: RouteSpec, people: Mapping[str, tuple[str, ...]]) -> Route:
    return Route(
        route.id,
        _people(route.to, people),
        route.match,
        route.group_by,
        route.group_wait,
        route.group_interval,
        route.repeat_interval,
        route.send_resolved,
        route.proceed,
        route.quiet,
        route.quiet_mode,
        tuple(Escalation(step.after, _people(step.to, people)) for step in route.escalate),
    )


def _people(channels: Iterable[str], people: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for channel in channels for name in people.get(channel, (channel,))))


def _unique(found: Iterable[ChannelSpec | RouteSpec], what: str, lines: Lines) -> set[str]:
    seen: set[str] = set()
    for number, one in enumerate(found):
        if one.id in seen:
            raise lines.error((what, number, "id"), f"{one.id!r} stands above already")
        seen.add(one.id)
    return seen


def _check_channel(channel: ChannelSpec, lines: Lines, key: Key) -> None:
    needed = NEEDS[channel.type]
    if needed and not getattr(channel, needed):
        raise lines.error(key, f"a channel of type {channel.type} needs {needed!r}")


def _minutes(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)
