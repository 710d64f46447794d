"""What can go wrong while bringing things up is one plain sentence that says what to do."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import psutil
import pytest
from ops.airflow import HISTORY, KEEPER, PARTS, Airflow
from ops.cluster import reach
from ops.errors import OpsError
from ops.keeper import LONGEST, Keeper
from ops.processes import Processes
from sqlalchemy import create_engine

from newswatch.errors import NewswatchError
from ops import archive, java, node, settings, up

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def stranger() -> Iterator[str]:
    """A server that is not Elasticsearch: HTML for all, 401 under /locked; under /keyed it is one, for a key."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = b"<html>It works!</html>"
            opened = self.path.startswith("/keyed") and self.headers["Authorization"] == "ApiKey sesame"
            closed = self.path.startswith(("/locked", "/keyed")) and not opened
            self.send_response(401 if closed else 200)
            if opened or closed:
                body = b'{"status": 401, "error": {"reason": "who are you?"}}' if closed else b'{"status": "green"}'
                self.send_header("X-Elastic-Product", "Elasticsearch")
                self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_what_answers_is_not_elasticsearch(stranger: str) -> None:
    with pytest.raises(NewswatchError, match=r"http://127\.0\.0\.1:\d+ (is|answered with).* not Elasticsearch|proxy"):
        reach({"ELASTICSEARCH_URL": stranger})


def test_wrong_credentials_do_not_show_them(stranger: str) -> None:
    given = stranger.replace("http://", "http://ann:hidden@") + "/locked"
    with pytest.raises(NewswatchError, match=r"refuses the login.*check user and password in ELASTICSEARCH_") as caught:
        reach({"ELASTICSEARCH_URL": given})
    assert "hidden" not in str(caught.value)


def test_a_cluster_that_wants_an_api_key(stranger: str) -> None:
    reach({"ELASTICSEARCH_URL": f"{stranger}/keyed", "ELASTICSEARCH_API_KEY": "sesame"})
    with pytest.raises(NewswatchError, match="or ELASTICSEARCH_API_KEY"):
        reach({"ELASTICSEARCH_URL": f"{stranger}/keyed", "ELASTICSEARCH_API_KEY": "wrong"})


def test_nothing_answers() -> None:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        with pytest.raises(NewswatchError, match=r"nothing answers at http://127\.0\.0\.1:"):
            reach({"ELASTICSEARCH_URL": f"http://127.0.0.1:{one.getsockname()[1]}"})


