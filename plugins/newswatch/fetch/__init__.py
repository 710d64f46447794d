"""Asks for feeds, politely and safely: the one place of newswatch that talks to servers of others.

``fetch_all`` turns asks into answers. A failure is a value; nothing is remembered between calls.
"""

from __future__ import annotations

import asyncio
import platform
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import ExitStack
from datetime import datetime

from newswatch.fetch.address import Pair, RefusedAddressError, read
from newswatch.fetch.client import Client
from newswatch.model.feed import Answer, Ask
from newswatch.model.fetch import FetchSettings

__all__ = ["fetch_all", "host", "settings_from"]


async def fetch_all(
    asks: Sequence[Ask],
    *,
    settings: FetchSettings,
    allow: frozenset[Pair] = frozenset(),
    now: datetime | None = None,
) -> AsyncIterator[Answer]:
    """The answers to ``asks``, each as soon as it is there.

    ``allow`` names pairs of host and port that may be asked though they are not public. ``now`` is the clock by
    which dates in Retry-After and Expires are read when the server's own says nothing. Bodies stay in memory until
    the next answer is asked for, and bounded in number, so a slow consumer slows the fetching.
    """
    ready: asyncio.Queue[tuple[Answer, ExitStack] | None] = asyncio.Queue()
    async with Client(settings, allow, now) as client:

        async def one(ask: Ask) -> None:
            held = ExitStack()
            try:
                answer = await client.fetch(ask, held)
            except BaseException:
                held.close()
                ready.put_nowait(None)
                raise
            ready.put_nowait((answer, held))

        tasks = [asyncio.create_task(one(ask)) for ask in asks]
        try:
            for _ in asks:
                found = await ready.get()
                if found is None:
                    # A programming error, not a bad feed: it must not look like a feed that was never answered.
                    await asyncio.gather(*tasks)
                    raise AssertionError("a task ended without an answer")
                try:
                    yield found[0]
                finally:
                    found[1].close()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            while not ready.empty():
                left = ready.get_nowait()
                if left is not None:
                    left[1].close()


def host(url: str) -> Pair | None:
    """Host and port towards which manners are kept when ``url`` is asked; None for what cannot be asked."""
    try:
        return read(url).pair
    except RefusedAddressError:
        return None


def settings_from(environment: Mapping[str, str], version: str) -> FetchSettings:
    """The settings of this machine: ``NEWSWATCH_CONTACT`` (an address or a page) is told to every server."""
    contact = environment.get("NEWSWATCH_CONTACT") or f"postmaster@{platform.node() or 'localhost'}"
    return FetchSettings(contact=contact, version=version)
