"""``channels.yaml``: channels, routes and their timers, inhibition, quiet hours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BeforeValidator, Field, field_validator

from newswatch.model.duration import Duration
from newswatch.model.strict import Strict


def _names(value: object) -> object:
    return (value,) if isinstance(value, str) else value


def _addresses(value: object) -> object:
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


Names = Annotated[tuple[str, ...], BeforeValidator(_names)]
Id = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]
Clock = Annotated[str, Field(pattern=r"^(([01]\d|2[0-3]):[0-5]\d|24:00)$")]


class ChannelSpec(Strict):
    """One way to reach people. ``to`` are mail addresses or Slack channels; ``path`` is a folder channel's folder."""

    id: Id
    type: Literal["folder", "email", "slack", "webhook", "apprise"]
    connection: str | None = None
    to: Annotated[tuple[str, ...], BeforeValidator(_addresses)] = ()
    path: str | None = None


class EscalateSpec(Strict):
    """Who is told when nobody acknowledged in time."""

    after: Duration
    to: Names = Field(min_length=1)


def _steps(value: object) -> object:
    return [value] if isinstance(value, dict) else value


Steps = Annotated[tuple[EscalateSpec, ...], BeforeValidator(_steps)]


class RouteSpec(Strict):
    """Which alerts go where, and when. The names and their meaning are Alertmanager's, see docs/alerts.md."""

    id: Id
    to: Names = Field(min_length=1)
    match: dict[str, Names] = Field(default_factory=dict)
    group_by: tuple[str, ...] = ("rule",)
    group_wait: Duration = timedelta(0)
    group_interval: Duration = timedelta(minutes=5)
    repeat_interval: Duration = timedelta(hours=4)
    send_resolved: bool = True
    proceed: bool = Field(default=False, alias="continue")
    quiet: str | None = None
    quiet_mode: Literal["hold", "digest"] = "hold"
    escalate: Steps = ()


class InhibitSpec(Strict):
    """A firing state that matches ``source`` mutes what matches ``target`` with equal labels."""

    source: dict[str, Names]
    target: dict[str, Names]
    equal: tuple[str, ...] = ()


class IntervalSpec(Strict):
    """Quiet hours on the wall clock of a zone; may wrap midnight."""

    zone: str = "UTC"
    start: Clock = Field(alias="from")
    end: Clock = Field(alias="to")

    @field_validator("zone")
    @classmethod
    def _zone_exists(cls, zone: str) -> str:
        try:
            ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError, IsADirectoryError):
            raise ValueError(f"there is no time zone {zone!r}; use an IANA name such as Europe/Kyiv") from None
        return zone


@dataclass(frozen=True, slots=True)
class Address:
    """One recipient of a channel, told on its own. ``name`` is the channel's id, and the address where it has more."""

    name: str
    channel: str
    address: str


class ChannelsFile(Strict):
    """The whole file."""

    channels: tuple[ChannelSpec, ...] = ()
    routes: tuple[RouteSpec, ...] = ()
    inhibit: tuple[InhibitSpec, ...] = ()
    time_intervals: dict[str, IntervalSpec] = Field(default_factory=dict)
    catch_up_after: Duration = timedelta(minutes=30)
    reopen_publishers: int = Field(default=3, ge=1)
    desk: str | None = Field(default=None, pattern=r"^https?://")
    kibana: str | None = Field(default=None, pattern=r"^https?://")
    heartbeat: str | None = Field(default=None, pattern=r"^https?://")
    sender: str = "newswatch@localhost"
