"""Everything that a server can do, against a real one on loopback."""

from __future__ import annotations

import asyncio
import tracemalloc
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from newswatch.fetch import fetch_all, settings_from
from newswatch.model.feed import Answer, Ask, Failure
from newswatch.model.fetch import FetchSettings
from tests.fetch.cases import CASES
from tests.fetch.served import FEED, Server, hangs, reply, says, serving

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
MIB = 1024 * 1024
QUICK = FetchSettings(
    deadline=1.5, connect=1.0, read=1.0, max_raw=2 * MIB, max_unpacked=4 * MIB, spacing_allowed=0.0, contact="a@b.org"
)


async def answers(asks: Sequence[Ask], *servers: Server, settings: FetchSettings = QUICK) -> dict[str, Answer]:
    allow = frozenset(server.pair for server in servers)
    return {answer.feed: answer async for answer in fetch_all(asks, settings=settings, allow=allow, now=NOW)}


async def answer(url: str, *servers: Server, settings: FetchSettings = QUICK, **ask: str) -> Answer:
    return (await answers([Ask("feed", url, **ask)], *servers, settings=settings))["feed"]


@pytest.mark.parametrize("name", CASES)
async def test_served(name: str) -> None:
    scripts, expected = CASES[name]
    async with serving(scripts) as server:
        found = await answer(server.base + "/", server)
        checks: dict[str, Any] = dict(expected)
        checks.pop("any", None)
        assert found.elapsed < checks.pop("within", 3.0)
        assert len(server.requests) == checks.pop("requests", len(server.requests))
        if "permanent" in checks:
            path = checks.pop("permanent")
            assert found.permanent_url == (path and server.base + path)
        if "final" in checks:
            assert found.final_url == server.base + checks.pop("final")
        assert {key: getattr(found, key) for key in checks} == checks
        assert (found.failure is None) == (found.error is None)
        assert found.error is None or "\n" not in found.error


async def test_validators_travel_byte_for_byte() -> None:
    odd = [b'"plain"', b'W/"weak"', b'"caf\xe9 \xff\x80"', '"zażółć 한국"'.encode(), b'unquoted "', b"'x;,=\\'"]
    for value in odd:
        head = b"HTTP/1.1 200 OK\r\nETag: %s\r\nLast-Modified: %s\r\nContent-Length: 4\r\n\r\n<a/>" % (value, value)
        async with serving({"/": says(head)}) as server:
            first = await answer(server.base, server)
            assert first.etag is not None
            assert first.last_modified is not None
            await answer(server.base, server, etag=first.etag, last_modified=first.last_modified)
            sent = server.requests[1].headers
            assert (sent["if-none-match"], sent["if-modified-since"]) == (value, value)
            assert "if-none-match" not in server.requests[0].headers


async def test_304_asked_for() -> None:
    async with serving({"/": says(b'HTTP/1.1 304 Not Modified\r\nETag: "2"\r\n\r\n')}) as server:
        found = await answer(server.base, server, etag='"1"')
        assert (found.not_modified, found.failure, found.etag, found.body) == (True, None, '"2"', None)


async def test_a_validator_beyond_reason_is_forgotten() -> None:
    async with serving({"/": says(reply(headers={"ETag": '"' + "x" * 9000 + '"'}))}) as server:
        assert (await answer(server.base, server)).etag is None


async def test_what_a_request_says() -> None:
    async with serving({"/": says(reply(headers={"Set-Cookie": "a=b"}))}) as server:
        await answers([Ask("1", server.base), Ask("2", server.base)], server)
        for request in server.requests:
            assert request.headers["user-agent"] == b"newswatch/0 (news monitor; contact: a@b.org)"
            assert request.headers["accept-encoding"] == b"gzip, deflate, br, zstd"
            assert not {"cookie", "referer", "authorization"} & request.headers.keys()


def test_the_contact_comes_from_the_environment() -> None:
    assert "me@x.org" in settings_from({"NEWSWATCH_CONTACT": "me@x.org\r\nX: y"}, "1.0").user_agent
    assert "\n" not in settings_from({"NEWSWATCH_CONTACT": "me@x.org\r\nX: y"}, "1.0").user_agent
    assert "postmaster@" in settings_from({}, "1.0").user_agent


async def test_proxies_of_the_environment_are_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    async with serving({"/": says(reply())}) as server:
        assert (await answer(server.base, server)).body == FEED


