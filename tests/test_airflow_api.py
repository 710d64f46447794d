"""Airflow's answers on a bad moment: what may be said twice is said again, nothing else is."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from newswatch.airflow_api import AirflowApi, AirflowError

ASKED: list[str] = []


class Busy(BaseHTTPRequestHandler):
    """Its database is locked at the first request of each kind."""

    def _answer(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        ASKED.append(self.command)
        token = self.path == "/auth/token"
        body = json.dumps({"access_token": "t"} if token else {"state": "done"}).encode()
        self.send_response(200 if token or ASKED.count(self.command) > 1 + (self.command == "POST") else 500)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PATCH = _answer  # noqa: N815

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def api() -> Iterator[AirflowApi]:
    ASKED.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Busy)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield AirflowApi(f"http://127.0.0.1:{server.server_port}", "admin", "secret")
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("method", ["GET", "PATCH"])
def test_what_may_be_said_twice_is_said_again(api: AirflowApi, method: str) -> None:
    assert api.call(method, "/dags/one") == {"state": "done"}
    assert ASKED.count(method) == 2


def test_a_run_is_not_started_twice(api: AirflowApi) -> None:
    with pytest.raises(AirflowError, match="500"):
        api.call("POST", "/dags/one/dagRuns", {})
    assert ASKED == ["POST", "POST"]
