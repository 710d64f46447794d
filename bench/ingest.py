"""What bringing in new items costs, from the request to the index: ``ELASTICSEARCH_URL=… python bench/ingest.py``.

A whole poll of 300 feeds of 30 new entries over loopback, with 1,000 terms, identity and story bands, beside the raw
ceiling (the very documents that it stored, serialised before and bulk-created with two requests in flight) and a plain
loop (feedparser, ``helpers.bulk``), in the same rounds on the same node; once more with the simplest tagger. Then the
CPU of each stage on its own, and the peak memory of a poll beside one with nothing due.
"""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import os
import statistics
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from functools import partial
from io import BytesIO
from multiprocessing.connection import Connection
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(1, str(Path(__file__).parent.parent / "plugins"))

import feedparser
import orjson
import psutil
from elasticsearch import helpers

from eval_tagging import CONFIG, load_watchlist
from feeds import ENTRIES, NOW, feed
from newswatch import identity, story
from newswatch.index import documents, items
from newswatch.index.client import Settings, Store, connect
from newswatch.index.feeds import write_states
from newswatch.index.templates import drop, ensure
from newswatch.model.feed import Entries, FeedSpec, FeedState, FeedStatus, ParsedFeed
from newswatch.model.item import Item, Publisher, TaggedItem, Tagging
from newswatch.model.watchlist import Watchlist
from newswatch.parse import entries, mend, parse, strict
from newswatch.pipeline.poll import Poll, poll_due
from newswatch.schedule import current as known
from newswatch.tag import Tagger
from newswatch.tag.language import rank
from tagging import drawn

FEEDS = int(os.environ.get("BENCH_FEEDS", "300"))
MANY, TERMS, ROUNDS, CHUNK = 1_000, 1_000, 3, 500
OK = b'HTTP/1.1 200 OK\r\nContent-Length: %d\r\nETag: "1"\r\nConnection: close\r\n\r\n'
NOT_MODIFIED = b'HTTP/1.1 304 Not Modified\r\nETag: "1"\r\n\r\n'


class Words(Tagger):
    """The simplest tagger: the concepts whose terms are words of the text; the language is the declared one."""

    def __init__(self, watchlist: Watchlist) -> None:
        super().__init__(watchlist)
        self._words = {
            term.casefold(): concept
            for concept in watchlist.concepts
            for terms in concept.terms.values()
            for term in terms
        }

    def tag(self, title: str, summary: str, content: str = "", language: str | None = None) -> Tagging:
        words = f"{title} {summary} {content}".casefold().split()
        found = {one.id: one for word in words if (one := self._words.get(word))}
        tags = tuple(sorted({tag for one in found.values() for tag in one.tags}))
        return Tagging(tags, tuple(sorted(found)), (), language or "und", (), self.watchlist.version)


class Answering(asyncio.Protocol):
    """The n-th host serves the n-th feed, or 304 to a condition."""

    bodies: list[bytes]

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        assert isinstance(self.transport, asyncio.Transport)
        _, _, second, third = self.transport.get_extra_info("sockname")[0].split(".")
        body = self.bodies[(int(second) * 250 + int(third) - 1) % len(self.bodies)]
        self.transport.write(NOT_MODIFIED if b"If-None-Match" in data else OK % len(body) + body)
        self.transport.close()


def serve(tell: Connection) -> None:
    """Serve the feeds until killed; tell the port."""

    async def run() -> None:
        Answering.bodies = [feed(number) for number in range(FEEDS)]
        server = await asyncio.get_running_loop().create_server(Answering, "0.0.0.0", 0, backlog=4096)
        tell.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(run())


def spec(port: int, number: int) -> FeedSpec:
    """The feed of the n-th of as many hosts; they need no network."""
    host = f"127.1.{number // 250}.{1 + number % 250}"
    return FeedSpec(host, f"http://{host}:{port}/feed", Publisher(host, host))


