"""A real SMTP server and a loopback HTTP server whose faults are scripted."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from newswatch.index.client import Settings, Store, connect
from newswatch.index.templates import drop, ensure
from newswatch.model import envelope as model
from newswatch.model.rendered import Image, Rendered


@pytest.fixture(scope="module")
def store(es_url: str) -> Iterator[Store]:
    """A store that the tests of a module share: each takes a day and names of its own."""
    made = connect(Settings.from_environment({"ELASTICSEARCH_URL": es_url}), f"nwtest-{uuid.uuid4().hex[:8]}")
    ensure(made)
    yield made
    drop(made)


@dataclass
class Mailbox:
    """What a scripted SMTP server took. ``mail``, ``rcpt`` and ``data`` are its answers; ``hang`` delays DATA (s).

    ``refused`` are answers to RCPT by address; ``hangs`` and ``drops`` are addresses at which DATA goes wrong.
    """

    host: str = "127.0.0.1"
    port: int = 0
    rcpt: str = "250 OK"
    data: str = "250 OK"
    hang: float = 0.0
    drop: bool = False
    password: str | None = None
    refused: dict[str, str] = field(default_factory=dict)
    mail: str = "250 OK"
    hangs: set[str] = field(default_factory=set)
    drops: set[str] = field(default_factory=set)
    messages: list[EmailMessage] = field(default_factory=list)

    async def handle_MAIL(self, server: SMTP, session: Session, env: Envelope, address: str, _: list[str]) -> str:  # noqa: N802
        if self.mail.startswith("250"):
            env.mail_from = address
        return self.mail

    async def handle_RCPT(self, server: SMTP, session: Session, env: Envelope, address: str, _: list[str]) -> str:  # noqa: N802
        answer = self.refused.get(address, self.rcpt)
        if answer.startswith("250"):
            env.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, env: Envelope) -> str:  # noqa: N802
        if self.drop or set(env.rcpt_tos) & self.drops:
            server.transport.abort()
            return "421 bye"
        if set(env.rcpt_tos) & self.hangs:
            await asyncio.sleep(4)
        time.sleep(self.hang)  # noqa: ASYNC251 (the whole server hangs, as a real one does)
        if self.data.startswith("250"):
            self.messages.append(message_from_bytes(env.content or b"", policy=default))  # type: ignore[arg-type]
        return self.data

    def authenticate(self, server: SMTP, session: Session, env: Envelope, mechanism: str, given: Any) -> AuthResult:
        right = self.password is None or given.password == self.password.encode()
        return AuthResult(success=right, handled=False)


@pytest.fixture
def smtp() -> Iterator[Mailbox]:
    with mailbox() as box:
        yield box


@contextmanager
def mailbox(tls: ssl.SSLContext | None = None) -> Iterator[Mailbox]:
    """A mail server that runs; with ``tls`` it offers STARTTLS."""
    box = Mailbox()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        box.port = free.getsockname()[1]
    controller = Controller(
        box,
        hostname="127.0.0.1",
        port=box.port,
        authenticator=box.authenticate,
        auth_require_tls=False,
        tls_context=tls,
        ready_timeout=10,
    )
    controller.start()
    yield box
    controller.stop()


@dataclass
class Service:
    """A loopback HTTP service: ``answers`` are given in turn, the last one for ever; ``requests`` are remembered."""

    url: str = ""
    answers: list[tuple[int, dict[str, str], str]] = field(default_factory=lambda: [(200, {}, "ok")])
    requests: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)


@pytest.fixture
def service(service_factory: Callable[[], Service]) -> Service:
    return service_factory()


@pytest.fixture
def service_factory() -> Iterator[Callable[[], Service]]:
    with ExitStack() as open_services:
        yield lambda: open_services.enter_context(_serving(Service()))


@contextmanager
def _serving(scripted: Service) -> Iterator[Service]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            scripted.requests.append((self.path, {k.lower(): v for k, v in self.headers.items()}, body))
            code, headers, text = scripted.answers[0]
            if len(scripted.answers) > 1:
                scripted.answers.pop(0)
            if code == 0:
                self.connection.close()
                return
            self.send_response(code)
            for name, value in {"Content-Length": str(len(text.encode())), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(text.encode())

        do_GET = do_POST  # noqa: N815 (the name that the server looks for)

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


@pytest.fixture
def hook(service_factory: Callable[[], Service]) -> Service:
    return service_factory()


@pytest.fixture
def letter() -> Callable[..., model.Envelope]:
    """An envelope with hostile text in every place."""

    def make(**given: Any) -> model.Envelope:
        rendered = Rendered(
            subject="Alert\r\nBcc: thief@evil.example",
            text="북한 troops <!channel>\n",
            html='<p>북한 troops</p><img src="cid:chart" alt="61 stories">',
            images=(Image("chart", b"\x89PNG\r\n\x1a\n", "61 stories"),),
            slack=({"type": "section", "text": {"type": "mrkdwn", "text": "&lt;!channel&gt;"}},),
            data={"version": "4", "alerts": []},
        )
        base: dict[str, Any] = {
            "id": "d1",
            "recipient": "ann@ops.example",
            "rendered": rendered,
            "at": datetime(2026, 3, 2, 10, 0, tzinfo=UTC),
        }
        return model.Envelope(**{**base, **given})

    return make
