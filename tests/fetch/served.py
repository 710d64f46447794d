"""A loopback server that says exactly the bytes it is told to, as slowly and as brokenly as it is told to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

Script = Callable[["Request", asyncio.StreamWriter], Awaitable[None]]
FEED = (
    b'<?xml version="1.0"?><rss version="2.0"><channel><title>T</title>'
    b"<item><title>One</title><guid>1</guid></item></channel></rss>"
)


@dataclass(frozen=True)
class Request:
    """One request as it arrived."""

    path: str
    headers: dict[str, bytes]
    raw: bytes


@dataclass
class Server:
    """Where the server listens, what it was asked, and how many requests were open at once at most."""

    port: int
    host: str = "127.0.0.1"
    requests: list[Request] = field(default_factory=list)
    starts: list[float] = field(default_factory=list)
    open: int = 0
    most: int = 0

    @property
    def base(self) -> str:
        return f"http://{self.host}:{self.port}"

    @property
    def pair(self) -> tuple[str, int]:
        return self.host, self.port

    def asked(self, path: str) -> list[Request]:
        return [request for request in self.requests if request.path == path]


def reply(status: str = "200 OK", headers: dict[str, str] | None = None, body: bytes = FEED) -> bytes:
    """A well-formed answer with Content-Length unless ``headers`` has one."""
    lines = {"Content-Length": str(len(body)), **(headers or {})}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items() if value != "-")
    return f"HTTP/1.1 {status}\r\n{head}\r\n".encode("latin-1") + body


def chunked(*pieces: bytes, end: bool = True) -> bytes:
    body = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces)
    return body + (b"0\r\n\r\n" if end else b"")


def says(data: bytes) -> Script:
    async def script(_: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        await writer.drain()

    return script


def drips(data: bytes, *, every: float, head: int = 0) -> Script:
    async def script(_: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(data[:head])
        for byte in data[head:]:
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(every)

    return script


def hangs(data: bytes = b"", seconds: float = 30.0) -> Script:
    async def script(_: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        await writer.drain()
        await asyncio.sleep(seconds)

    return script


@asynccontextmanager
async def serving(scripts: dict[str, Script], host: str = "127.0.0.1") -> AsyncIterator[Server]:
    """Serve ``scripts`` by path (``*`` for all others; 404 without one)."""
    server = Server(0, host)
    tasks: set[asyncio.Task[None]] = set()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        try:
            await _one(server, scripts, reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            tasks.discard(task)
            writer.close()

    listener = await asyncio.start_server(handle, host, 0)
    server.port = listener.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listener.close()
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await listener.wait_closed()


async def _one(
    server: Server, scripts: dict[str, Script], reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    raw = await reader.readuntil(b"\r\n\r\n")
    first, *lines = raw.split(b"\r\n")
    headers = {
        name.decode("latin-1").lower(): value.strip(b" ")
        for name, _, value in (line.partition(b":") for line in lines if line)
    }
    request = Request(first.split(b" ")[1].decode("latin-1"), headers, raw)
    server.requests.append(request)
    server.starts.append(asyncio.get_running_loop().time())
    server.open += 1
    server.most = max(server.most, server.open)
    try:
        path = request.path.partition("?")[0]
        script = scripts.get(request.path) or scripts.get(path) or scripts.get("*")
        await (script or says(reply("404 Not Found", body=b"nothing here")))(request, writer)
    finally:
        server.open -= 1
