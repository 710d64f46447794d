"""What stories are judged on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class StoryText:
    """One item as the story rules see it. ``time`` is when it was first seen, ``published`` its publication (UTC).

    ``story`` is the story it belongs to, None while that is to be found.
    """

    id: str
    language: str
    title: str
    summary: str
    publisher: str
    time: datetime
    content: str = ""
    bands: tuple[str, ...] = ()
    story: str | None = None
    published: datetime | None = None
