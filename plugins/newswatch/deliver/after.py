"""``Retry-After``, in both of its forms (RFC 9110, section 10.2.3)."""

from __future__ import annotations

from collections.abc import Mapping
from email.utils import parsedate_to_datetime


def seconds(headers: Mapping[str, object]) -> float | None:
    """How long the provider asks to wait, None when it does not say. A date is counted from the answer's own."""
    found = {name.lower(): _one(value) for name, value in headers.items()}
    text = found.get("retry-after", "")
    if text.replace(".", "", 1).isdigit():
        return float(text)
    try:
        return max(0.0, (parsedate_to_datetime(text) - parsedate_to_datetime(found["date"])).total_seconds())
    except (KeyError, TypeError, ValueError):
        return None


def _one(value: object) -> str:
    return str(value[0] if isinstance(value, list) and value else value).strip()
