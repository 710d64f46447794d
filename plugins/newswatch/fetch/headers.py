"""What response headers say, read with suspicion."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

MAX_VALIDATOR = 4096
MAX_LINKS = 4096
_LINK = re.compile(r"<([^<>\s]{1,2000})>([^<>]*)")
_HUB = re.compile(r";\s*rel\s*=\s*(?:\"[^\"]*\bhub\b[^\"]*\"|hub\b)", re.IGNORECASE)


class Headers:
    """Response headers as latin-1 text, which keeps every byte; the first of each name, but all links."""

    def __init__(self, raw: Iterable[tuple[bytes, bytes]]) -> None:
        self._values: dict[str, str] = {}
        links = []
        for name, value in raw:
            self._values.setdefault(name.decode("latin-1").lower(), value.decode("latin-1").strip(" \t"))
            if name.lower() == b"link":
                links.append(value.decode("latin-1"))
        self._values["link"] = ", ".join(links)[:MAX_LINKS]

    def get(self, name: str) -> str | None:
        """The value of ``name`` (lower case), or None when it is missing or empty."""
        return self._values.get(name) or None

    def validator(self, name: str) -> str | None:
        """The same, unless it is too long to be kept."""
        value = self.get(name)
        return value if value and len(value) <= MAX_VALIDATOR else None


def hub(headers: Headers) -> str | None:
    """The WebSub hub that a Link header names (WebSub, 4), when it is an http(s) address."""
    found = (match[1] for match in _LINK.finditer(headers.get("link") or "") if _HUB.search(match[2]))
    return next((address for address in found if address.lower().startswith(("http://", "https://"))), None)


def retry_after(headers: Headers, now: datetime | None) -> float | None:
    """Seconds to wait by Retry-After (RFC 9110, 10.2.3): a number, or a date told against the server's own clock."""
    value = headers.get("retry-after")
    if value is None:
        return None
    if re.fullmatch(r"\d+(\.\d*)?", value):
        return float(value)
    return _until(value, headers, now)


def max_age(headers: Headers, now: datetime | None) -> float | None:
    """Seconds for which the answer stays fresh, by Cache-Control max-age less Age, else Expires (RFC 9111, 4.2)."""
    control = (headers.get("cache-control") or "").lower()
    if re.search(r"\bno-(cache|store)\b", control):
        return None
    found = re.search(r"(?:^|[\s,])max-age\s*=\s*\"?(\d{1,10})", control)
    if found:
        age = headers.get("age") or "0"
        return max(0.0, float(found[1]) - (float(age) if re.fullmatch(r"\d{1,9}", age) else 0.0))
    expires = headers.get("expires")
    return _until(expires, headers, now) if expires else None


def _until(value: str, headers: Headers, now: datetime | None) -> float | None:
    """Seconds to ``value``, a date, by the server's Date header or by ``now``: the shorter wait that is one."""
    moment = _date(value)
    if moment is None:
        return None
    clocks = (_date(headers.get("date") or ""), now)
    waits = [(moment - clock).total_seconds() for clock in clocks if clock is not None]
    return min((wait for wait in waits if wait > 0), default=None)


def _date(value: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
