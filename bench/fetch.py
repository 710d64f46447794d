"""What fetching costs: a thousand feeds on a thousand hosts that answer 304, bodies, and bombs.

``python bench/fetch.py`` prints tables in Markdown. The server is another process on the same cores: 127.x.y.z are a
thousand hosts that need no network.
"""

from __future__ import annotations

import asyncio
import gzip
import multiprocessing
import resource
import socket
import sys
import time
import zlib
from multiprocessing.connection import Connection
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "plugins"))

import brotli
import zstandard

from newswatch.fetch import fetch_all
from newswatch.fetch.unpack import TooLargeError, unpack
from newswatch.model.feed import Answer, Ask
from newswatch.model.fetch import FetchSettings

HOSTS, ROUNDS = 1000, 5
MIB = 1024 * 1024
NOT_MODIFIED = b'HTTP/1.1 304 Not Modified\r\nETag: "1"\r\nContent-Length: 0\r\n\r\n'
BODY = b"<rss version='2.0'><channel><title>T</title>" + b"<item><title>One</title></item>" * 1700 + b"</channel></rss>"
GOOD = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n"
PACKED = gzip.compress(BODY)


class Answering(asyncio.Protocol):
    """The least that a server can do: 304 to a condition, else a feed of 55 KB, gzipped."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        assert isinstance(self.transport, asyncio.Transport)
        self.transport.write(NOT_MODIFIED if b"If-None-Match" in data else GOOD % len(PACKED) + PACKED)
        self.transport.close()


def serve(tell: Connection) -> None:
    """Answer until killed; tell the port."""

    async def run() -> None:
        listener = socket.create_server(("0.0.0.0", 0), backlog=4096)
        server = await asyncio.get_running_loop().create_server(Answering, sock=listener)
        tell.send(listener.getsockname()[1])
        await server.serve_forever()

    asyncio.run(run())


async def fetched(asks: list[Ask], allow: frozenset[tuple[str, int]]) -> list[Answer]:
    """The answers that failed; bodies are let go, as a poll does."""
    return [answer async for answer in fetch_all(asks, settings=FetchSettings(), allow=allow) if answer.failure]


def measure(name: str, asks: list[Ask], allow: frozenset[tuple[str, int]]) -> None:
    """Print one row: the best round's answers a second and this process's CPU."""
    best, cpu = float("inf"), float("inf")
    for _ in range(ROUNDS):
        start, used = time.perf_counter(), time.process_time()
        failed = asyncio.run(fetched(asks, allow))
        best, cpu = min(best, time.perf_counter() - start), min(cpu, time.process_time() - used)
        assert not failed, failed[0]
    print(f"| {name} | {len(asks) / best:,.0f} | {cpu / len(asks) * 1e6:,.0f} |")


def bombs() -> None:
    """Print what 200 MB of zeros, packed, cost before they are refused."""
    zeros = b"\0" * 200 * MIB
    packed = {
        "gzip": gzip.compress(zeros),
        "deflate": zlib.compress(zeros),
        "br": brotli.compress(zeros, quality=5),
        "zstd": zstandard.ZstdCompressor().compress(zeros),
    }
    del zeros
    print("\n| bomb of 200 MB | packed | refused after, ms |\n|---|---|---|")
    for name, body in packed.items():
        start = time.perf_counter()
        try:
            unpack(body, name, 10 * MIB)
        except TooLargeError:
            print(f"| {name} | {len(body):,} | {(time.perf_counter() - start) * 1000:.1f} |")


def main() -> None:
    here, there = multiprocessing.Pipe()
    server = multiprocessing.Process(target=serve, args=(there,), daemon=True)
    server.start()
    port = here.recv()
    hosts = [f"127.{1 + number // 250}.0.{1 + number % 250}" for number in range(HOSTS)]
    allow = frozenset((host, port) for host in hosts)
    try:
        print("| fetching | answers/s | CPU µs each |\n|---|---|---|")
        asks = [Ask(host, f"http://{host}:{port}/feed", '"1"', "Mon, 02 Mar 2026 10:00:00 GMT") for host in hosts]
        measure("304, 1,000 hosts", asks, allow)
        measure("200, 55 KB gzipped, 1,000 hosts", [Ask(ask.feed, ask.url) for ask in asks], allow)
    finally:
        server.terminate()
        server.join()
    print(f"\nPeak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB.")
    bombs()


if __name__ == "__main__":
    main()
