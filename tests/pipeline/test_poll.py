"""A poll in several processes: as if it were one, whatever befalls one of them."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest

from newswatch.config.watchlist import load_watchlist
from newswatch.errors import NewswatchError
from newswatch.index import documents, feeds
from newswatch.index.client import Settings, connect
from newswatch.index.templates import ensure
from newswatch.model.feed import FeedSpec, FeedState
from newswatch.model.item import Publisher
from newswatch.pipeline import poll as polling
from newswatch.pipeline import shard
from newswatch.pipeline.poll import Poll, PollReport, poll_due
from newswatch.tag import Tagger
from tests.behaviours.bodies import rss
from tests.fetch.served import Request, Script, reply, serving
from tests.pipeline.test_nothing_lost import ROOT

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
#: keeps the tests apart in their one namespace
BLOCKS = count(7)


@dataclass
class World:
    """Six feeds on six hosts: each brings an article of its own and one that all share."""

    poll: Poll

    @property
    def hosts(self) -> list[str]:
        return list(self.poll.specs)

    async def due(self, after: timedelta = timedelta(0)) -> tuple[PollReport, list[FeedState]]:
        told: list[FeedState] = []
        report = await asyncio.to_thread(poll_due, replace(self.poll, now=NOW + after), told.append)
        return report, told

    def states(self) -> dict[str, FeedState]:
        return feeds.states(self.poll.store, self.hosts)

    def items(self) -> dict[str, list[str]]:
        store = self.poll.store
        documents.refresh(store, store.index("items"))
        mine = {"size": 50, "query": {"terms": {"feeds": self.hosts}}}
        hits = documents.search(store, store.index("items"), mine)["hits"]["hits"]
        assert len(hits) == len({hit["_source"]["title"] for hit in hits})
        return {hit["_source"]["title"]: sorted(hit["_source"]["feeds"]) for hit in hits}

    def all_items(self) -> dict[str, list[str]]:
        return {f"Report {host}": [host] for host in self.hosts} | {"Report shared": self.hosts}

    def operations(self) -> dict[str, int]:
        """Bulk requests to the states, and all that was read or written of items and entries."""
        store = self.poll.store
        found = store.client.indices.stats(index=f"{store.namespace}-*", metric="bulk,get,indexing")["indices"]
        counts = {"states": 0, "items": 0}
        for index, one in found.items():
            total: dict[str, Any] = one["primaries"]
            if index.startswith(store.index("feeds")):
                counts["states"] += total["bulk"]["total_operations"]
            elif index.startswith((store.index("items"), store.index("entries"))):
                counts["items"] += total["get"]["total"] + total["indexing"]["index_total"]
        return counts


def scripts(port: list[int]) -> dict[str, Script]:
    async def script(request: Request, writer: asyncio.StreamWriter) -> None:
        host = request.headers["host"].decode().partition(":")[0]
        names = (host, "shared")
        entries = [{"guid": n, "link": f"https://{port[0]}.example/{n}", "title": f"Report {n}"} for n in names]
        known = request.headers.get("if-none-match") == b'"1"'
        body = b"" if known else rss(entries).encode()
        writer.write(reply("304 Not Modified" if known else "200 OK", {"ETag": '"1"'}, body))
        await writer.drain()

    return {"*": script}


@pytest.fixture
async def world(es_url: str, shared_namespace: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    monkeypatch.setattr(polling, "_processes", lambda _: 2)
    store = connect(Settings.from_environment({"ELASTICSEARCH_URL": es_url}), shared_namespace)
    ensure(store)
    tagger = Tagger(load_watchlist(ROOT / "config" / "watchlist"))
    hosts = [f"127.0.{block}.{number}" for block in [next(BLOCKS)] for number in range(1, 7)]
    port = [0]
    async with serving(scripts(port), "0.0.0.0") as server:
        port[0] = server.port
        specs = {host: FeedSpec(host, f"http://{host}:{server.port}/", Publisher(host, host)) for host in hosts}
        yield World(Poll(store, specs, tagger, NOW, allow=frozenset((host, server.port) for host in hosts)))


async def test_as_if_it_were_one(world: World) -> None:
    report, told = await world.due()
    assert report == PollReport(feeds=6, created=7)
    assert sorted(one.feed for one in told) == world.hosts
    assert world.items() == world.all_items()
    before = world.operations()
    report, told = await world.due(timedelta(minutes=10))
    assert report == PollReport(feeds=6)
    assert [one.status.value for one in told] == ["unchanged"] * 6
    after = world.operations()
    assert (after["states"] - before["states"], after["items"] - before["items"]) == (1, 0)


async def test_one_killed_and_repeated(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    real = shard.keep

    def dying(poll: Poll, turns: Sequence[Any], new: Sequence[Any]) -> Any:
        kept = real(poll, turns, new)
        # hosts go by turns to one process and the other
        if turns[0].spec.id in world.hosts[::2]:
            os.kill(os.getpid(), signal.SIGKILL)
        return kept

    with monkeypatch.context() as patched:
        patched.setattr(shard, "keep", dying)
        with pytest.raises(NewswatchError, match="SIGKILL"):
            await world.due()
    assert sorted(world.states()) == world.hosts[1::2]
    report, _ = await world.due()
    assert (report.feeds, report.created) == (3, 0)
    assert world.items() == world.all_items()


def test_processes_are_started_when_there_is_much_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    for cores, expected in ((1, 1), (2, 2), (16, 2)):
        monkeypatch.setattr(os, "sched_getaffinity", lambda _, cores=cores: set(range(cores)))
        assert (polling._processes(49), polling._processes(50)) == (1, expected)
