"""A store that refuses, a document that it cannot take, a poll that dies: every item is stored once, none is lost."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from newswatch.index import documents
from newswatch.index.client import Settings, Store, connect
from tests.behaviours.bodies import rss
from tests.behaviours.replay import rows_of, run
from tests.fetch.served import Script, Server, reply, says, serving

NOW, LATER = "2026-03-02T10:00:00Z", "2026-03-02T10:10:00Z"
MAY = "2026-05-02T10:00:00Z"
ROOT = Path(__file__).parent.parent.parent


class Desk:
    """Two feeds that share an article, and the commands to poll them."""

    def __init__(self, server: Server, scripts: dict[str, Script], store: Store, file: Path) -> None:
        self.server, self.scripts, self.store, self.file = server, scripts, store, file
        #: keeps the tests of a module apart in their one namespace
        self.mark = f"{server.port}-"
        rows = "".join(f"- {{id: {self.mark}{name}, url: '{server.base}/{name}'}}\n" for name in ("one", "two"))
        file.write_text(f"feeds:\n{rows}", encoding="utf-8")
        self.offer("one", '"1"', "a", "b")
        self.offer("two", '"1"', "b", "c")

    def offer(self, feed: str, etag: str, *names: str) -> None:
        entries = [
            {"guid": n, "link": f"https://{self.server.port}.example/{n}", "title": f"Report {n}"} for n in names
        ]
        self.scripts[f"/{feed}"] = says(reply(headers={"ETag": etag}, body=rss(entries).encode()))

    def words(self, now: str) -> tuple[str, ...]:
        allow = ("--allow", f"127.0.0.1:{self.server.port}")
        return ("poll", "--feeds", str(self.file), *allow, "--namespace", self.store.namespace, "--now", now)

    async def items(self) -> list[dict[str, Any]]:
        rows = rows_of(await run("items", "--json", "--namespace", self.store.namespace))
        mine = [row for row in rows if row["feed"].startswith(self.mark)]
        return sorted(mine, key=lambda row: str(row["title"]))

    async def rows(self, now: str) -> dict[str, dict[str, Any]]:
        out = await run("feeds", "--json", "--feeds", str(self.file), "--namespace", self.store.namespace, "--now", now)
        return {row["feed"].removeprefix(self.mark): row for row in rows_of(out) if row["configured"]}

    def block(self, blocked: bool) -> None:
        month = f"{self.store.index('items')}-2026.03"
        self.store.client.indices.put_settings(index=month, settings={"index.blocks.write": blocked})


async def apart(*words: str) -> subprocess.CompletedProcess[str]:
    """Run Python in a process of its own."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "plugins")}
    return await asyncio.to_thread(
        subprocess.run,
        [sys.executable, *words],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )


@pytest.fixture
async def desk(
    es_url: str, shared_namespace: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Desk]:
    monkeypatch.setenv("ELASTICSEARCH_URL", es_url)
    store = connect(Settings.from_environment({"ELASTICSEARCH_URL": es_url}), shared_namespace)
    scripts: dict[str, Script] = {}
    async with serving(scripts) as server:
        yield Desk(server, scripts, store, tmp_path / "feeds.yaml")


async def test_a_store_that_refuses_advances_nothing(desk: Desk) -> None:
    await run(*desk.words(NOW))
    desk.offer("one", '"2"', "a", "b", "d")
    desk.block(True)
    await run(*desk.words(LATER), code=1)
    row = (await desk.rows(LATER))["one"]
    assert (row["status"], row["failure"], row["failures"]) == ("failed", "store", 0.0)
    assert "Elasticsearch" in row["error"]
    assert documents.search(desk.store, desk.store.index("dead-letter"), {})["hits"]["hits"] == []
    desk.block(False)
    await run(*desk.words(LATER))
    assert desk.server.asked("/one")[-1].headers["if-none-match"] == b'"1"'
    assert [item["title"] for item in await desk.items()] == ["Report a", "Report b", "Report c", "Report d"]
    assert (await desk.rows(LATER))["one"]["error"] is None


