"""Manners towards one host: at most so many requests at a time, and a pause between their starts."""

from __future__ import annotations

import asyncio
from collections import defaultdict

from newswatch.fetch.address import Pair
from newswatch.model.fetch import FetchSettings


class Gate:
    """The gate of one host and port."""

    def __init__(self, places: int) -> None:
        self._places = asyncio.Semaphore(places)
        self._turn = asyncio.Lock()
        self._next = 0.0

    async def enter(self, spacing: float) -> None:
        """Wait for a place and for the pause after the start before, told from when that really was."""
        loop = asyncio.get_running_loop()
        await self._places.acquire()
        try:
            async with self._turn:
                if (wait := self._next - loop.time()) > 0:
                    await asyncio.sleep(wait)
                self._next = loop.time() + spacing
        except BaseException:
            self.leave()
            raise

    def leave(self) -> None:
        """Give the place to the next."""
        self._places.release()


class Gates:
    """One gate per host and port."""

    def __init__(self, settings: FetchSettings) -> None:
        self._gates: defaultdict[Pair, Gate] = defaultdict(lambda: Gate(settings.per_host))

    def of(self, pair: Pair) -> Gate:
        """The gate of ``pair``."""
        return self._gates[pair]
