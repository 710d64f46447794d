"""Import against a loopback server that answers as Kibana does."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import urllib3

from newswatch.kibana import importer

NDJSON = b'{"type":"tag","id":"a"}\n{"type":"tag","id":"b"}\n'
READY = (200, json.dumps({"version": {"number": "8.19.2"}, "status": {"overall": {"level": "available"}}}))


@dataclass
class Kibana:
    """Scripted answers: ``status`` for /api/status, ``answer`` for the import; remembers the requests."""

    url: str = ""
    status: tuple[int, str] = READY
    answer: tuple[int, str] = (200, json.dumps({"success": True, "successCount": 2}))
    headers: dict[str, str] = field(default_factory=dict)
    pause: float = 0
    requests: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)


@pytest.fixture
def kibana() -> Iterator[Kibana]:
    scripted = Kibana()

    class Handler(BaseHTTPRequestHandler):
        def _reply(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            scripted.requests.append((self.command, self.path, headers, body))
            if scripted.pause:
                time.sleep(scripted.pause)
                return
            code, text = scripted.status if self.path.endswith("/api/status") else scripted.answer
            self.send_response(code)
            for name, value in scripted.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(text.encode())))
            self.end_headers()
            self.wfile.write(text.encode())

        do_GET = do_POST = _reply  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    scripted.url = f"http://127.0.0.1:{server.server_port}"
    yield scripted
    server.shutdown()
    thread.join()
    server.server_close()


def post(kibana: Kibana, **options: str) -> importer.Imported:
    return importer.post(importer.Target.parse(kibana.url, **options), NDJSON)


def test_success_says_how_many_and_where(kibana: Kibana) -> None:
    assert post(kibana, space="ops team", api_key="secret") == importer.Imported(2, "8.19.2")
    method, path, headers, body = kibana.requests[-1]
    assert (method, path) == ("POST", "/s/ops%20team/api/saved_objects/_import?overwrite=true")
    assert headers["kbn-xsrf"]
    assert headers["authorization"] == "ApiKey secret"
    assert NDJSON in body
    assert b'filename="newswatch.ndjson"' in body


def test_login_from_the_address(kibana: Kibana) -> None:
    kibana.url = kibana.url.replace("http://", "http://ann:p%40ss@")
    post(kibana)
    assert kibana.requests[-1][2]["authorization"] == "Basic YW5uOnBAc3M="


REFUSALS = [
    ("missing-references", 200, {"success": False, "errors": [
        {"type": "dashboard", "id": "x", "error": {"type": "missing_references", "references": [
            {"type": "index-pattern", "id": "newswatch-items"}]}}]}, "missing references (index-pattern n"),
    ("conflict", 200, {"success": False, "errors": [
        {"type": "search", "id": "y", "error": {"type": "conflict"}}]}, "search y: conflict"),
    ("unsupported", 200, {"success": False, "errors": [
        {"type": "links", "id": "z", "error": {"type": "unsupported_type"}}]}, "links z: unsupported type"),
    ("success-with-errors", 200, {"success": True, "successCount": 2, "errors": [
        {"type": "links", "id": "z", "error": {"type": "unknown", "message": "broken"}}]}, "links z: broken"),
    ("too-few", 200, {"success": True, "successCount": 1}, "1 of 2 objects"),
    ("not-json", 200, "<html>Log in</html>", "a proxy or login"),
    ("a-list", 200, [], "a proxy or login"),
    ("odd-errors", 200, {"success": False, "errors": ["the disk is full", {"type": "tag", "id": "a", "error": "no"}]},
        "the disk is full; tag a: unknown"),
    ("bad-request", 400, {"message": "duplicate id"}, "duplicate id"),
    ("no-login", 401, {"message": "Unauthorized"}, "user and password"),
    ("forbidden", 403, {"message": "no"}, "may not import"),
    ("not-found", 404, {"message": "Not Found"}, "base path and space"),
    ("too-large", 413, "<html>", "maxImportPayloadBytes"),
    ("newer", 422, {"message": "belongs to a more recent version"}, "older than the dashboards"),
    ("server-error", 500, {"message": "boom"}, "500"),
    ("starting", 503, "Kibana server is not ready yet", "not ready yet"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "body", "said"), [case[1:] for case in REFUSALS], ids=[case[0] for case in REFUSALS])
def test_every_refusal_is_a_sentence(kibana: Kibana, code: int, body: object, said: str) -> None:
    kibana.answer = (code, body if isinstance(body, str) else json.dumps(body))
    with pytest.raises(importer.KibanaError) as caught:
        post(kibana, api_key="s3cret-key")
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "s3cret-key" not in str(caught.value)


def test_an_old_kibana_is_told_apart_before_anything_is_posted(kibana: Kibana) -> None:
    kibana.status = (200, json.dumps({"version": {"number": "8.11.0"}}))
    with pytest.raises(importer.KibanaError, match=r"8\.11\.0; the dashboards need 8\.19"):
        post(kibana)
    assert [request[0] for request in kibana.requests] == ["GET"]


def test_a_login_page_is_told_apart(kibana: Kibana) -> None:
    kibana.status, kibana.headers = (302, ""), {"Location": "/login?next=%2F"}
    with pytest.raises(importer.KibanaError, match=r"sends us on to /login; is a login in front.* set KIBANA_API_KEY"):
        post(kibana)


def test_a_status_of_another_make_is_no_hindrance(kibana: Kibana) -> None:
    kibana.status = (200, json.dumps({"version": "8.19"}))
    assert post(kibana).version == "of unknown version"


def test_a_kibana_that_hangs_is_given_up(kibana: Kibana, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importer, "TIMEOUT", urllib3.Timeout(connect=1, read=0.2))
    kibana.pause = 0.6
    with pytest.raises(importer.KibanaError, match="did not answer in time"):
        post(kibana)


def test_nobody_there() -> None:
    with pytest.raises(importer.KibanaError, match="cannot be reached"):
        importer.post(importer.Target.parse("http://ann:hunter22@127.0.0.1:1"), NDJSON)


def test_an_address_that_is_none() -> None:
    with pytest.raises(importer.KibanaError, match="is not an address of Kibana"):
        importer.Target.parse("kibana:5601")
