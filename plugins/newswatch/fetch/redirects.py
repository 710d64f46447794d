"""Redirects, followed by hand: each hop is read, checked and counted (RFC 9110, 15.4)."""

from __future__ import annotations

from dataclasses import replace

from newswatch.fetch.address import RefusedAddressError, Target, same_party
from newswatch.fetch.address import follow as join
from newswatch.fetch.failures import FetchError
from newswatch.model.address import has_secrets, redact, secrets_of, without
from newswatch.model.feed import Failure

STATUSES = frozenset({301, 302, 303, 307, 308})
PERMANENT = frozenset({301, 308})


class Way:
    """The hops of one feed so far."""

    def __init__(self, url: str, most: int) -> None:
        self.asked = url
        self.most = most
        self.note: str | None = None
        self.shown = redact(url)
        self._seen: list[str] = []
        self._only_permanent = True
        self._downgraded = False

    def at(self, target: Target) -> None:
        """``target`` is asked next."""
        self._seen.append(target.url)
        self.shown = redact(target.url)

    def step(self, status: int, base: Target, target: Target) -> None:
        """Note a redirect from ``base`` to ``target``; FetchError for a loop or one too many."""
        if target.url in self._seen:
            raise FetchError(Failure.REDIRECT, "the redirects go in a circle", status)
        if len(self._seen) > self.most:
            raise FetchError(Failure.REDIRECT, f"more than {self.most} redirects", status)
        self._only_permanent = self._only_permanent and status in PERMANENT
        if base.scheme == "https" and target.scheme == "http":
            self._downgraded = True
            self.note = "redirected from https to http"

    @property
    def hops(self) -> int:
        """How many addresses were asked."""
        return len(self._seen)

    @property
    def detour(self) -> bool:
        """Whether a redirect on the way was a temporary one."""
        return not self._only_permanent

    @property
    def permanent(self) -> str | None:
        """The address to remember: every hop permanent, no step down to http, nothing secret in it."""
        if len(self._seen) < 2 or not self._only_permanent or self._downgraded or has_secrets(self._seen[-1]):
            return None
        return self._seen[-1]


def follow(way: Way, base: Target, status: int, location: str | None) -> Target:
    """The next hop. What the asked address holds in secrets goes to no other party, even if the server says so."""
    if not location:
        raise FetchError(Failure.REDIRECT, "a redirect that does not say where to", status)
    try:
        # The header is latin-1 text here; servers that do not encode it mostly mean UTF-8.
        text = location.encode("latin-1").decode("utf-8", "replace")
        target = join(base, text)
    except RefusedAddressError as error:
        raise FetchError(Failure.REDIRECT, f"redirected to where newswatch does not go: {error}", status) from None
    if not same_party(base, target):
        target = replace(target, url=without(target.url, secrets_of(way.asked)))
    way.step(status, base, target)
    return target
