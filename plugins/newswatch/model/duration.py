"""How long something takes, as people write it."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated

from pydantic import BeforeValidator

_UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_LONGEST = timedelta(days=3660)


def duration(text: object) -> timedelta:
    """``90s``, ``5m``, ``1h30m``, ``1d``, ``2w``, ``250ms``; at most ten years. Raises ValueError."""
    if isinstance(text, timedelta):
        return text
    parts = re.findall(r"(\d+(?:\.\d+)?)(ms|[smhdw])", str(text))
    if not parts or "".join(number + unit for number, unit in parts) != str(text).replace(" ", ""):
        raise ValueError(f"{text!r} is not a duration such as 90s, 5m, 8h or 30d")
    seconds = sum(float(number) * _UNITS[unit] for number, unit in parts)
    if seconds > _LONGEST.total_seconds():
        raise ValueError(f"{text!r} is longer than ten years")
    return timedelta(seconds=seconds)


Duration = Annotated[timedelta, BeforeValidator(duration)]
