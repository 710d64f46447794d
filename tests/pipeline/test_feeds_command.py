"""``newswatch feeds``: the whole way from a served feed to the row and the table."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from newswatch.cli import app
from tests.fetch.served import FEED, Server, reply, says, serving

PAGE = b"<html><head><link rel='alternate' type='application/rss+xml' href='/rss'></head><body>x</body></html>"
SCRIPTS = {
    "/rss": says(reply(headers={"ETag": '"1"'})),
    "/page": says(reply(body=PAGE)),
    "/empty": says(reply(body=b"<rss version='2.0'><channel><title>T</title></channel></rss>")),
    "/gone": says(reply("410 Gone")),
    "/cut": says(reply(body=FEED.replace(b"</channel></rss>", b"<item><title>Tw"))),
}


def listed(folder: Path, server: Server) -> Path:
    path = folder / "feeds.yaml"
    secret = server.base.replace("://", "://me:hunter2@")
    rows = [f"- {{id: {name[1:]}, url: '{secret}{name}?api_key=S3CRET'}}\n" for name in SCRIPTS]
    rows.append(f"- {{id: 'off', url: '{server.base}/off', enabled: false}}\n")
    path.write_text("feeds:\n" + "".join(rows), encoding="utf-8")
    return path


async def run(*words: str, code: int = 0) -> str:
    result = await asyncio.to_thread(CliRunner().invoke, app, list(words))
    assert result.exit_code == code, (result.output, result.exception)
    return result.stdout


async def test_poll_and_show(tmp_path: Path, es_url: str, namespace: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ELASTICSEARCH_URL", es_url)
    async with serving(SCRIPTS) as server:
        path = str(listed(tmp_path, server))
        common = ("--namespace", namespace, "--now", "2026-03-02T10:00:00Z")
        allow = ("--allow", f"127.0.0.1:{server.port}")
        await run("poll", "--feeds", path, *allow, *common)
        out = await run("feeds", "--json", "--feeds", path, *common)
        rows = {row["feed"]: row for row in map(json.loads, out.splitlines())}
        found = {name: (row["status"], row["empty"], row["items"]) for name, row in rows.items()}
        assert found == {
            "rss": ("ok", False, found["rss"][2]),
            "page": ("ok", False, found["page"][2]),
            "empty": ("ok", True, 0),
            "gone": ("gone", False, 0),
            "cut": ("failed", False, found["cut"][2]),
            "off": ("paused", False, 0),
        }
        assert list(rows)[:2] == ["gone", "cut"]
        assert rows["gone"]["next_poll"] is None
        assert rows["rss"]["error"] is None
        assert rows["page"]["url"].startswith(f"{server.base}/rss")
        assert "hunter2" not in out
        assert "S3CRET" not in out
        table = await run("feeds", "--feeds", path, *common)
        assert "hunter2" not in table
        assert "410 Gone" in " ".join(table.split())


async def test_try_an_address() -> None:
    async with serving(SCRIPTS) as server:
        allow = ("--allow", f"127.0.0.1:{server.port}")
        row = json.loads(await run("feeds", "test", f"{server.base}/page", *allow, "--json"))
        assert (row["status"], row["alternate"], row["format"]) == ("ok", f"{server.base}/rss", "rss-2.0")
        assert [item["title"] for item in row["would_store"]] == ["One"]
        assert "One" in await run("feeds", "test", f"{server.base}/rss", *allow)
        assert "loopback" in await run("feeds", "test", f"{server.base}/rss", code=1)
        count = len(server.requests)
        await run("feeds", "test", "ftp://example.org/", code=1)
        assert len(server.requests) == count
