"""One feed, one request (and its redirects): everything a server can do wrong becomes a value."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime
from http import HTTPStatus

import aiohttp
from yarl import URL

from newswatch.fetch import redirects
from newswatch.fetch.address import Pair, RefusedAddressError, Target, check, read
from newswatch.fetch.failures import FetchError, translated
from newswatch.fetch.gates import Gates
from newswatch.fetch.headers import Headers, hub, max_age, retry_after
from newswatch.fetch.resolver import CheckedResolver
from newswatch.fetch.unpack import BadEncodingError, TooLargeError, unpack
from newswatch.fetch.wire import ExactRequest, exact
from newswatch.model.address import redact
from newswatch.model.feed import Answer, Ask, Failure
from newswatch.model.fetch import FetchSettings

ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml;q=0.9, "
    "application/xml;q=0.8, text/xml;q=0.8, application/json;q=0.7, text/html;q=0.5, */*;q=0.1"
)
MAX_FIELD = 64 * 1024
GOOD = frozenset({200, 203, 226})


@dataclass(frozen=True, slots=True)
class _Received:
    """One HTTP answer: the body as it came over the wire, and whether it ended early."""

    status: int
    headers: Headers
    body: bytes = b""
    cut: bool = False


class Budget:
    """The time left for one feed; waiting for a turn costs nothing."""

    def __init__(self, seconds: float) -> None:
        self.left = seconds

    def limit(self) -> asyncio.Timeout:
        """Cancels what is inside with TimeoutError when the time is used up."""
        return asyncio.timeout(max(self.left, 0.0))


class Client:
    """Asks for feeds; use as an async context manager. ``now`` reads dates in Retry-After and Expires."""

    def __init__(self, settings: FetchSettings, allow: frozenset[Pair], now: datetime | None) -> None:
        self._settings = settings
        self._allow = allow
        self._now = now
        self._gates = Gates(settings)
        self._places = asyncio.Semaphore(settings.concurrency)
        self._large = asyncio.Semaphore(settings.large)

    async def __aenter__(self) -> Client:
        limits = self._settings
        connector = aiohttp.TCPConnector(
            resolver=CheckedResolver(self._allow), use_dns_cache=False, limit=0, force_close=True
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            request_class=ExactRequest,
            auto_decompress=False,
            trust_env=False,
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=limits.connect, sock_read=limits.read),
            max_line_size=MAX_FIELD,
            max_field_size=MAX_FIELD,
            headers={"User-Agent": limits.user_agent, "Accept": ACCEPT, "Accept-Encoding": "gzip, deflate, br, zstd"},
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()

    async def fetch(self, ask: Ask, held: ExitStack) -> Answer:
        """The answer to ``ask``; ``held`` keeps its place in memory until the answer has been used."""
        start = asyncio.get_running_loop().time()
        way = redirects.Way(ask.url, self._settings.max_redirects)
        try:
            answer = await self._asked(ask, way, held)
        except FetchError as error:
            behind = way.hops > 1 and error.failure is not Failure.REDIRECT
            sentence = f"after a redirect, {error.sentence}" if behind else error.sentence
            answer = Answer(ask.feed, redact(ask.url), way.shown, failure=error.failure, error=sentence)
            if error.status is not None:
                answer = replace(answer, status=error.status)
        elapsed = asyncio.get_running_loop().time() - start
        return replace(answer, elapsed=elapsed, note=way.note, permanent_url=way.permanent, detour=way.detour)

    async def _asked(self, ask: Ask, way: redirects.Way, held: ExitStack) -> Answer:
        budget = Budget(self._settings.deadline)
        try:
            target = read(ask.url)
        except RefusedAddressError as error:
            raise FetchError(Failure.ADDRESS, str(error)) from None
        while True:
            way.at(target)
            received = await self._hop(ask, target, budget, held)
            if received.status not in redirects.STATUSES:
                return self._answer(ask, way, received)
            target = redirects.follow(way, target, received.status, received.headers.get("location"))

    async def _hop(self, ask: Ask, target: Target, budget: Budget, held: ExitStack) -> _Received:
        """One request. A body keeps its place among those in memory until ``held`` is closed."""
        gate = self._gates.of(target.pair)
        await gate.enter(self._settings.spacing_allowed if self._is_allowed(target) else self._settings.spacing)
        try:
            await self._places.acquire()
            received = None
            try:
                received = await self._within(ask, target, budget, held)
            finally:
                if received is not None and received.body:
                    held.callback(self._places.release)
                else:
                    self._places.release()
            return received
        finally:
            gate.leave()

    async def _within(self, ask: Ask, target: Target, budget: Budget, held: ExitStack) -> _Received:
        """One request within the time that is left."""
        loop = asyncio.get_running_loop()
        start = loop.time()
        try:
            if target.address is not None:
                check(target, target.address, self._allow)
            async with budget.limit() as limit:
                return await self._request(ask, target, limit, held)
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise translated(error, self._settings) from None
        finally:
            budget.left -= loop.time() - start

    def _is_allowed(self, target: Target) -> bool:
        return target.pair in self._allow or (str(target.address), target.port) in self._allow

    async def _request(self, ask: Ask, target: Target, limit: asyncio.Timeout, held: ExitStack) -> _Received:
        headers = {}
        if ask.etag is not None:
            headers["If-None-Match"] = exact(ask.etag)
        if ask.last_modified is not None:
            headers["If-Modified-Since"] = exact(ask.last_modified)
        if target.user is not None or target.password is not None:
            pair = aiohttp.encode_basic_auth(target.user or "", target.password or "", encoding="utf-8")
            headers["Authorization"] = pair
        url = URL(target.url, encoded=True)
        async with self._session.get(url, headers=headers, allow_redirects=False) as response:
            found = Headers(response.raw_headers)
            if response.status not in GOOD:
                return _Received(response.status, found)
            body, cut = await self._body(response, limit, held)
            return _Received(response.status, found, body, cut)

    async def _body(
        self, response: aiohttp.ClientResponse, limit: asyncio.Timeout, held: ExitStack
    ) -> tuple[bytes, bool]:
        """The raw body and whether it ended early; beyond ``large_size`` it first waits for its turn."""
        most = self._settings.max_raw
        if (response.content_length or 0) > most:
            raise _too_large(most, response.status)
        pieces: list[bytes] = []
        size, large = 0, False
        try:
            async for piece in response.content.iter_any():
                pieces.append(piece)
                size += len(piece)
                if size > most:
                    raise _too_large(most, response.status)
                if size > self._settings.large_size and not large:
                    large = True
                    await self._wait_for_room(limit, held)
        except (aiohttp.ClientPayloadError, aiohttp.ClientConnectionError, ConnectionError) as error:
            if isinstance(error, TimeoutError):
                raise
            # What arrived before the connection ended still lies in the reader, which only gives the error by now.
            pieces.append(response.content._read_nowait(-1))
            body = b"".join(pieces)
            if not body:
                raise FetchError(Failure.CUT_SHORT, "the connection ended before the body began") from None
            return body, True
        return b"".join(pieces), False

    async def _wait_for_room(self, limit: asyncio.Timeout, held: ExitStack) -> None:
        """Wait until there is room for a large body; the deadline stands still meanwhile."""
        loop = asyncio.get_running_loop()
        end = limit.when()
        start = loop.time()
        limit.reschedule(None)
        await self._large.acquire()
        held.callback(self._large.release)
        limit.reschedule(None if end is None else end + loop.time() - start)

    def _answer(self, ask: Ask, way: redirects.Way, received: _Received) -> Answer:
        headers, status = received.headers, received.status
        asked = ask.etag is not None or ask.last_modified is not None
        answer = Answer(
            feed=ask.feed,
            url=redact(ask.url),
            final_url=way.shown,
            status=status,
            content_type=headers.get("content-type"),
            etag=headers.validator("etag"),
            last_modified=headers.validator("last-modified"),
            retry_after=retry_after(headers, self._now),
            max_age=max_age(headers, self._now),
            hub=hub(headers),
            not_modified=status == HTTPStatus.NOT_MODIFIED and asked,
        )
        if status == HTTPStatus.NOT_MODIFIED:
            if asked:
                return answer
            return _failed(answer, Failure.UNASKED_304, "the server answered 304 Not Modified without being asked")
        if status not in GOOD:
            return _refused(answer, status)
        return self._unpacked(answer, received)

    def _unpacked(self, answer: Answer, received: _Received) -> Answer:
        most = self._settings.max_unpacked
        try:
            body, short = unpack(received.body, received.headers.get("content-encoding") or "", most)
        except TooLargeError:
            return _failed(answer, Failure.TOO_LARGE, f"the unpacked body is larger than {most // 1024} KiB")
        except BadEncodingError as error:
            if received.cut:
                return _failed(answer, Failure.CUT_SHORT, "the connection ended before the packed body did")
            return _failed(answer, Failure.ENCODING, str(error))
        if received.cut or short:
            what = "the connection ended before the body did" if received.cut else "the packed body ends early"
            return replace(answer, body=body, cut=True, failure=Failure.CUT_SHORT, error=what)
        return replace(answer, body=body)


def _refused(answer: Answer, status: int) -> Answer:
    limited = status == HTTPStatus.TOO_MANY_REQUESTS
    try:
        phrase = f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        phrase = str(status)
    return _failed(answer, Failure.RATE_LIMITED if limited else Failure.HTTP, f"the server answered {phrase}")


def _failed(answer: Answer, failure: Failure, error: str) -> Answer:
    return replace(answer, failure=failure, error=error)


def _too_large(most: int, status: int) -> FetchError:
    return FetchError(Failure.TOO_LARGE, f"the body is larger than {most // 1024} KiB", status)
