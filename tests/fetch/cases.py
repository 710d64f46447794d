"""Served behaviours: what the server says, and what becomes of it.

Each case is ``name: (scripts by path, expectation)``; ``/`` is asked unless the expectation names another path.
"""

from __future__ import annotations

import gzip
import zlib
from typing import Any

import brotli
import zstandard

from tests.fetch.served import FEED, Script, chunked, drips, hangs, reply, says

Case = tuple[dict[str, Script], dict[str, Any]]
MIB = 1024 * 1024


def packed(encoding: str, body: bytes, **headers: str) -> Script:
    return says(reply(headers={"Content-Encoding": encoding, **headers}, body=body))


def moved(status: int, to: str, extra: dict[str, str] | None = None) -> Script:
    return says(reply(f"{status} Moved", {"Location": to, **(extra or {})}, b""))


def raw_deflate(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(body) + packer.flush()


def zeros_zstd(size: int) -> bytes:
    return zstandard.ZstdCompressor(level=19).compress(b"\0" * size)


def chain(count: int) -> dict[str, Script]:
    return {("/" if n == 0 else f"/{n}"): moved(302, f"/{n + 1}") for n in range(count)} | {f"/{count}": says(reply())}


OK = {"status": 200, "body": FEED, "failure": None, "error": None}
HEADLESS = b"HTTP/1.1 200 OK\r\n\r\n"
STREAM = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"

CASES: dict[str, Case] = {
    "plain": ({"/": says(reply())}, OK),
    "no content type": ({"/": says(reply(headers={"Content-Type": "-"}))}, OK),
    "body until close": ({"/": says(HEADLESS + FEED)}, OK),
    "http 1.0": ({"/": says(b"HTTP/1.0 200 OK\r\n\r\n" + FEED)}, OK),
    "bare line feeds": ({"/": says(b"HTTP/1.1 200 OK\nContent-Length: %d\n\n" % len(FEED) + FEED)}, {"any": True}),
    "chunked": ({"/": says(STREAM + chunked(FEED[:20], FEED[20:]))}, OK),
    "longer than its length": ({"/": says(reply() + b"more")}, OK),
    "longer than its length, in two pieces": ({"/": drips(reply() + b"more", every=0.0, head=80)}, OK),
    "length counted in characters": (
        {"/": says(reply(headers={"Content-Length": str(len(FEED) - 9)}))},
        {"body": FEED[:-9], "failure": None},
    ),
    "empty body": ({"/": says(reply(body=b""))}, {"status": 200, "body": b"", "failure": None}),
    "long header": ({"/": says(reply(headers={"X-Policy": "x" * 20_000}))}, OK),
    "header beyond reason": ({"/": says(reply(headers={"X-Policy": "x" * 200_000}))}, {"failure": "http"}),
    "odd status phrase": ({"/": says(reply("200 \xe9\xff"))}, OK),
    # packing
    "gzip": ({"/": packed("gzip", gzip.compress(FEED))}, OK),
    "x-gzip": ({"/": packed("x-gzip", gzip.compress(FEED))}, OK),
    "deflate, zlib": ({"/": packed("deflate", zlib.compress(FEED))}, OK),
    "deflate, raw": ({"/": packed("deflate", raw_deflate(FEED))}, OK),
    "brotli": ({"/": packed("br", brotli.compress(FEED))}, OK),
    "zstd": ({"/": packed("zstd", zstandard.ZstdCompressor().compress(FEED))}, OK),
    "packed twice": ({"/": packed("gzip, br", brotli.compress(gzip.compress(FEED)))}, OK),
    "packed five times": ({"/": packed("br, br, br, br, br", FEED[1:])}, {"failure": "encoding"}),
    "gzip members": ({"/": packed("gzip", gzip.compress(FEED[:9]) + gzip.compress(FEED[9:]))}, OK),
    "gzip and rubbish": ({"/": packed("gzip", gzip.compress(FEED) + b"rubbish")}, OK),
    "gzip unlabelled": ({"/": says(reply(body=gzip.compress(FEED)))}, OK),
    "label says gzip, body is text": ({"/": packed("gzip", FEED)}, OK),
    "label says br, body is text": ({"/": packed("br", FEED)}, OK),
    "label is a charset": ({"/": packed("utf-8", FEED)}, OK),
    "identity": ({"/": packed("identity", FEED)}, OK),
    "unknown packing": ({"/": packed("compress", b"\x1f\x9d\x90abc")}, {"failure": "encoding"}),
    "broken gzip": ({"/": packed("gzip", b"\x1f\x8b\x08rubbish that is none")}, {"failure": "encoding"}),
    "broken zstd": ({"/": packed("zstd", b"not zstd at all")}, {"failure": "encoding"}),
    "broken brotli": ({"/": packed("br", b"\xff\xff\xff not brotli")}, {"failure": "encoding"}),
    "gzip cut": ({"/": packed("gzip", gzip.compress(FEED * 50)[:-30])}, {"failure": "cut-short", "cut": True}),
    "brotli cut": ({"/": packed("br", brotli.compress(FEED)[:-9])}, {"failure": "cut-short", "cut": True}),
    "zstd cut": (
        {"/": packed("zstd", zstandard.ZstdCompressor().compress(FEED)[:-9])},
        {"failure": "cut-short", "cut": True},
    ),
    "gzip bomb": ({"/": packed("gzip", gzip.compress(b"\0" * 60 * MIB))}, {"failure": "too-large"}),
    "deflate bomb": ({"/": packed("deflate", zlib.compress(b"\0" * 60 * MIB))}, {"failure": "too-large"}),
    "brotli bomb": ({"/": packed("br", brotli.compress(b"\0" * 60 * MIB))}, {"failure": "too-large"}),
    "zstd bomb": ({"/": packed("zstd", zeros_zstd(60 * MIB))}, {"failure": "too-large"}),
    "bomb in a bomb": (
        {"/": packed("gzip, gzip", gzip.compress(gzip.compress(b"\0" * 60 * MIB)))},
        {"failure": "too-large"},
    ),
    # size and time
    "length too large": (
        {"/": hangs(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n", 9)},
        {"failure": "too-large", "within": 1.0},
    ),
    "body too large": ({"/": says(HEADLESS + b"x" * 3 * MIB)}, {"failure": "too-large"}),
    "chunks without end": ({"/": says(STREAM + chunked(*[b"x" * 99_999] * 40, end=False))}, {"failure": "too-large"}),
    "just large enough": ({"/": says(reply(body=FEED + b" " * MIB))}, {"status": 200, "failure": None}),
    "slow drip of the body": ({"/": drips(reply(), every=0.05, head=60)}, {"failure": "timeout", "within": 2.5}),
    "slow drip of the head": ({"/": drips(reply(), every=0.05)}, {"failure": "timeout", "within": 2.5}),
    "silence": ({"/": hangs()}, {"failure": "timeout", "within": 2.5}),
    "silence in the body": ({"/": hangs(reply()[:-20])}, {"failure": "timeout", "within": 2.5}),
    "slow redirects": (
        {f"/{n or ''}": drips(reply("302 Found", {"Location": f"/{n + 1}"}, b""), every=0.005) for n in range(9)},
        {"failure": "timeout", "within": 2.5},
    ),
    # bodies that end early
    "shorter than its length": (
        {"/": says(reply(headers={"Content-Length": str(len(FEED) + 9)}))},
        {"failure": "cut-short", "cut": True, "body": FEED},
    ),
    "chunks that stop": ({"/": says(STREAM + chunked(FEED, end=False))}, {"failure": "cut-short", "cut": True}),
    "a chunk that stops": ({"/": says(STREAM + b"ffff\r\n" + FEED)}, {"failure": "cut-short", "cut": True}),
    "a bad chunk size": ({"/": says(STREAM + chunked(FEED, end=False) + b"zz\r\n")}, {"failure": "http", "body": None}),
    "nothing after the head": (
        {"/": says(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n")},
        {"failure": "cut-short", "body": None},
    ),
    "no answer": ({"/": says(b"")}, {"failure": "connect"}),
    "not http": ({"/": says(b"SSH-2.0-OpenSSH_9.6\r\n")}, {"failure": "http"}),
    "half a head": ({"/": says(b"HTTP/1.1 200 OK\r\nContent-")}, {"any": True}),
    # statuses
    "304 unasked": ({"/": says(b"HTTP/1.1 304 Not Modified\r\n\r\n")}, {"failure": "unasked-304", "status": 304}),
    "204": ({"/": says(b"HTTP/1.1 204 No Content\r\n\r\n")}, {"failure": "http", "status": 204}),
    "206": ({"/": says(reply("206 Partial Content"))}, {"failure": "http", "status": 206}),
    "401": (
        {"/": says(reply("401 Unauthorized"))},
        {"failure": "http", "error": "the server answered 401 Unauthorized"},
    ),
    "404 with a feed": ({"/": says(reply("404 Not Found"))}, {"failure": "http", "body": None}),
    "410": ({"/": says(reply("410 Gone"))}, {"failure": "http", "status": 410, "detour": False}),
    "429": ({"/": says(reply("429 Slow", {"Retry-After": "120"}))}, {"failure": "rate-limited", "retry_after": 120.0}),
    "429 for ever": (
        {"/": says(reply("429 Slow", {"Retry-After": "99999999999999"}))},
        {"failure": "rate-limited", "retry_after": 99999999999999.0},
    ),
    "503": ({"/": says(reply("503 Busy", {"Retry-After": "7"}))}, {"failure": "http", "retry_after": 7.0}),
    "599": ({"/": says(reply("599 <script>"))}, {"failure": "http", "error": "the server answered 599"}),
    "retry after a date": (
        {
            "/": says(
                reply(
                    "503 Busy",
                    {"Retry-After": "Mon, 02 Mar 2026 10:05:00 GMT", "Date": "Mon, 02 Mar 2026 10:00:00 GMT"},
                )
            )
        },
        {"retry_after": 300.0},
    ),
    "retry after a date by our clock": (
        {"/": says(reply("503 Busy", {"Retry-After": "Mon, 02 Mar 2026 11:00:00 GMT"}))},
        {"retry_after": 3600.0},
    ),
    "retry after rubbish": ({"/": says(reply("503 Busy", {"Retry-After": "soon"}))}, {"retry_after": None}),
    "max-age": ({"/": says(reply(headers={"Cache-Control": "public, max-age=900", "Age": "60"}))}, {"max_age": 840.0}),
    "s-maxage is for caches": ({"/": says(reply(headers={"Cache-Control": "s-maxage=900"}))}, {"max_age": None}),
    "no-cache": ({"/": says(reply(headers={"Cache-Control": "no-cache, max-age=900"}))}, {"max_age": None}),
    "expires": ({"/": says(reply(headers={"Expires": "Mon, 02 Mar 2026 10:30:00 GMT"}))}, {"max_age": 1800.0}),
    "expired": ({"/": says(reply(headers={"Expires": "0"}))}, {"max_age": None}),
    # redirects
    "301": ({"/": moved(301, "/b"), "/b": says(reply())}, {**OK, "permanent": "/b", "final": "/b"}),
    "308 and 301": ({"/": moved(308, "/b"), "/b": moved(301, "/c"), "/c": says(reply())}, {**OK, "permanent": "/c"}),
    "302": ({"/": moved(302, "/b"), "/b": says(reply())}, {**OK, "permanent": None, "detour": True}),
    "303": ({"/": moved(303, "/b"), "/b": says(reply())}, {**OK, "permanent": None}),
    "307": ({"/": moved(307, "/b"), "/b": says(reply())}, {**OK, "permanent": None}),
    "301 then 302": ({"/": moved(301, "/b"), "/b": moved(302, "/c"), "/c": says(reply())}, {**OK, "permanent": None}),
    "302 then 301": ({"/": moved(302, "/b"), "/b": moved(301, "/c"), "/c": says(reply())}, {**OK, "permanent": None}),
    "302 to 410": ({"/": moved(302, "/b"), "/b": says(reply("410 Gone"))}, {"status": 410, "detour": True}),
    "301 to 404": ({"/": moved(301, "/b")}, {"failure": "http", "status": 404}),
    "relative": ({"/": moved(302, "b/c"), "/b/c": moved(302, "d"), "/b/d": says(reply())}, {**OK, "final": "/b/d"}),
    "query only": ({"/": moved(302, "?x=1"), "/?x=1": says(reply())}, OK),
    "with a fragment": ({"/": moved(302, "/b#c"), "/b": says(reply())}, {**OK, "final": "/b"}),
    "with spaces": ({"/": moved(302, "/a b"), "/a%20b": says(reply())}, OK),
    "not ascii": ({"/": moved(302, "/\u00c3\u00bc"), "/%C3%BC": says(reply())}, OK),
    "no location": ({"/": says(reply("302 Found"))}, {"failure": "redirect"}),
    "empty location": ({"/": moved(302, "")}, {"failure": "redirect"}),
    "circle": ({"/": moved(302, "/b"), "/b": moved(302, "/")}, {"failure": "redirect", "requests": 2}),
    "to itself": ({"/": moved(301, "/")}, {"failure": "redirect", "requests": 1}),
    "ten hops": (chain(10), OK),
    "eleven hops": (chain(11), {"failure": "redirect", "requests": 11}),
    "to ftp": ({"/": moved(302, "ftp://example.org/")}, {"failure": "redirect"}),
    "to a file": ({"/": moved(302, "file:///etc/passwd")}, {"failure": "redirect"}),
    "to javascript": ({"/": moved(302, "javascript:alert(1)")}, {"failure": "redirect"}),
    "to a broken address": ({"/": moved(302, "http://[::1/")}, {"failure": "redirect"}),
    "to a private address": ({"/": moved(302, "http://10.0.0.1/")}, {"failure": "address"}),
    "to the metadata service": ({"/": moved(301, "http://169.254.169.254/")}, {"failure": "address"}),
    "to another port here": ({"/": moved(302, "http://127.0.0.1:9/")}, {"failure": "address"}),
    "to here in decimal": ({"/": moved(302, "http://2130706433:9/")}, {"failure": "address"}),
    "to here in IPv6": ({"/": moved(302, "http://[::ffff:127.0.0.1]:9/")}, {"failure": "address"}),
    "300": ({"/": says(reply("300 Multiple Choices", {"Location": "/b"}))}, {"failure": "http", "requests": 1}),
}
