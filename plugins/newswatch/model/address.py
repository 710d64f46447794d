"""Addresses with their secrets taken out: what may be logged, shown and stored."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection
from functools import lru_cache
from urllib.parse import SplitResult, parse_qsl, unquote_plus, urlencode, urlsplit, urlunsplit

HIDDEN = "***"
_SECRET = re.compile(
    r"(^|[_\-.\[])(api[_\-.]?key|apikey|key|token|access[_\-.]?token|auth|authorization|authtoken|secret|pass|passwd"
    r"|password|pwd|signature|sig|session|sessionid|sid|credential|credentials|jwt|hmac)($|[_\-.\]])"
    r"|(?-i:[a-z](Key|Token|Secret|Password|Signature))$",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"https?://[^\s\"'<>]+", re.IGNORECASE)


def is_secret(name: str) -> bool:
    """Whether a query parameter of this name is likely to hold a key or a password."""
    return bool(_SECRET.search(unquote_plus(name)))


@lru_cache(maxsize=4096)
def redact(url: str) -> str:
    """``url`` without user and password, and with ``***`` for the values of parameters that look like keys.

    An address that cannot be read at all is given back as ``***``.
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        return HIDDEN
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit((parts.scheme, host, parts.path, _query(parts.query), _query(parts.fragment)))


def redact_text(text: str) -> str:
    """``text`` with every http(s) address in it redacted."""
    return _ADDRESS.sub(lambda match: redact(match[0]), text)


def has_secrets(url: str) -> bool:
    """Whether ``redact`` takes something out of ``url``."""
    return redact(url) != urlunsplit(urlsplit(url))


def secrets_of(url: str) -> frozenset[str]:
    """The secret values in ``url``, decoded: password, user, and the values of parameters that look like keys."""
    parts = urlsplit(url)
    named = (pair.partition("=") for pair in re.split("[&;]", parts.query))
    values = {unquote_plus(value) for name, _, value in named if is_secret(name)}
    user, _, password = parts.netloc.rpartition("@")[0].partition(":")
    return frozenset(value for value in (*values, unquote_plus(user), unquote_plus(password)) if value)


def without(url: str, secrets: Collection[str]) -> str:
    """``url`` without the parameters whose value is one of ``secrets``."""
    if not any(secret in unquote_plus(url) for secret in secrets):
        return url
    parts = urlsplit(url)
    kept = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[1] not in secrets]
    return urlunsplit(parts._replace(query=urlencode(kept)))


def fingerprint(url: str) -> str:
    """A short hash by which a changed address is noticed without keeping the address."""
    return hashlib.blake2b(url.encode("utf-8", "surrogatepass"), digest_size=12, person=b"newswatch-url").hexdigest()


def _query(query: str) -> str:
    return re.sub(
        r"([^&;=]+)=([^&;]*)", lambda match: f"{match[1]}={HIDDEN}" if is_secret(match[1]) else match[0], query
    )


def with_credentials_of(configured: str, url: str) -> str:
    """``url`` with the user and password of ``configured`` when both are at one host and port (or its https)."""
    one, other = urlsplit(configured), urlsplit(url)
    user = one.netloc.rpartition("@")[0]
    if not user or "@" in other.netloc or _party(one) not in (_party(other), _downgraded(_party(other))):
        return url
    return urlunsplit(other._replace(netloc=f"{user}@{other.netloc}"))


def _party(parts: SplitResult) -> tuple[str, str | None, int | None]:
    return parts.scheme, parts.hostname, parts.port or {"http": 80, "https": 443}.get(parts.scheme)


def _downgraded(party: tuple[str, str | None, int | None]) -> tuple[str, str | None, int | None]:
    """The http address from which a step to https may have been made."""
    return ("http", party[1], 80) if party[::2] == ("https", 443) else party
