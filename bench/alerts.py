"""From news to mail: latency through real Airflow, and a flood in one run.

``python bench/alerts.py drills [N]``: an entry appears in a loopback feed that is due, and is waited for at a loopback
SMTP server, N times (30); Elasticsearch and Airflow are started in a folder of their own and stopped again.
``python bench/alerts.py flood [N]``: N matches (10,000) of one rule in one run, with the node of NEWSWATCH_TEST_ES or
one of its own. Both print tables in Markdown.
"""

from __future__ import annotations

import json
import os
import random
import resource
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))
sys.path.insert(0, str(Path(__file__).parent.parent / "plugins"))

from aiosmtpd.controller import Controller
from ops.airflow import Airflow
from ops.node import Node
from ops.ports import free_ports
from pydantic import TypeAdapter

from newswatch.deliver.email import EmailChannel
from newswatch.index import documents
from newswatch.index.client import Settings, Store, connect
from newswatch.index.documents import Write
from newswatch.index.templates import drop, ensure, monthly
from newswatch.model.alert import LifeCycle, Route
from newswatch.model.connection import Connection
from newswatch.model.rendered import Links
from newswatch.model.rules import Rule
from newswatch.pipeline.outbox import Recipient
from newswatch.pipeline.watch import Watch, watch
from ops import settings

ROOT = Path(__file__).parent.parent
PATIENCE = 120
#: titles of words drawn from these are stories of their own
WORDS = [
    "harbour",
    "winter",
    "council",
    "engine",
    "orchard",
    "signal",
    "bridge",
    "market",
    "copper",
    "river",
    "lantern",
    "festival",
    "railway",
    "tunnel",
    "glacier",
    "museum",
    "ferry",
    "clinic",
    "archive",
    "vineyard",
    "antenna",
    "parliament",
    "turbine",
    "granary",
    "lighthouse",
    "workshop",
    "pipeline",
    "stadium",
    "observatory",
    "embassy",
    "quarry",
    "laboratory",
    "aqueduct",
    "monastery",
    "refinery",
    "shipyard",
    "terminal",
    "plateau",
    "reservoir",
    "dockyard",
]
RULES = "rules:\n  - {id: drill, type: match, title: Drill, where: {terms: [newsdrill]}}\n"
CHANNELS = """\
channels:
  - {id: mail, type: email, to: ann@ops.example, connection: smtp_bench}
routes:
  - {id: all, to: [mail], group_by: [story]}
"""
STEPS = ("due → fetched", "fetched → stored", "stored → decided", "decided → accepted", "all")


class Inbox:
    """A mail server's handler: when each message was accepted, its subject and size."""

    def __init__(self) -> None:
        self.took: list[tuple[float, str, int]] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        """Accept."""
        subject = str(message_from_bytes(envelope.content, policy=default)["Subject"])
        self.took.append((time.time(), subject, len(envelope.content)))
        return "250 OK"


class Feed:
    """A loopback feed: its entries, and when it was last asked for."""

    def __init__(self) -> None:
        self.titles: list[str] = []
        self.asked = 0.0

    @contextmanager
    def serving(self) -> Iterator[int]:
        """Serve on a free port."""
        feed = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                feed.asked = time.time()
                items = "".join(
                    f"<item><guid>{n}</guid><title>{title}</title><link>http://127.0.0.1/{n}</link></item>"
                    for n, title in zip(range(len(feed.titles), 0, -1), feed.titles, strict=True)
                )
                body = (
                    f'<?xml version="1.0"?><rss version="2.0"><channel><title>B</title>{items}</channel></rss>'.encode()
                )
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Nothing is logged."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server.server_port
        server.shutdown()


@contextmanager
def mail() -> Iterator[tuple[Inbox, int]]:
    """A mail server."""
    (port,) = free_ports(1)
    inbox = Inbox()
    controller = Controller(inbox, hostname="127.0.0.1", port=port, ready_timeout=30)
    controller.start()
    yield inbox, port
    controller.stop()


@contextmanager
def everything(feed_port: int, smtp_port: int) -> Iterator[tuple[Airflow, Store]]:
    """Elasticsearch and Airflow with a configuration of one feed, one rule and one mail channel."""
    home = Path(tempfile.mkdtemp(prefix="newswatch-bench-", dir="/var/tmp"))
    home.chmod(0o755)
    config = home / "config"
    config.mkdir()
    (config / "watchlist").symlink_to(ROOT / "config" / "watchlist")
    (config / "rules.yaml").write_text(RULES)
    (config / "channels.yaml").write_text(CHANNELS)
    (config / "feeds.yaml").write_text(f"feeds:\n  - {{id: bench, url: 'http://127.0.0.1:{feed_port}/feed'}}\n")
    node, airflow = Node(home), Airflow(home)
    try:
        url = node.up()
        extra = {"disable_ssl": True, "disable_tls": True}
        smtp = json.dumps({"conn_type": "smtp", "host": "127.0.0.1", "port": smtp_port, "extra": extra})
        given = {"ELASTICSEARCH_URL": url, "NEWSWATCH_CONFIG": str(config), "AIRFLOW_CONN_SMTP_BENCH": smtp}
        settings.update(home / "env", given)
        store = connect(Settings.from_environment({"ELASTICSEARCH_URL": url}), "newswatch")
        ensure(store)
        airflow.up()
        airflow.api.unpause("newswatch_poll", "newswatch_watch")
        yield airflow, store
    finally:
        airflow.down()
        node.down()


