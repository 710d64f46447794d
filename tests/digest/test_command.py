"""``newswatch digest``, ``upkeep`` and ``backup`` as somebody types them, and what ``check`` says of upkeep.yaml."""

from __future__ import annotations

import json
import shutil
import webbrowser
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from urllib.request import url2pathname

import pytest
from tests.test_dags_daily import Box, smtp
from typer.testing import CliRunner

from newswatch import daily, jobs
from newswatch.cli import app
from newswatch.config.upkeep import load_upkeep
from newswatch.errors import ConfigError, DeliveryError, UsageError
from newswatch.index import snapshots
from newswatch.index.client import Settings, connect

__all__ = ["smtp"]

ROOT = Path(__file__).parents[2]
CHANNELS = "channels:\n  - {id: folder, type: folder, path: outbox}\nroutes: []\n"


@pytest.fixture
def run(es_url: str, namespace: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    config = tmp_path / "config"
    shutil.copytree(ROOT / "config", config)
    (config / "channels.yaml").write_text(CHANNELS)
    monkeypatch.setenv("ELASTICSEARCH_URL", es_url)
    monkeypatch.setenv("NEWSWATCH_HOME", str(tmp_path))

    def one(*arguments: str) -> str:
        given = [*arguments, "--namespace", namespace]
        if arguments[:2] != ("digest", "list"):
            given += ["--config", str(config)]
        if arguments[0] not in ("backup", "restore") and arguments[:2] != ("digest", "list"):
            given += ["--now", "2026-03-02T09:00:00Z"]
        done = CliRunner().invoke(app, given)
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done.output

    return one


def test_look_at_one_then_send_it_once(  # type: ignore[no-untyped-def]
    run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "d.html"
    assert "nothing reported" in run("digest", "preview", "--date", "2026-03-02", "--out", str(out))
    assert out.read_text().startswith("<!doctype html>")
    run("digest", "preview", "--out", str(tmp_path / "d.json"))
    assert json.loads((tmp_path / "d.json").read_text())["blocks"]
    assert "On the desk" not in run("digest", "preview", "--out", "-")
    monkeypatch.setenv("NEWSWATCH_DESK", "http://127.0.0.1:1/newswatch/desk")
    assert "On the desk: http://127.0.0.1:1/newswatch/desk/digests" in run("digest", "preview", "--out", "-")
    assert run("digest", "preview", "--out", "-").startswith("Subject: News digest, Monday 2 March 2026")
    assert not list((tmp_path / "outbox").glob("*.eml"))
    assert run("digest", "send", "--date", "2026-03-02", "--to", "folder") == "Sent to folder.\n"
    assert "has had the digest of 2026-03-02 already" in run("digest", "send", "--date", "2026-03-02", "--to", "folder")
    assert len(list((tmp_path / "outbox").glob("*.eml"))) == 1
    for arguments, said in (
        (("--date", "2026-03-03", "--to", "folder"), "falls due at 2026-03-03 06:00 UTC"),
        (("--date", "yesterday", "--to", "folder"), "--date wants a day"),
        (("--date", "2026-03-02", "--to", "pigeon"), "--to wants a mail address or a channel"),
        (("--date", "2026-03-02", "--to", "folder", "--id", "noon"), "there is no digest 'noon'"),
    ):
        with pytest.raises(UsageError, match=said):
            run("digest", "send", *arguments)


def test_one_sent_by_hand_is_followed_by_none_of_the_past(  # type: ignore[no-untyped-def]
    run, namespace: str, tmp_path: Path
) -> None:
    assert run("digest", "send", "--date", "2026-03-01", "--to", "folder") == "Sent to folder.\n"
    now = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    assert daily.digest(jobs.Where(namespace, tmp_path / "config"), now, lambda: now).built == 0
    tomorrow = now + timedelta(days=1)
    assert daily.digest(jobs.Where(namespace, tmp_path / "config"), tomorrow, lambda: tomorrow).built == 1


def test_opened_in_the_browser(run, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    opened: list[str] = []
    monkeypatch.setattr(webbrowser, "open", opened.append)
    said = run("digest", "preview", "--open")
    (address,) = opened
    file = Path(url2pathname(address.removeprefix("file:")))
    assert file.read_text().startswith("<!doctype html>")
    assert str(file) in said
    shutil.rmtree(file.parent)
    with pytest.raises(UsageError, match="--open shows it in the browser"):
        run("digest", "preview")


def test_to_an_address_that_is_no_channel(
    run,  # type: ignore[no-untyped-def]
    smtp: tuple[int, Box],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    port, box = smtp
    connection = {"conn_type": "smtp", "host": "127.0.0.1", "extra": {"disable_tls": True, "disable_ssl": True}}
    send = ("digest", "send", "--date", "2026-03-02", "--to", "ann@example.org")
    monkeypatch.setenv("AIRFLOW_CONN_SMTP_DEFAULT", json.dumps({**connection, "port": 1}))
    with pytest.raises(DeliveryError):
        run(*send)
    # what was not accepted may be tried again
    monkeypatch.setenv("AIRFLOW_CONN_SMTP_DEFAULT", json.dumps({**connection, "port": port}))
    assert run(*send) == "Sent to ann@example.org.\n"
    assert "has had the digest of 2026-03-02 already" in run(*send)
    (mail,) = (message_from_bytes(one, policy=default) for one in box.mails)
    assert mail["To"] == "ann@example.org"
    assert mail["Subject"].startswith("News digest, Monday 2 March 2026")
    assert "morning" in run("digest", "list")


def test_a_backup_comes_back(run, es_url: str, namespace: str, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    store = connect(Settings.from_environment({"ELASTICSEARCH_URL": es_url}), namespace)
    config = tmp_path / "config" / "upkeep.yaml"
    config.write_text(f"snapshots: {{repository: {namespace}, location: {namespace}}}\n")
    run("digest", "send", "--date", "2026-03-02", "--to", "folder")
    try:
        with pytest.raises(UsageError, match="has no snapshot"):
            run("restore")
        name = run("backup").partition(":")[0]
        assert run("backup", "--list").split()[:2] == [name, "SUCCESS"]
        run("digest", "send", "--date", "2026-03-01", "--to", "folder")
        assert len(run("digest", "list").splitlines()) == 2
        with pytest.raises(UsageError, match="restore into another"):
            run("restore", name)
        assert run("restore", "--replace").startswith(f"{name} restored: ")
        (kept,) = run("digest", "list").splitlines()
        assert kept.startswith("2026-03-02")
    finally:
        for one in snapshots.listed(store, namespace):
            store.client.snapshot.delete(repository=namespace, snapshot=one.name)
        store.client.snapshot.delete_repository(name=namespace)


FAULTS = [
    ("keep: {items: 3d}\n", "keep.items"),
    ("keep: {gossip: 30d}\n", "keep.gossip"),
    ("keep: {ledger: soon}\n", "keep.ledger"),
    ("snapshots: {repository: 'Not A Name'}\n", "snapshots.repository"),
    ("snapshots: {keep: 0}\n", "snapshots.keep"),
]


@pytest.mark.parametrize(("text", "key"), FAULTS)
def test_a_fault_in_upkeep_yaml_names_its_key_and_line(tmp_path: Path, text: str, key: str) -> None:
    file = tmp_path / "upkeep.yaml"
    file.write_text(text)
    with pytest.raises(ConfigError) as caught:
        load_upkeep(file)
    assert (caught.value.line, caught.value.key) == (1, key)


def test_the_shipped_upkeep_yaml_is_right() -> None:
    shipped = load_upkeep(ROOT / "config" / "upkeep.yaml")
    assert shipped.snapshots is not None
    assert shipped.keep.items.days == 400