def polled(store: Store, port: int, tagger: Tagger, number: int, *, at: timedelta = timedelta(0)) -> tuple[Poll, float]:
    """Poll ``number`` feeds of as many hosts; the seconds that it took."""
    specs = {one.id: one for one in map(partial(spec, port), range(number))}
    poll = Poll(store, specs, tagger, NOW + at, allow=frozenset((host, port) for host in specs))
    start = time.perf_counter()
    report = poll_due(poll)
    assert (report.feeds, report.failed) == (number, 0), report
    return poll, time.perf_counter() - start


def visited(store: Store, port: int, number: int) -> None:
    """Leave the states of so many feeds as a poll at NOW does that found nothing new."""
    specs = map(partial(spec, port), range(number))
    write_states(
        store,
        [replace(known(one, None), etag='"1"', last_full=NOW, status=FeedStatus.OK, next_poll=NOW) for one in specs],
    )


def ceiling(store: Store, sources: list[tuple[str, bytes]]) -> float:
    """Seconds to bulk-create documents that are bytes already, two requests in flight."""
    index = f"{store.index('items')}-2026.11"
    lines = [
        orjson.dumps({"create": {"_index": index, "_id": name}}) + b"\n" + source + b"\n" for name, source in sources
    ]
    chunks = [b"".join(lines[at : at + CHUNK]) for at in range(0, len(lines), CHUNK)]
    start = time.perf_counter()
    with ThreadPoolExecutor(2) as pool:
        for answer in pool.map(lambda chunk: store.client.bulk(operations=chunk, filter_path="errors"), chunks):
            assert not answer["errors"]
    return time.perf_counter() - start


def plain(store: Store, bodies: list[bytes]) -> float:
    """Seconds that a naive reader takes: feedparser, one dictionary per entry, ``helpers.bulk``; nothing is tagged."""
    index = f"{store.index('plain')}"

    def actions() -> Iterator[dict[str, object]]:
        for body in bodies:
            for entry in feedparser.parse(BytesIO(body))["entries"]:
                source = {
                    "title": entry.title,
                    "summary": entry.summary,
                    "url": entry.link,
                    "published": entry.published,
                }
                yield {"_index": index, "_id": entry.link, "_op_type": "create", **source}

    start = time.perf_counter()
    helpers.bulk(store.client, actions())
    return time.perf_counter() - start


def stages(bodies: list[bytes], tagger: Tagger) -> list[tuple[str, float]]:
    """Microseconds of CPU per item of each stage, the best of the rounds."""
    spec, state = FeedSpec("desk", "https://desk.example/", Publisher("d", "d")), FeedState("desk", "", "")
    raws = [strict.read(mend.undoctyped(body.decode())[0].encode()) for body in bodies]
    parsed = [one for body in bodies if isinstance(one := parse(body, content_type=None, url=spec.url), ParsedFeed)]
    fresh: list[Item] = [
        item for one in parsed for item in identity.decide(spec, state, Entries("desk"), one, NOW, "nw").new
    ]
    tagged = [TaggedItem(item, tagger.tag(item.title, item.summary), ("1:0123456789abcdef",) * 16) for item in fresh]
    whole = _cost(lambda: [parse(body, content_type=None, url=spec.url) for body in bodies])
    text = _cost(lambda: [entries.parsed(raw, spec.url, guessed=False) for raw in raws])
    language = _cost(lambda: [rank(f"{item.title} {item.summary[:300]}") for item in fresh])
    tag = _cost(lambda: [tagger.tag(item.title, item.summary, item.content) for item in fresh])
    ident = _cost(lambda: [identity.decide(spec, state, Entries("desk"), one, NOW, "nw") for one in parsed])
    bands = _cost(lambda: [story.bands(item.title, item.summary, item.content, "en") for item in fresh])
    write = _cost(lambda: [orjson.dumps(items.document(one, NOW), option=orjson.OPT_UTC_Z) for one in tagged])
    rows = [
        ("parse (XML to raw values)", whole - text),
        ("text, links, dates", text),
        ("language", language),
        ("tag", tag - language),
        ("identity", ident),
        ("story bands", bands),
        ("write (document to bytes)", write),
    ]
    return [(name, seconds / len(fresh) * 1e6) for name, seconds in rows]


def _cost(action: Callable[[], object]) -> float:
    best = float("inf")
    for _ in range(ROUNDS):
        start = time.process_time()
        action()
        best = min(best, time.process_time() - start)
    return best


