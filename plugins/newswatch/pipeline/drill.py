"""The drill: a canary article goes the whole way, from a loopback feed to a channel, in a namespace of its own.

The feed is first polled empty, so that the canary is ``live`` when it appears; then polled again, watched, and looked
for in the folder channel. Polling and watching are given as functions: the same drill runs through Airflow's DAGs and
without Airflow.
"""

from __future__ import annotations

import shutil
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from newswatch.airflow_api import AirflowApi
from newswatch.config.watchlist import load_watchlist
from newswatch.errors import NewswatchError
from newswatch.index import state
from newswatch.index.client import Store
from newswatch.index.templates import drop, ensure

LEASE = timedelta(minutes=10)
TITLE = "{sentence} ({mark})"
EMPTY = '<?xml version="1.0"?><rss version="2.0"><channel><title>Canary</title></channel></rss>'
FULL = EMPTY.replace("</title>", "</title><language>{language}</language>{item}")
ITEM = "<item><guid>{mark}</guid><title>{title}</title><link>http://127.0.0.1:{port}/{mark}</link></item>"
RULES = """\
rules:
  - id: drill
    type: match
    title: The drill's canary
    severity: info
    where: {tags: [{tags}]}
"""
CHANNELS = """\
channels:
  - id: drill
    type: folder
    path: {path}
routes:
  - id: drill
    to: [drill]
"""
Say = Callable[[str], None]
Step = Callable[[dict[str, Any]], object]


class DrillError(NewswatchError):
    """The canary did not arrive."""


class DrillBusyError(NewswatchError):
    """Another drill of this namespace is under way."""


@dataclass(frozen=True, slots=True)
class Folder:
    """Where a drill keeps its configuration and messages, the watch-list that it tags with, and its namespace."""

    path: Path
    watchlist: Path
    namespace: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """What the watch-list itself says must be given one of ``tags``."""

    text: str
    language: str
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Drill:
    """One drill: its place, the mark of its canary, its feed's port, and what the canary says."""

    place: Folder
    mark: str
    port: int
    sentence: Sentence

    @property
    def folder(self) -> Path:
        """Configuration and messages."""
        return self.place.path

    @property
    def conf(self) -> dict[str, Any]:
        """The parameters of the poll and watch DAGs."""
        return {
            "namespace": self.place.namespace,
            "config": str(self.folder / "config"),
            "feeds": str(self.folder / "config" / "feeds.yaml"),
            "allow": [f"127.0.0.1:{self.port}"],
            "every": True,
        }

    def arrived(self) -> list[Path]:
        """The messages about the canary in the folder channel."""
        found = [file for file in sorted((self.folder / "messages").rglob("*")) if file.suffix in (".eml", ".json")]
        return [file for file in found if self.mark in file.read_text(encoding="utf-8", errors="replace")]


@contextmanager
def alone(store: Store, clock: Callable[[], datetime]) -> Iterator[None]:
    """Hold the drill's lease in the main namespace: two drills at once would drop each other's indices."""
    holder = uuid.uuid4().hex
    if not state.acquire(store, "drill", holder, clock(), LEASE):
        raise DrillBusyError("another drill is under way at this moment; repeat in a minute")
    try:
        yield
    finally:
        state.release(store, "drill", holder, clock())


def renew(store: Store) -> None:
    """Drop the drill's namespace and make it anew."""
    drop(store)
    ensure(store)


def through_airflow(api: AirflowApi, folder: Folder, say: Say) -> list[str]:
    """The drill through the real DAGs."""
    return run(
        folder,
        lambda conf: api.run("newswatch_poll", conf),
        lambda conf: api.run("newswatch_watch", {key: conf[key] for key in ("namespace", "config")}),
        say,
    )


def run(folder: Folder, poll: Step, watch: Step, say: Say) -> list[str]:
    """Run the drill; returns what to tell: how long each step took, and where the messages are."""
    shutil.rmtree(folder.path, ignore_errors=True)
    with _feed() as (served, port):
        drill = Drill(folder, f"canary-{port}-{threading.get_native_id()}", port, _sentence(folder.watchlist))
        _configure(drill)
        times = []
        for name, step in (
            ("the empty feed polled", poll),
            ("the canary polled", poll),
            ("watched and delivered", watch),
        ):
            say(name)
            started = time.monotonic()
            step(drill.conf)
            served[:] = [drill]
            times.append(f"{name} {time.monotonic() - started:.1f} s")
    messages = drill.arrived()
    kinds = {file.suffix for file in messages}
    if kinds != {".eml", ".json"}:
        raise DrillError(
            f"the drill's canary did not arrive in {folder.path / 'messages'}; newswatch status may say why"
        )
    return [f"Drill     {', '.join(times)}", *(f"          {file}" for file in messages)]


def _sentence(watchlist: Path) -> Sentence:
    """The first should-hit sentence of the watch-list."""
    for concept in load_watchlist(watchlist).concepts:
        for language, sentences in concept.should_hit.items():
            if concept.tags and sentences:
                return Sentence(sentences[0], language, concept.tags)
    raise DrillError(f"no concept in {watchlist} has both tags and a should-hit sentence; write one")


def _configure(drill: Drill) -> None:
    config = drill.folder / "config"
    config.mkdir(parents=True)
    shutil.copytree(drill.place.watchlist, config / "watchlist")
    (config / "feeds.yaml").write_text(f"feeds:\n  - id: canary\n    url: http://127.0.0.1:{drill.port}/feed\n")
    (config / "rules.yaml").write_text(RULES.replace("{tags}", ", ".join(drill.sentence.tags)))
    (config / "channels.yaml").write_text(CHANNELS.replace("{path}", str(drill.folder / "messages")))


def _document(drill: Drill) -> str:
    title = escape(TITLE.format(sentence=drill.sentence.text, mark=drill.mark))
    item = ITEM.format(mark=drill.mark, title=title, port=drill.port)
    return FULL.format(language=drill.sentence.language, item=item)


@contextmanager
def _feed() -> Iterator[tuple[list[Drill], int]]:
    """A loopback feed: empty until a drill is put into the list."""
    published: list[Drill] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = (_document(published[0]) if published else EMPTY).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/rss+xml")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing is logged."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield published, server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