def drills(count: int) -> None:
    """Print what each step took, over ``count`` entries."""
    feed, rows = Feed(), []
    with feed.serving() as port, mail() as (inbox, smtp_port), everything(port, smtp_port) as (airflow, store):
        conf = {"every": True, "allow": [f"127.0.0.1:{port}"]}
        airflow.api.run("newswatch_poll", conf)
        for number in range(count):
            rows.append(drill(number, feed, inbox, (airflow, conf), store))
            print(f"  … {number + 1}: {rows[-1][-1]:.1f} s", file=sys.stderr, flush=True)
    print("| step | p50, s | p95, s |\n|---|---|---|")
    for step, values in zip(STEPS, zip(*rows, strict=True), strict=True):
        print(f"| {step} | {statistics.median(values):.1f} | {statistics.quantiles(values, n=20)[-1]:.1f} |")


def drill(number: int, feed: Feed, inbox: Inbox, through: tuple[Airflow, dict[str, Any]], store: Store) -> list[float]:
    """One entry: seconds of each step, and of all."""
    airflow, conf = through
    mark = f"newsdrill {number} "
    title = mark + " ".join(random.Random(number).sample(WORDS, 9))
    feed.titles.insert(0, title)
    began = time.time()
    airflow.api.call("POST", "/dags/newswatch_poll/dagRuns", {"logical_date": None, "conf": conf})
    while not any(mark in subject for _, subject, _ in inbox.took):
        if time.time() - began > PATIENCE:
            raise SystemExit(f"nothing arrived within {PATIENCE} s")
        time.sleep(0.02)
    accepted = next(at for at, subject, _ in inbox.took if mark in subject)
    documents.refresh(store, store.index("items"), store.index("outbox"))
    item = newest(store, "items", {"match_phrase": {"title": title}})
    message = newest(store, "outbox", {"term": {"alerts": f"drill/{item['story']['id']}"}})
    stored = datetime.fromisoformat(item["event"]["ingested"]).timestamp()
    decided = datetime.fromisoformat(message["@timestamp"]).timestamp()
    fetched = min(feed.asked, stored)
    return [fetched - began, stored - fetched, decided - stored, accepted - decided, accepted - began]


def newest(store: Store, index: str, query: dict[str, Any]) -> dict[str, Any]:
    """The one document that matches."""
    request = {"query": query, "size": 1, "sort": [{"@timestamp": "desc"}]}
    found: dict[str, Any] = documents.search(store, store.index(index), request)["hits"]["hits"][0]["_source"]
    return found


def flood(count: int) -> None:
    """Print what ``count`` matches in one run become."""
    own = None if os.environ.get("NEWSWATCH_TEST_ES") else Node(Path(tempfile.mkdtemp(dir="/var/tmp")), ("nwtest",))
    if own:
        own.home.chmod(0o755)
    url = own.up() if own else os.environ["NEWSWATCH_TEST_ES"]
    store = connect(Settings.from_environment({"ELASTICSEARCH_URL": url}), f"nwtest-flood-{os.getpid()}")
    ensure(store)
    try:
        with mail() as (inbox, port):
            _flood(store, count, inbox, port)
    finally:
        drop(store)
        if own:
            own.down()


def _flood(store: Store, count: int, inbox: Inbox, port: int) -> None:
    now = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
    extra = {"disable_ssl": True, "disable_tls": True}
    channel = EmailChannel(Connection("smtp", "smtp", "127.0.0.1", port, extra=extra), "newswatch@ops.example")
    rules = TypeAdapter(tuple[Rule, ...]).validate_python(
        [{"id": "kw", "type": "match", "title": "Missiles", "where": {"concepts": ["missile"]}}]
    )
    life = LifeCycle((Route("all", ("mail",), group_by=("rule",)),))
    people = {"mail": Recipient("mail", "ann@ops.example", channel)}
    run = Watch(store, rules, life, people, now - timedelta(minutes=1), lambda: now, Links())
    watch(run)
    index = monthly(store, "items", now)
    documents.bulk(store, (Write("index", index, f"i{n}", item(n, now)) for n in range(count)))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started, used = time.monotonic(), time.process_time()
    report = watch(Watch(store, rules, life, people, now, lambda: now, Links()))
    took, cpu = time.monotonic() - started, time.process_time() - used
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    book = documents.get(store, store.index("state"), "book")
    print("| matches | messages | mail, KB | seconds | CPU, s | memory before, MB | at most, MB | book, KB |")
    print("|---|---|---|---|---|---|---|---|")
    size = max(size for _, _, size in inbox.took) / 1024
    kept = len(str(book.source)) / 1024 if book else 0
    print(
        f"| {report.signals:,} | {len(inbox.took)} | {size:,.0f} | {took:.1f} | {cpu:.1f} "
        f"| {before / 1024:,.0f} | {peak / 1024:,.0f} | {kept:,.0f} |"
    )


def item(number: int, at: datetime) -> dict[str, Any]:
    """A live item with a story of its own."""
    return {
        "@timestamp": at.isoformat(),
        "event": {"created": at.isoformat(), "ingested": at.isoformat()},
        "title": f"Missile number {number} seen",
        "summary": "",
        "origin": "live",
        "language": "en",
        "publisher": {"id": f"p{number % 50}", "family": f"p{number % 50}"},
        "feeds": ["bench"],
        "tags": ["military"],
        "concepts": ["missile"],
        "actors": ["russia"],
        "story": {"id": f"i{number}", "lead": True},
    }


if __name__ == "__main__":
    what, *more = sys.argv[1:] or ["drills"]
    if what == "flood":
        flood(int(more[0]) if more else 10_000)
    else:
        drills(int(more[0]) if more else 30)