async def test_a_refused_document_is_set_aside_and_the_rest_stored(desk: Desk) -> None:
    await run(*desk.words(NOW))
    month = f"{desk.store.index('items')}-2026.05"
    # a mapping that takes only guids that are numbers
    desk.store.client.indices.create(
        index=month, mappings={"dynamic": False, "properties": {"guid": {"type": "integer"}}}
    )
    desk.offer("one", '"2"', "7", "d")
    await run(*desk.words(MAY))
    desk.store.client.indices.refresh(index=month)
    stored = documents.search(desk.store, month, {})["hits"]["hits"]
    assert "Report 7" in [hit["_source"]["title"] for hit in stored]
    desk.store.client.indices.refresh(index=desk.store.index("dead-letter"))
    aside = documents.search(desk.store, desk.store.index("dead-letter"), {})["hits"]["hits"]
    assert [(one["_source"]["feed"], json.loads(one["_source"]["document"])["title"]) for one in aside] == [
        (f"{desk.mark}one", "Report d")
    ]
    assert "guid" in aside[0]["_source"]["reason"]
    row = (await desk.rows(MAY))["one"]
    assert (row["status"], row["items_last"]) == ("ok", 1)


async def test_a_refused_correction_is_set_aside_and_the_rest_stored(desk: Desk) -> None:
    day = "2026-06-02T10:0{}:00Z"
    month = f"{desk.store.index('items')}-2026.06"
    # a mapping that takes only titles that end in a year
    desk.store.client.indices.create(
        index=month,
        mappings={"dynamic": False, "properties": {"title": {"type": "date", "format": "'Report 'yyyy"}}},
    )
    desk.offer("one", '"2"', "1001", "1002")
    await run(*desk.words(day.format(0)))
    entries = [
        {"guid": name, "link": f"https://{desk.server.port}.example/{name}", "title": title}
        for name, title in (("1001", "Report 1001 put right"), ("1002", "Report 1003"), ("1004", "Report 1004"))
    ]
    desk.scripts["/one"] = says(reply(body=rss(entries).encode()))
    await run(*desk.words(day.format(6)))
    desk.store.client.indices.refresh(index=month)
    stored = documents.search(desk.store, month, {})["hits"]["hits"]
    assert sorted(hit["_source"]["title"] for hit in stored) == ["Report 1001", "Report 1003", "Report 1004"]
    desk.store.client.indices.refresh(index=desk.store.index("dead-letter"))
    aside = documents.search(desk.store, desk.store.index("dead-letter"), {"query": {"term": {"target": month}}})
    mine = [hit["_source"] for hit in aside["hits"]["hits"] if hit["_source"]["feed"] == f"{desk.mark}one"]
    assert [json.loads(one["document"])["title"] for one in mine] == ["Report 1001 put right"]
    row = (await desk.rows(day.format(6)))["one"]
    assert (row["status"], row["error"], row["items_last"]) == ("ok", None, 1)


async def test_no_elasticsearch_no_request(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ELASTICSEARCH_URL", "http://127.0.0.1:9")
    done = await apart("-m", "newswatch", *desk.words(NOW))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("newswatch: nothing answers at http://127.0.0.1:9")
    assert desk.server.requests == []


#: where a poll dies, as by the power going: before or after the n-th call of a function
POINTS = [
    ("newswatch.index.items", "existing", "before", 1),
    ("newswatch.index.documents", "bulk", "after", 1),
    ("newswatch.index.documents", "_send", "after", 1),
    ("newswatch.index.documents", "_send", "after", 2),
    ("newswatch.pipeline.shard", "keep", "after", 1),
    ("newswatch.index.feeds", "write_states", "before", 2),
    ("newswatch.index.feeds", "write_states", "after", 2),
    ("newswatch.index.state", "acquire", "after", 1),
]
DYING = """
import importlib, os, sys
place, name, when, times = sys.argv[1:5]
module = importlib.import_module(place)
real, calls = getattr(module, name), []
def dying(*words, **named):
    calls.append(name)
    if len(calls) == int(times) and when == "before":
        os._exit(9)
    done = real(*words, **named)
    if len(calls) == int(times):
        os._exit(9)
    return done
setattr(module, name, dying)
sys.argv[1:] = sys.argv[5:]
from newswatch.cli import main
main()
"""


@pytest.mark.parametrize("point", POINTS, ids=lambda point: "-".join(map(str, point[1:])))
async def test_killed_and_repeated(desk: Desk, point: tuple[str, str, str, int]) -> None:
    killed = await apart("-c", DYING, *map(str, point), *desk.words(NOW))
    assert killed.returncode == 9, killed.stderr
    await run(*desk.words(NOW))
    await run(*desk.words(LATER))
    rows = await desk.items()
    assert [row["title"] for row in rows] == ["Report a", "Report b", "Report c"]
    assert {row["title"]: set(row["feeds"]) for row in rows}["Report b"] == {f"{desk.mark}one", f"{desk.mark}two"}
    assert {row["origin"] for row in rows} == {"backfill"}
    assert {row["status"] for row in (await desk.rows(LATER)).values()} == {"unchanged"}