def test_a_cluster_of_ones_own_stays_in_use(es_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEWSWATCH_HOME", str(tmp_path))
    monkeypatch.setenv("ELASTICSEARCH_URL", es_url)
    for key in ("ELASTICSEARCH_API_KEY", "ELASTICSEARCH_CA_CERTS"):
        monkeypatch.setenv(key, "")
    for _ in range(2):
        assert up._elasticsearch(tmp_path, print) == es_url
        up._remember(tmp_path, Airflow(tmp_path))
    monkeypatch.delenv("ELASTICSEARCH_URL")
    assert up._elasticsearch(tmp_path, print) == es_url, "also when it is not named again"
    kept = sorted(file.name for file in tmp_path.iterdir())
    assert kept == ["airflow.env", "env"], "no node of our own was begun"
    assert re.search(r"(?m)^NEWSWATCH_DESK=http://127\.0\.0\.1:\d+/newswatch/desk$", (tmp_path / "env").read_text())


def test_the_nodes_own_address_is_known_again(tmp_path: Path) -> None:
    one = node.Node(tmp_path)
    assert one.is_at(one._url)
    assert not one.is_at("http://newswatch:other@127.0.0.1:9200")


# cjdk leaves the refused socket to the garbage collector
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_no_java_and_none_to_fetch(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(java, "_candidates", lambda: iter([tmp_path / "no-java"]))
    # an index that nobody serves stands for a machine without internet
    monkeypatch.setenv("CJDK_INDEX_URL", "https://127.0.0.1:9/index.json")
    monkeypatch.setenv("CJDK_CACHE_DIR", str(tmp_path))
    with pytest.raises(OpsError, match="needs Java 17 or later; none was found and none could be fetched"):
        java.java_home()


def test_an_old_java_is_passed_over(tmp_path: Path) -> None:
    for name, said in (("old", "1.8.0_402"), ("new", "21.0.2")):
        program = tmp_path / name / "bin" / "java"
        program.parent.mkdir(parents=True)
        program.write_text(f"#!/bin/sh\necho 'openjdk version \"{said}\"' >&2\n")
        program.chmod(0o755)
    assert [java.version(tmp_path / name) for name in ("old", "new", "none")] == [8, 21, 0]


def test_a_download_that_was_tampered_with_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.zip"
    wrong.write_bytes(b"not what was published")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(archive, "_fetch", lambda cache: wrong)
    with pytest.raises(OpsError, match="SHA-256 differs"):
        archive.archive()
    assert not wrong.exists()


def test_a_full_disk_is_said_before_anything_is_unpacked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(node, "NEEDED_BYTES", 1 << 62)
    one = node.Node(tmp_path / "state")
    monkeypatch.setattr(node.Node, "base", property(lambda _: tmp_path / "base"))
    with pytest.raises(OpsError, match="is nearly full"):
        one._unpack(tmp_path / "any.zip")
    assert list((tmp_path / "base").iterdir()) == []


def test_a_taken_port_is_chosen_anew(tmp_path: Path) -> None:
    one = node.Node(tmp_path)
    first = one._ports()
    assert one._ports() == first, "remembered"
    with socket.socket() as other:
        other.bind(("127.0.0.1", first["http"]))
        other.listen()
        assert one._ports()["http"] != first["http"]


def test_settings_keep_what_the_user_wrote(tmp_path: Path) -> None:
    file = tmp_path / "env"
    file.write_text("# mine\nAIRFLOW_CONN_SMTP_DEFAULT={}\nELASTICSEARCH_URL=old\n")
    settings.update(file, {"ELASTICSEARCH_URL": "new"})
    assert file.read_text() == "# mine\nAIRFLOW_CONN_SMTP_DEFAULT={}\nELASTICSEARCH_URL=new\n"
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_pid_that_another_process_has_now_is_not_ended(tmp_path: Path) -> None:
    processes = Processes(tmp_path)
    other = subprocess.Popen(["sleep", "60"])
    try:
        (tmp_path / "pids").mkdir()
        (tmp_path / "pids" / "api-server.json").write_text(f'{{"pid": {other.pid}, "started": 1.0}}')
        assert processes.stop("api-server") is False
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


def session(leader: int) -> list[int]:
    """The processes of a session that are no zombies."""
    found = []
    for one in psutil.process_iter(["status"]):
        with contextlib.suppress(ProcessLookupError):
            if os.getsid(one.pid) == leader and one.info["status"] != psutil.STATUS_ZOMBIE:
                found.append(one.pid)
    return found


@pytest.mark.parametrize("again", [False, True])
@pytest.mark.parametrize("script", ["trap 'sleep 61 & exit' TERM", "sleep 62 &"])
def test_no_worker_outlives_its_leader(tmp_path: Path, script: str, again: bool) -> None:
    processes = Processes(tmp_path)
    command = ["sh", "-c", f"{script}\n echo up; while :; do sleep 0.05; done"]
    leader = processes.start("scheduler", command, os.environ, tmp_path)
    while not processes.log("scheduler").read_text():
        time.sleep(0.05)
    os.kill(leader, signal.SIGTERM if "trap" in script else signal.SIGKILL)
    while processes.running("scheduler"):
        time.sleep(0.05)
    assert session(leader), "it left one"
    if again:
        processes.start("scheduler", ["sleep", "63"], os.environ, tmp_path)
    assert processes.stop("scheduler") is again
    assert session(leader) == []


def test_airflow_ends_side_by_side_and_the_api_server_last(tmp_path: Path) -> None:
    ended = tmp_path / "ended"
    for part in (*PARTS, HISTORY, KEEPER):
        script = f"trap 'sleep 0.3; echo {part} >>{ended}; exit' TERM; echo up; while :; do sleep 0.05; done"
        Processes(tmp_path).start(part, ["sh", "-c", script], os.environ, tmp_path)
    deadline = time.monotonic() + 30
    while any(not Processes(tmp_path).log(part).read_text() for part in (*PARTS, HISTORY, KEEPER)):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert Airflow(tmp_path).down()
    assert sorted(ended.read_text().split()) == sorted((*PARTS, HISTORY, KEEPER))
    assert (ended.read_text().split()[0], ended.read_text().split()[-1]) == (KEEPER, "api-server")
    assert Processes(tmp_path).names() == []
    assert not Airflow(tmp_path).down(), "nothing is left"


def test_what_ended_is_started_again_ever_later(tmp_path: Path) -> None:
    processes = Processes(tmp_path)

    def start(part: str, lives: float = 0) -> None:
        processes.start(part, ["sleep", str(lives)], os.environ, tmp_path)

    def look(now: float) -> list[str]:
        deadline = time.monotonic() + 10
        while processes.running("scheduler") and time.monotonic() < deadline:
            time.sleep(0.01)
        return keeper.look(now)

    keeper = Keeper(processes, start)
    start("api-server", lives=60)
    assert keeper.look(0) == [], "what was never started is not either"
    start("scheduler")
    assert [second for second in range(1000, 1100) if look(second)] == [1000, 1005, 1015, 1035, 1075]
    assert look(1100 + 2 * LONGEST), "it held long enough"
    assert look(1105 + 2 * LONGEST), "so it is started soon again"
    processes.stop("scheduler")
    processes.stop("api-server")
    assert look(9999) == [], "make down took them away"


def test_all_but_the_api_server_wait_long_for_the_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given: dict[str, str] = {}

    def start(_: Processes, part: str, __: object, environment: dict[str, str], ___: object) -> None:
        given[part] = environment["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"]

    monkeypatch.setattr(Processes, "start", start)
    for part in PARTS:
        Airflow(tmp_path).start(part)
    (tmp_path / "airflow").mkdir()
    waits = {}
    for part, address in given.items():
        connection = create_engine(address).raw_connection()
        waits[part] = connection.cursor().execute("PRAGMA busy_timeout").fetchone()[0]
        connection.close()
    assert waits == {"api-server": 5_000, "scheduler": 60_000, "dag-processor": 60_000, "triggerer": 60_000}


def test_the_lock_names_no_host() -> None:
    for name in ("requirements.lock", "requirements-image.lock"):
        text = (ROOT / name).read_text()
        assert "://" not in text
        assert "index" not in [line.split()[0].lstrip("-") for line in text.splitlines() if line.startswith("--")]
