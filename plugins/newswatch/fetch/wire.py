"""Two things that aiohttp leaves undone: header values that are not UTF-8, and bodies longer than they say."""

from __future__ import annotations

import re
import secrets
from asyncio import WriteTransport
from collections.abc import Callable, Iterable
from typing import Any

from aiohttp import ClientRequest, ClientResponse
from aiohttp.connector import Connection

MAX_HEAD = 256 * 1024
_MARK = secrets.token_hex(8)
_MARKED = re.compile(rf"{_MARK}\.([0-9a-f]*)\.".encode())
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*([0-9]{1,15})[ \t]*\r\n", re.IGNORECASE)


def exact(value: str) -> str:
    """A header value for ``ExactRequest``: latin-1 text that arrives as those very bytes."""
    return value if value.isascii() else f"{_MARK}.{value.encode('latin-1').hex()}."


class ExactRequest(ClientRequest):
    """A request that can send header values which are not UTF-8.

    aiohttp writes headers as UTF-8, so bytes such as a lone 0xE9 in an ETag would not come back as they were given;
    they travel in hexadecimal behind a mark that nobody outside this process knows, and are put back on the wire.
    """

    async def send(self, conn: Connection) -> ClientResponse:
        """Send the request on ``conn``, which is closed after it."""
        if conn.protocol is not None and any(_MARK in value for value in self.headers.values()):
            conn.protocol.transport = _ExactTransport(conn.protocol.transport)  # type: ignore[assignment]
        if conn.protocol is not None:
            conn.protocol.data_received = Trimmed(conn.protocol.data_received)  # type: ignore[method-assign]
        return await super().send(conn)


class _ExactTransport:
    """A transport that puts marked values back; everything else is the transport beneath."""

    def __init__(self, transport: Any) -> None:
        self._transport: WriteTransport = transport

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self._transport.write(_MARKED.sub(lambda match: bytes.fromhex(match[1].decode()), bytes(data)))

    def writelines(self, data: Iterable[bytes | bytearray | memoryview]) -> None:
        self.write(b"".join(data))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


class Trimmed:
    """Feeds a parser no more of a body than its Content-Length says.

    Servers that count characters instead of bytes send more; aiohttp takes the rest for another answer and drops
    both. What was announced is kept, and if the document then ends early, parsing says so.
    """

    def __init__(self, feed: Callable[[bytes], None]) -> None:
        self._feed = feed
        self._head = b""
        self._left: int | None = None
        self._reading_head = True

    def __call__(self, data: bytes) -> None:
        """Take what arrived on the connection."""
        if self._reading_head:
            before = len(self._head)
            self._head += data
            end = self._head.find(b"\r\n\r\n")
            if end < 0 and len(self._head) < MAX_HEAD:
                self._feed(data)
                return
            self._reading_head = False
            found = _LENGTH.search(self._head, 0, end + 4) if end >= 0 else None
            if found and b"transfer-encoding" not in self._head[:end].lower():
                self._left = end + 4 - before + int(found[1])
            self._head = b""
        if self._left is None:
            self._feed(data)
        elif self._left > 0:
            self._feed(data[: self._left])
            self._left -= len(data)
