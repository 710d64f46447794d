"""The gate of one host."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from newswatch.fetch.gates import Gate


async def test_one_that_gives_up_while_it_waits_leaves_its_place() -> None:
    gate = Gate(1)
    await gate.enter(0.2)
    gate.leave()
    waiting = asyncio.create_task(gate.enter(0.0))
    await asyncio.sleep(0.01)
    waiting.cancel()
    with suppress(asyncio.CancelledError):
        await waiting
    async with asyncio.timeout(5):
        await gate.enter(0.0)
