"""What can go wrong while bringing things up is one plain sentence that says what to do."""

from __future__ import annotations

import socket
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from ops.errors import OpsError
from ops.processes import Processes

from ops import java, node, settings

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def stranger() -> Iterator[str]:
    """A server that is not Elasticsearch: HTML for all, 401 under /locked."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = b"<html>It works!</html>"
            self.send_response(401 if self.path.startswith("/locked") else 200)
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
    with pytest.raises(OpsError, match="is not Elasticsearch"):
        node.health(stranger)


def test_wrong_credentials_do_not_show_them(stranger: str) -> None:
    with pytest.raises(OpsError, match="refuses the login; put user and password into ELASTICSEARCH_URL") as caught:
        node.health(stranger.replace("http://", "http://ann:hidden@") + "/locked")
    assert "hidden" not in str(caught.value)


def test_nothing_answers() -> None:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        with pytest.raises(OpsError, match=r"nothing answers at http://127\.0\.0\.1:"):
            node.health(f"http://127.0.0.1:{one.getsockname()[1]}")


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
    monkeypatch.setattr(node, "_fetch", lambda cache: wrong)
    with pytest.raises(OpsError, match="SHA-256 differs"):
        node.archive()
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


def test_the_lock_names_no_host() -> None:
    for name in ("requirements.lock", "requirements-image.lock"):
        text = (ROOT / name).read_text()
        assert "://" not in text
        assert "index" not in [line.split()[0].lstrip("-") for line in text.splitlines() if line.startswith("--")]
