"""Addresses as feeds write them → absolute http(s) URLs without credentials, or None."""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit, urlunsplit

URL_MAX = 2_000
_UNWANTED = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]+")
_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:(?!\d)")
_SAFE = re.compile(r"https?://[A-Za-z0-9.-]+(?::\d{1,4})?(?:/[!-~]*)?")


def absolute(href: str | None, base: str) -> str | None:
    """``href`` resolved against ``base``; None when it is empty, too long, malformed or not http(s)."""
    if not href:
        return None
    if "&amp;" in href:
        href = href.replace("&amp;", "&")
    if len(href) <= URL_MAX and _SAFE.fullmatch(href):
        return href
    href = _UNWANTED.sub("", href).strip().replace(" ", "%20")
    if not href or len(href) > URL_MAX or "<" in href:
        return None
    if href.lower().startswith("www."):
        href = f"http://{href}"
    try:
        return _checked(href if _is_absolute(href) else urljoin(base, href))
    except ValueError:
        return None


def join(base: str, part: str | None) -> str:
    """``part`` resolved against ``base``, or ``base`` when that gives no web address."""
    return (absolute(part, base) if part else None) or base


def _is_absolute(href: str) -> bool:
    return _SCHEME.match(href) is not None


def _checked(href: str) -> str | None:
    parts = urlsplit(href)
    if parts.scheme.lower() not in ("http", "https") or not parts.hostname:
        return None
    _ = parts.port  # raises ValueError when it is not a number in range
    host = parts.netloc.rpartition("@")[2]
    if any(char in host for char in ' <>"\\^`{|}'):
        return None
    whole = urlunsplit((parts.scheme.lower(), host, parts.path, parts.query, parts.fragment))
    return whole if len(whole) <= URL_MAX else None
