"""The real digest and upkeep DAGs against the real node and a real SMTP server."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message

from newswatch.index import documents
from newswatch.index.client import Settings, connect
from newswatch.index.documents import Write
from newswatch.index.templates import ensure, monthly
from tests.pipeline.test_digest import UNTIL, hours, item
from tests.test_dags import ROOT, RUN, python

CHANNELS = "channels:\n  - {id: ops, type: email, to: ops@example.org}\nroutes: []\n"
DIGESTS = "digests:\n  - {id: morning, recipients: [ops], cron: 0 7 * * *, zone: Europe/Amsterdam}\n"


class Box(Message):
    """Keeps the mails that arrive."""

    def __init__(self) -> None:
        super().__init__()
        self.mails: list[bytes] = []

    def handle_message(self, message: object) -> None:
        self.mails.append(bytes(message))  # type: ignore[call-overload]


@pytest.fixture
def smtp() -> Iterator[tuple[int, Box]]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    box = Box()
    controller = Controller(box, hostname="127.0.0.1", port=port, ready_timeout=30)
    controller.start()
    yield port, box
    controller.stop()


def test_one_mail_whatever_is_repeated_and_the_upkeep_runs(
    es_url: str, namespace: str, tmp_path: Path, smtp: tuple[int, Box]
) -> None:
    port, box = smtp
    config = tmp_path / "config"
    config.mkdir()
    for name in ("watchlist", "feeds.yaml", "rules.yaml"):
        (config / name).symlink_to(ROOT / "config" / name)
    (config / "channels.yaml").write_text(CHANNELS)
    (config / "digests.yaml").write_text(DIGESTS)
    store = connect(Settings.from_environment({"ELASTICSEARCH_URL": es_url}), namespace)
    ensure(store)
    one = item(hours(3), "Troops reach Kursk <script>", story={"id": "a", "lead": True})
    documents.bulk(store, [Write("create", monthly(store, "items", UNTIL), "a", one)])
    where = {"namespace": namespace, "config": str(config)}
    times = [hours(20), UNTIL, UNTIL, hours(-1)]
    runs = [*(("newswatch_digest", {**where, "now": at.isoformat()}) for at in times), ("newswatch_upkeep", where)]
    connection = {
        "conn_type": "smtp",
        "host": "127.0.0.1",
        "port": port,
        "extra": {"disable_tls": True, "disable_ssl": True},
    }
    python(
        "import subprocess, sys; subprocess.run([sys.executable, '-m', 'airflow', 'db', 'migrate'], check=True)",
        tmp_path,
    )
    out = python(
        RUN.format(dags=str(ROOT / "dags"), runs=json.dumps(runs)),
        tmp_path,
        ELASTICSEARCH_URL=es_url,
        AIRFLOW_CONN_SMTP_DEFAULT=json.dumps(connection),
    )
    states = [line.split()[-1].rpartition(".")[2].lower() for line in out.splitlines() if line.startswith("RESULT ")]
    assert states == ["success"] * 5
    (raw,) = box.mails
    mail = message_from_bytes(raw, policy=default)
    assert isinstance(mail, EmailMessage)
    assert mail["Subject"] == "News digest, Monday 2 March 2026: Troops reach Kursk <script>"
    html, text = mail.get_body(("html",)), mail.get_body(("plain",))
    assert html is not None
    assert text is not None
    assert "Troops reach Kursk &lt;script&gt;" in html.get_content()
    assert "1 story on the watch-list" in text.get_content()
    assert len(raw) < 100_000
