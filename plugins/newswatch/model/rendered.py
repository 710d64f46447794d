"""Text and pictures ready to be sent: what rendering gives and channels take."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Image:
    """A PNG that the HTML shows as ``cid:{name}``; ``alt`` says the same in words."""

    name: str
    png: bytes
    alt: str


@dataclass(frozen=True, slots=True)
class Links:
    """Where readers can go on: addresses without a trailing slash, None when there is no such place.

    ``namespace`` is what the dashboards in Kibana are named after.
    """

    desk: str | None = None
    kibana: str | None = None
    namespace: str = "newswatch"


@dataclass(frozen=True, slots=True)
class Rendered:
    """One message in every form. ``subject`` is one bounded line; ``slack`` holds Block Kit blocks.

    ``data`` is the same as plain JSON, for webhooks. ``standing`` are blocks that show how the alerts of the first
    message stand now, for channels that update that one in place. ``fault`` names a template that failed.
    """

    subject: str
    text: str
    html: str
    images: tuple[Image, ...]
    slack: tuple[dict[str, Any], ...]
    data: dict[str, Any]
    standing: tuple[dict[str, Any], ...] = ()
    fault: str = ""