def peak(port: int, namespace: str, number: int) -> int:
    """Megabytes at most of a process that polls ``number`` new feeds (0: nothing due) as the command does.

    Its own processes are included; what they share is counted once (PSS).
    """
    poll = psutil.Popen([sys.executable, __file__, "poll", str(port), namespace, str(number)])
    most = 0
    while poll.poll() is None:
        with contextlib.suppress(psutil.NoSuchProcess):
            most = max(most, sum(one.memory_full_info().pss for one in [poll, *poll.children(recursive=True)]))
        time.sleep(0.05)
    assert poll.returncode == 0
    return most // 1_000_000


def main() -> None:
    here, there = multiprocessing.Pipe()
    server = multiprocessing.Process(target=serve, args=(there,), daemon=True)
    server.start()
    port = here.recv()
    settings = Settings.from_environment(os.environ)
    bodies = [feed(number) for number in range(FEEDS)]
    tagger, words = (make(drawn(load_watchlist(CONFIG), TERMS)) for make in (Tagger, Words))
    count = FEEDS * ENTRIES
    rates: dict[str, list[float]] = {"ceiling": [], "newswatch": [], "newswatch, simplest tagger": [], "plain": []}
    quiet: list[float] = []
    try:
        for _ in range(ROUNDS):
            store = connect(settings, f"newswatch-bench-{uuid.uuid4().hex[:6]}")
            ensure(store)
            _, seconds = polled(store, port, tagger, FEEDS)
            rates["newswatch"].append(count / seconds)
            visited(store, port, MANY)
            _, seconds = polled(store, port, tagger, MANY, at=timedelta(minutes=10))
            quiet.append(MANY / seconds)
            documents.refresh(store, store.index("items"))
            search = {"query": {"match_all": {}}, "sort": [{"story.id": "asc"}]}
            found = [one for page in documents.pages(store, search, store.index("items")) for one in page]
            assert len(found) == count
            rates["ceiling"].append(count / ceiling(store, [(one.id, orjson.dumps(one.source)) for one in found]))
            rates["plain"].append(FEEDS // 6 * ENTRIES / plain(store, bodies[: FEEDS // 6]))
            drop(store)
            store.client.indices.delete(index=store.index("plain"), ignore_unavailable=True)
            store = connect(settings, f"newswatch-bench-{uuid.uuid4().hex[:6]}")
            ensure(store)
            _, seconds = polled(store, port, words, FEEDS)
            rates["newswatch, simplest tagger"].append(count / seconds)
            drop(store)
        print(f"{FEEDS} feeds of {ENTRIES} new items, {TERMS:,} terms; {ROUNDS} rounds, each with all of them\n")
        print("| | items/s, median | of the ceiling |\n|---|---|---|")
        for name, found_rates in rates.items():
            share = statistics.median(one / top for one, top in zip(found_rates, rates["ceiling"], strict=True))
            print(f"| {name} | {statistics.median(found_rates):,.0f} | {share:.2f} |")
        print(f"\n{MANY:,} known feeds, all 304: {statistics.median(quiet):,.0f} feeds/s, {max(quiet):,.0f} at best.\n")
        print("| stage | CPU µs per item |\n|---|---|")
        for name, micros in stages(bodies[:60], tagger):
            print(f"| {name} | {micros:.0f} |")
        store = connect(settings, f"newswatch-bench-{uuid.uuid4().hex[:6]}")
        ensure(store)
        nothing, all_due = (peak(port, store.namespace, number) for number in (0, MANY))
        drop(store)
        print(
            f"\nPeak memory: {nothing} MB with nothing due, {all_due} MB with {MANY:,} new feeds of {ENTRIES} entries."
        )
    finally:
        server.terminate()
        server.join()


if __name__ == "__main__":
    if sys.argv[1:2] == ["poll"]:
        polled(
            connect(Settings.from_environment(os.environ), sys.argv[3]),
            int(sys.argv[2]),
            Tagger(load_watchlist(CONFIG)),
            int(sys.argv[4]),
        )
    else:
        main()
