"""A cluster with ILM drops the months itself.

The suite's node lacks the plugin, so a stand-in answers its three requests and passes all others on to the node; what
it was given is read by the vendor's own classes, which the node does have.
"""

from __future__ import annotations

import json
import re
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import urllib3

from newswatch.index import retention
from newswatch.index.client import Settings, Store, asking, connect
from newswatch.index.templates import ensure, monthly
from newswatch.model.upkeep import Keep, UpkeepConfig
from newswatch.pipeline.upkeep import run

NOW = datetime(2026, 3, 2, 2, 40, tzinfo=UTC)
UNAUTHORIZED = "action [cluster:admin/ilm/put] is unauthorized, this action is granted by the privileges [manage_ilm]"
JSON = {"Content-Type": "application/json", "X-Elastic-Product": "Elasticsearch"}


class Lifecycle:
    """ILM before a real node: the policies and the indices' settings that it took, unless it ``refuses``."""

    def __init__(self, url: str) -> None:
        self.url, self.pool = url, urllib3.PoolManager(maxsize=8)
        self.policies: dict[str, Any] = {}
        self.indices: dict[str, Any] = {}
        self.refuses = False

    def answer(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        if found := re.match(r"/_ilm/policy/([^/?]+)$", path):
            return self._policy(found[1], json.loads(body))
        if method == "PUT" and (found := re.match(r"/([^/?]+)/_settings$", path)) and b"lifecycle" in body:
            return self._settings(found[1], json.loads(body), headers)
        passed = self.pool.request(method, self.url + path, body=body, headers=headers, decode_content=False)
        kept = {name: passed.headers[name] for name in JSON if name in passed.headers}
        if path.startswith("/_nodes/plugins"):
            nodes = json.loads(passed.data)
            for node in nodes["nodes"].values():
                node["modules"].append({"name": "x-pack-ilm"})
            return passed.status, kept, json.dumps(nodes).encode()
        return passed.status, kept, passed.data

    def _policy(self, name: str, given: Any) -> tuple[int, dict[str, str], bytes]:
        if self.refuses:
            error = {"type": "security_exception", "reason": UNAUTHORIZED}
            return 403, JSON, json.dumps({"error": error | {"root_cause": [error]}, "status": 403}).encode()
        self.policies[name] = given
        return 200, JSON, b'{"acknowledged":true}'

    def _settings(self, index: str, given: Any, headers: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        asked = self.pool.request("HEAD", f"{self.url}/{index}", headers=headers)
        if asked.status != 200 or given["index.lifecycle.name"] not in self.policies:
            return 404, JSON, b'{"error":"no such index or policy","status":404}'
        self.indices[index] = given
        return 200, JSON, b'{"acknowledged":true}'


@pytest.fixture
def ilm(es_url: str) -> Iterator[tuple[str, Lifecycle]]:
    where = urllib3.util.parse_url(es_url)
    lifecycle = Lifecycle(f"http://{where.netloc}")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {
                name: self.headers[name] for name in ("Authorization", "Accept", "Content-Type") if self.headers[name]
            }
            status, kept, said = lifecycle.answer(self.command, self.path, body, headers)
            self.send_response(status)
            for name, value in (kept | {"Content-Length": str(len(said))}).items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(said)

        do_PUT = do_POST = do_HEAD = do_DELETE = do_GET  # noqa: N815 - names that the server looks up

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://{where.auth}@127.0.0.1:{server.server_port}", lifecycle
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def store(ilm: tuple[str, Lifecycle], namespace: str) -> Store:
    made = connect(Settings.from_environment({"ELASTICSEARCH_URL": ilm[0]}), namespace)
    ensure(made)
    for one in (made, replace(made, namespace=f"{namespace}-drill")):
        with asking(made):
            made.client.indices.create(index=monthly(one, "items", datetime(2024, 2, 29, tzinfo=UTC)))
    return made


def kept_for(items: int) -> UpkeepConfig:
    return UpkeepConfig(keep=Keep(items=timedelta(days=items)))


@pytest.mark.needs("javac")
def test_the_cluster_drops_the_months_when_newswatch_would(
    store: Store, ilm: tuple[str, Lifecycle], tmp_path: Path
) -> None:
    steps = {step.name: step for step in run(store, kept_for(400), (), NOW)}
    assert steps["items"].said == "the cluster drops months older than 400 days itself"
    assert not any(step.failed for step in steps.values())
    (name,), (month,) = ilm[1].policies, ilm[1].indices
    assert month == f"{store.index('items')}-2024.02", "its own month, not that of the namespace that begins alike"
    assert month in retention.owned(store), "left to the cluster"
    for file, given in (("policy", ilm[1].policies[name]), ("settings", ilm[1].indices[month])):
        (tmp_path / file).write_text(json.dumps(given))
    node = next(iter(store.client.nodes.info(metric="settings")["nodes"].values()))
    home = node["settings"]["path"]["home"]
    read = subprocess.run(
        ["java", "-cp", f"{home}/lib/*:{home}/modules/x-pack-core/*", Path(__file__).with_name("Lifecycle.java"), name,
         tmp_path / "policy", tmp_path / "settings"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert read.stdout.splitlines() == [
        "hot 0s []",
        "delete 400d [delete]",
        f"policy {store.index('items')}",
        "from 2024-03-01T00:00:00Z",
    ], read.stderr


def test_a_cluster_that_refuses_its_lifecycle_is_told(store: Store, ilm: tuple[str, Lifecycle]) -> None:
    ilm[1].refuses = True
    failed = [step for step in run(store, kept_for(31), (), NOW) if step.failed]
    assert [step.name for step in failed] == ["items"]
    assert "manage_ilm" in failed[0].said
    assert f"{store.index('items')}-2024.02" in retention.owned(store)
