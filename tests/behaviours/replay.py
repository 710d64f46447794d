"""Plays cases against the command line: each on a loopback host of its own, all that happens at one time in one poll.

A case is a list of steps, each at a time after ``START``: what its server says from then on, and what a poll at that
time then leaves (``newswatch items --json``, ``newswatch feeds --json``) and asked.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml
from typer.testing import CliRunner

from newswatch.cli import app
from tests.behaviours.bodies import MADE, PACKED, rss
from tests.fetch.served import Request, Script, Server, drips, reply, says, serving

START = datetime(2026, 3, 2, 10, tzinfo=UTC)
FOLDER = Path(__file__).parent.parent / "data" / "feeds" / "behaviours"
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


@dataclass
class Case:
    """One behaviour: its name, the feeds (id in the case → path or address), the steps."""

    name: str
    feeds: dict[str, Any]
    steps: list[dict[str, Any]]
    server: Server = field(default_factory=lambda: Server(0))
    scripts: dict[str, Script] = field(default_factory=dict)
    seen: list[Seen] = field(default_factory=list)
    mark: int = 0

    def id(self, feed: str) -> str:
        """A feed's id in the shared namespace."""
        return re.sub(r"[^a-z0-9]+", "-", f"{self.name} {feed}".lower())

    def filled(self, text: str) -> str:
        """``text`` with ``{base}``, ``{host}`` and ``{port}`` of the case's server."""
        host = self.server.base.removeprefix("http://")
        return (
            text.replace("{base}", self.server.base)
            .replace("{host}", host.rpartition(":")[0])
            .replace("{port}", host.rpartition(":")[2])
        )


@dataclass
class Seen:
    """What a poll left of one case: rows by feed, items, and the requests that this poll made."""

    rows: dict[str, dict[str, Any]]
    items: list[dict[str, Any]]
    requests: list[Request]


def cases() -> list[Case]:
    """All cases of the folder."""
    return list(_cases())


def _cases() -> Iterator[Case]:
    for file in sorted(FOLDER.glob("*.yaml")):
        for name, given in yaml.safe_load(file.read_text(encoding="utf-8")).items():
            steps = given if isinstance(given, list) else given["steps"]
            feeds = {"f": "/"} if isinstance(given, list) else given.get("feeds", {"f": "/"})
            yield Case(f"{file.stem}: {name}", feeds, steps)


def moment(after: Any) -> datetime:
    """``START`` and ``after`` (``90m``, ``2d``; nothing: 0)."""
    return START + span(after) if after else START


def span(text: str) -> timedelta:
    """``90m`` → a timedelta."""
    return timedelta(seconds=float(text[:-1]) * _UNITS[text[-1]])


async def play(chosen: list[Case], namespace: str, folder: Path, config: Path) -> None:
    """Play ``chosen`` in the order of time; each case's ``seen`` then holds one entry per step."""
    async with AsyncExitStack() as stack:
        for number, case in enumerate(chosen):
            host = f"127.1.{number // 250}.{1 + number % 250}"
            case.server = await stack.enter_async_context(serving(case.scripts, host))
        at = sorted({moment(step.get("at")) for case in chosen for step in case.steps})
        for now in at:
            turns = [(case, step) for case in chosen for step in case.steps if moment(step.get("at")) == now]
            await _poll(turns, now, namespace, folder, config)


async def _poll(
    turns: list[tuple[Case, dict[str, Any]]], now: datetime, namespace: str, folder: Path, config: Path
) -> None:
    allow, listed = [], []
    for case, step in turns:
        for path, answer in step.get("serve", {}).items():
            case.scripts[case.filled(path)] = script(case, answer)
        case.mark = len(case.server.requests)
        allow += ["--allow", case.server.base.removeprefix("http://")]
        for feed, given in case.feeds.items():
            fields = dict(given) if isinstance(given, Mapping) else {"url": given}
            url = case.filled(fields["url"])
            listed.append({**fields, "id": case.id(feed), "url": case.server.base + url if url[0] == "/" else url})
    path = folder / "feeds.yaml"
    path.write_text(yaml.safe_dump({"feeds": listed}, allow_unicode=True), encoding="utf-8")
    common = ["--namespace", namespace]
    stamp = ["--now", f"{now:%Y-%m-%dT%H:%M:%SZ}"]
    await run("poll", "--feeds", str(path), "--config", str(config), *allow, *common, *stamp)
    wanted = {key for _, step in turns for key in step}
    items = rows_of(await run("items", "--json", *common)) if wanted & {"items", "count"} else []
    shown = ("feeds", "--json", "--feeds", str(path), *common, *stamp)
    rows = rows_of(await run(*shown)) if wanted & {"row", "rows", "next"} else []
    for case, _ in turns:
        ids = {case.id(feed): feed for feed in case.feeds}
        case.seen.append(
            Seen(
                {ids[row["feed"]]: row for row in rows if row["feed"] in ids},
                [
                    {**item, "feed": ids[item["feed"]], "feeds": [ids.get(one, one) for one in item["feeds"]]}
                    for item in items
                    if item["feed"] in ids
                ],
                case.server.requests[case.mark :],
            )
        )


async def run(*words: str, code: int = 0) -> str:
    """Run a command in this process; its standard output."""
    result = await asyncio.to_thread(CliRunner().invoke, app, list(words))
    assert result.exit_code == code, (words, result.output, result.exception)
    return result.stdout


def rows_of(out: str) -> list[dict[str, Any]]:
    """JSON lines as dicts."""
    return [json.loads(line) for line in out.splitlines()]


def script(case: Case, answer: Any) -> Script:
    """What a server says: ``answer`` is a list of entries, a text, or status, headers and body with what befalls it."""
    given = {"entries": answer} if isinstance(answer, list) else {"body": answer} if isinstance(answer, str) else answer
    body = _body(case, given)
    if "pack" in given:
        body = PACKED[given["pack"]](body)
    headers = {name: case.filled(str(value)) for name, value in given.get("headers", {}).items()}
    status = given.get("status", 200)
    if status in (204, 304):
        headers.setdefault("Content-Length", "-")
    said = reply(f"{status} X", headers, body)
    if "cut" in given:
        said = said[: -given["cut"]]
    if "drip" in given:
        return drips(said, every=given["drip"], head=given.get("head", 0))
    return says(said)


def _body(case: Case, given: Mapping[str, Any]) -> bytes:
    if "make" in given:
        return MADE[given["make"]]()
    if "entries" in given:
        text = rss(given["entries"], given.get("channel", ""))
    else:
        text = given.get("body", "" if "status" in given else rss([{"guid": "1", "title": "One"}]))
    return case.filled(text).encode(given.get("encode", "utf-8"))