async def test_credentials_go_to_their_own_host_only() -> None:
    async with serving({"/": says(reply())}) as other:
        scripts = {
            "/a": says(reply("302 Found", {"Location": "/b"}, b"")),
            "/b": says(reply("302 Found", {"Location": f"{other.base}/?api_key=S3CRET&x=1&u=hunter2"}, b"")),
        }
        async with serving(scripts) as server:
            url = server.base.replace("://", "://user:hunter2@") + "/a?api_key=S3CRET"
            found = await answer(url, server, other)
            assert found.body == FEED
            assert [request.headers.get("authorization") for request in server.requests] == [
                b"Basic dXNlcjpodW50ZXIy"
            ] * 2
            assert other.requests[0].headers.get("authorization") is None
            assert b"S3CRET" not in other.requests[0].raw
            assert b"hunter2" not in other.requests[0].raw
            assert other.requests[0].path == "/?x=1"
            assert "hunter2" not in repr(found)
            assert "S3CRET" not in repr(found)


@pytest.mark.parametrize("status", ["200 OK", "401 Unauthorized", "302 Found"])
async def test_secrets_are_in_no_answer(status: str) -> None:
    async with serving({"*": says(reply(status))}) as server:
        url = server.base.replace("://", "://user:hunter2@") + "/?token=S3CRET"
        found = await answer(url, server)
        assert "hunter2" not in repr(found)
        assert "S3CRET" not in repr(found)
    found = await answer(url)
    assert "hunter2" not in repr(found)
    assert "S3CRET" not in repr(found)


async def test_a_permanent_redirect_with_a_key_is_not_remembered() -> None:
    scripts = {"/": says(reply("301 Moved", {"Location": "/b?token=x"}, b"")), "/b": says(reply())}
    async with serving(scripts) as server:
        found = await answer(server.base, server)
        assert (found.body, found.permanent_url) == (FEED, None)


async def test_addresses_that_are_not_allowed_are_not_connected_to() -> None:
    async with serving({"*": says(reply())}) as server:
        for host in ("127.0.0.1", "2130706433", "localhost", "[::ffff:127.0.0.1]", "0x7f.1", "127.1"):
            found = await answer(f"http://{host}:{server.port}/")
            assert found.failure is Failure.ADDRESS, host
        assert server.requests == []


async def test_connection_refused_and_unknown_names() -> None:
    async with serving({}) as server:
        pass
    assert (await answer(server.base, server)).failure is Failure.CONNECT
    assert (await answer("http://no-such-host.invalid/")).failure is Failure.DNS


async def test_tls_that_is_none() -> None:
    def plain(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(reply("400 Bad Request"))
        writer.close()

    listener = await asyncio.start_server(plain, "127.0.0.1", 0)
    server = Server(listener.sockets[0].getsockname()[1])
    found = await answer(server.base.replace("http:", "https:"), server)
    listener.close()
    assert found.failure is Failure.TLS


async def test_two_at_a_time_per_host_and_spaced() -> None:
    async with serving({"*": hangs(reply(headers={"Content-Length": "-"}), 0.1)}) as server:
        asks = [Ask(str(number), f"{server.base}/{number}") for number in range(7)]
        found = await answers(asks, server, settings=replace(QUICK, spacing_allowed=0.04))
        assert all(one.body == FEED for one in found.values())
        assert server.most == 2
        gaps = [after - before for before, after in zip(server.starts, server.starts[1:], strict=False)]
        assert min(gaps) > 0.03


async def test_one_bad_host_does_not_stop_another() -> None:
    async with serving({"*": hangs()}) as bad, serving({"*": says(reply())}) as good:
        asks = [Ask(f"bad{number}", f"{bad.base}/{number}") for number in range(4)]
        times = {}
        loop = asyncio.get_running_loop()
        start = loop.time()
        every = [*asks, Ask("good", good.base)]
        async for one in fetch_all(every, settings=QUICK, allow=frozenset({bad.pair, good.pair})):
            times[one.feed] = loop.time() - start
        assert times["good"] < QUICK.read
        assert len(times) == 5


async def test_large_bodies_are_held_in_memory_few_at_a_time() -> None:
    async with serving({"*": says(reply(body=FEED + b" " * 2 * (MIB - 1000)))}) as server:
        settings = replace(QUICK, large=1, per_host=30, deadline=60.0, read=60.0, connect=60.0)
        asks = [Ask(str(number), f"{server.base}/{number}") for number in range(24)]
        tracemalloc.start()
        count = 0
        async for one in fetch_all(asks, settings=settings, allow=frozenset({server.pair})):
            assert one.body is not None
            count += 1
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert count == 24
        assert peak < 40 * MIB


async def test_leaving_early_leaves_nothing_behind() -> None:
    async with serving({"/quick": says(reply()), "/slow": hangs()}) as server:
        asks = [Ask("quick", f"{server.base}/quick"), Ask("slow", f"{server.base}/slow")]
        fetching = fetch_all(asks, settings=QUICK, allow=frozenset({server.pair}))
        async for one in fetching:
            assert one.feed == "quick"
            break
        await fetching.aclose()  # type: ignore[attr-defined]
        assert len(asyncio.all_tasks()) <= 3
