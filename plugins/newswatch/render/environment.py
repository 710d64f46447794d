"""The template environment: everything that a feed said is escaped for the place where it stands.

HTML is escaped by Jinja itself. Slack text goes through ``slack`` (its three special characters), into JSON templates
only through ``tojson``. Lines of plain text and subjects go through ``line``: one line, no controls, bounded.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable
from datetime import datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

SUBJECT = 150
LINE = 300
SLACK_TEXT = 3000
SLACK_BLOCKS = 50


@cache
def environment() -> Environment:
    """The environment over ``newswatch/templates``; an undefined name is an error."""
    made = Environment(
        loader=PackageLoader("newswatch", "templates"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"line": line, "slack": slack, "clock": clock, "day": day, "count": count, "safe_url": safe_url}
    return made


def render(template: str, **values: Any) -> str:
    """The template with ``values``; trailing blank lines cut to one newline."""
    return environment().get_template(template).render(**values).rstrip() + "\n"


def blocks(template: str, **values: Any) -> tuple[dict[str, Any], ...]:
    """A Slack template as Block Kit blocks, at most 50, section texts at most 3,000 characters."""
    made = json.loads(environment().get_template(template).render(**values))
    kept = [block for block in made if block]
    if len(kept) > SLACK_BLOCKS:
        note = {"type": "context", "elements": [{"type": "mrkdwn", "text": "… and more: see the mail or the desk."}]}
        kept = [*kept[: SLACK_BLOCKS - 1], note]
    return tuple(_bounded(block) for block in kept)


def sections(lines: Iterable[str]) -> tuple[dict[str, Any], ...]:
    """Plain lines as Block Kit sections."""
    return tuple({"type": "section", "text": {"type": "mrkdwn", "text": slack(one) or " "}} for one in lines)


def line(value: object, most: int = LINE) -> str:
    """One line of plain text: no control or format characters, white space folded, cut with an ellipsis."""
    text = "".join(" " if char.isspace() else char for char in str(value) if _plain(char))
    text = " ".join(text.split())
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


SLACK_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", **{char: char + "\u200b" for char in "*_~`"}}


def slack(value: object, most: int = LINE) -> str:
    """One line for Slack's mrkdwn, bounded after escaping.

    ``& < >`` are escaped, so that no mention, channel call or link can be made of it; a zero-width space stands behind
    the marks that Slack would read as formatting.
    """
    pieces = [SLACK_ESCAPES.get(char, char) for char in line(value, most)]
    length = sum(map(len, pieces))
    if length <= most:
        return "".join(pieces)
    while length > most - 1:
        length -= len(pieces.pop())
    return "".join(pieces) + "…"


def safe_url(value: object) -> str:
    """An http(s) address fit for an attribute or a Slack link, else an empty string."""
    text = str(value or "")
    fit = text.startswith(("http://", "https://")) and all(_plain(char) and not char.isspace() for char in text)
    return text.replace("<", "%3C").replace(">", "%3E").replace("|", "%7C").replace('"', "%22") if fit else ""


def clock(moment: datetime, zone: str = "UTC") -> str:
    """``Mon 2 Mar 10:05``, on the wall clock of ``zone``."""
    local = moment.astimezone(ZoneInfo(zone))
    return f"{local:%a} {local.day} {local:%b %H:%M}"


def day(moment: datetime, zone: str = "UTC") -> str:
    """``Monday 2 March 2026``."""
    local = moment.astimezone(ZoneInfo(zone))
    return f"{local:%A} {local.day} {local:%B %Y}"


def count(number: float, one: str, many: str | None = None) -> str:
    """``1 story``, ``3 stories``: the number with its noun."""
    shown = f"{number:,.0f}"
    return f"{shown} {one if shown == '1' else many or one + 's'}"


def _plain(char: str) -> bool:
    return char.isspace() or unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co", "Cn") or char in "\u200c\u200d"


def _bounded(block: dict[str, Any]) -> dict[str, Any]:
    text = block.get("text")
    if isinstance(text, dict) and len(text.get("text", "")) > SLACK_TEXT:
        return block | {"text": text | {"text": text["text"][: SLACK_TEXT - 1] + "…"}}
    return block
