"""What the suite starts for itself: a real Elasticsearch node, namespaces that vanish."""

from __future__ import annotations

import os
import shutil
import tempfile
import threading
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import urllib3
from ops.errors import OpsError
from ops.node import Node

from newswatch.index.client import Settings, connect
from newswatch.index.templates import drop
from tests import parts

GIVEN = "NEWSWATCH_TEST_ES"
LEFT_OUT: dict[str, list[str]] = {}


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "needs(*names): what of the system this test needs, by the names of parts.FOUND")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what this machine cannot run, and remember why."""
    kept, left = [], []
    for item in items:
        names = [name for mark in item.iter_markers("needs") for name in mark.args]
        lacking = parts.missing(*names)
        for name in lacking:
            LEFT_OUT.setdefault(name, []).append(item.nodeid)
        (left if lacking else kept).append(item)
    if left:
        config.hook.pytest_deselected(items=left)
        items[:] = kept


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for name, tests in LEFT_OUT.items():
        terminalreporter.write_line(f"left out, for {name} is not installed: {', '.join(sorted(tests))}")


def pytest_sessionstart(session: pytest.Session) -> None:
    """With several workers (pytest-xdist), one node for all of them."""
    config = session.config
    if _is_worker(config) or not config.getoption("numprocesses", None) or os.environ.get(GIVEN):
        return
    lent = ExitStack()
    config.add_cleanup(lent.close)
    os.environ[GIVEN] = lent.enter_context(_node())
    lent.callback(os.environ.pop, GIVEN)


def pytest_sessionfinish(session: pytest.Session) -> None:
    if _is_worker(session.config):
        session.config.workeroutput["left_out"] = LEFT_OUT  # type: ignore[attr-defined]
    elif LEFT_OUT and os.environ.get("NEWSWATCH_NOTHING_LEFT_OUT"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """A worker tells what it left out."""
    LEFT_OUT.update(node.workeroutput.get("left_out", {}))


def _is_worker(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")


@contextmanager
def _node() -> Iterator[str]:
    """A real node's URL, while it runs."""
    home = Path(tempfile.mkdtemp(prefix="newswatch-test-", dir="/var/tmp"))
    home.chmod(0o755)
    node = Node(home, ("nwtest",))
    try:
        try:
            url = node.up()
        except OpsError as error:
            pytest.exit(f"the suite needs a real Elasticsearch: {error}", returncode=1)
        yield url
    finally:
        node.down()
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="session")
def es_url() -> Iterator[str]:
    """The URL of a real node: ``NEWSWATCH_TEST_ES`` when set, else one that is started once and stopped at the end."""
    if given := os.environ.get(GIVEN):
        yield given
        return
    with _node() as url:
        yield url


@pytest.fixture
def namespace(es_url: str) -> Iterator[str]:
    """An index prefix of this test's own; its indices and templates are dropped afterwards."""
    name = f"nwtest-{uuid.uuid4().hex[:8]}"
    yield name
    pool, login = urllib3.PoolManager(), _login(es_url)
    made = pool.request("GET", f"{es_url}/_cat/indices/{name}-*?h=index&expand_wildcards=all", headers=login)
    for path in [",".join(made.data.decode().split()), f"_index_template/{name}-*"]:
        if path:
            pool.request("DELETE", f"{es_url}/{path}", headers=login)


@pytest.fixture(scope="module")
def shared_namespace(es_url: str) -> Iterator[str]:
    """A namespace that lives as long as the module, for tests that keep apart by themselves: making one takes long."""
    name = f"nwtest-{uuid.uuid4().hex[:8]}"
    yield name
    drop(connect(Settings.from_environment({"ELASTICSEARCH_URL": es_url}), name))


@pytest.fixture
def feed_server() -> Iterator[str]:
    """A loopback server with one feed of two entries at ``/feed.xml``; everything else is 404."""
    entries = "".join(
        f"<item><guid>{n}</guid><title>North Korean troops reach Kursk, part {n}</title></item>" for n in (1, 2)
    )
    feed = f'<?xml version="1.0"?><rss version="2.0"><channel><title>A</title>{entries}</channel></rss>'.encode()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = self.path == "/feed.xml"
            self.send_response(200 if found else 404)
            self.send_header("Content-Length", str(len(feed) if found else 0))
            self.end_headers()
            self.wfile.write(feed if found else b"")

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def _login(url: str) -> dict[str, str]:
    user = urllib3.util.parse_url(url).auth
    return dict(urllib3.make_headers(basic_auth=user)) if user else {}
