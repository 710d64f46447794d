"""Names → addresses that may be asked: the connection goes to an address that was checked, not to a second lookup."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from concurrent.futures import ThreadPoolExecutor

from aiohttp.abc import AbstractResolver, ResolveResult

from newswatch.fetch.address import Pair, RefusedAddressError, Target, check

THREADS = 16


class CheckedResolver(AbstractResolver):
    """Resolves for aiohttp's connector. Raises RefusedAddressError when no address of the name may be asked."""

    def __init__(self, allow: frozenset[Pair]) -> None:
        self._allow = allow
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="resolve")

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Addresses of ``host`` that may be asked, in the order of the system."""
        found = await self._lookup(host, port, family)
        target = Target(url="", scheme="", host=host.rstrip(".").lower(), port=port, address=None)
        kept: list[ResolveResult] = []
        refused: RefusedAddressError | None = None
        for kind, address in found:
            try:
                check(target, ipaddress.ip_address(address), self._allow)
            except RefusedAddressError as error:
                refused = error
                continue
            kept.append(
                ResolveResult(hostname=host, host=address, port=port, family=kind, proto=0, flags=socket.AI_NUMERICHOST)
            )
        if not kept:
            raise refused or OSError("the name has no address")
        return kept

    async def _lookup(self, host: str, port: int, family: int) -> list[tuple[int, str]]:
        if host == "localhost" or host.endswith(".localhost"):
            return [(socket.AF_INET, "127.0.0.1")]
        loop = asyncio.get_running_loop()
        rows = await loop.run_in_executor(self._threads, _addresses, host, port, family)
        return [row for row in rows if "%" not in row[1]]

    async def close(self) -> None:
        """Let the threads go; lookups under way end by themselves."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def _addresses(host: str, port: int, family: int) -> list[tuple[int, str]]:
    rows = socket.getaddrinfo(host, port, family=family, type=socket.SOCK_STREAM)
    return [(int(row[0]), str(row[4][0])) for row in rows]
