"""Newswatch tells about itself, the way of every other alert; and without Elasticsearch, another way."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
import yaml

from newswatch import alarm, jobs
from newswatch.errors import StoreUnavailableError
from newswatch.index import feeds
from newswatch.index.client import Store
from newswatch.model.feed import FeedState, FeedStatus
from newswatch.model.selfwatch import SELF_RULES, STORE
from newswatch.pipeline.selfwatch import canary, healthy, look
from tests.deliver.conftest import Mailbox, Service
from tests.deliver.harness import ANN, MINUTE, Newsroom

ROOT = Path(__file__).parents[2]


@pytest.fixture
def room(store: Store, smtp: Mailbox, service: Service, hook: Service) -> Newsroom:
    made = Newsroom(store, smtp, service, hook, to=(ANN,))
    made.watch(made.start - MINUTE)
    return made


def polled(room: Newsroom, minutes: int, failed: int = 0) -> None:
    """Six feeds, polled then and due five minutes later."""
    at = room.start + timedelta(minutes=minutes)
    feeds.write_states(
        room.store,
        [
            FeedState(
                f"feed{number}",
                "https://a.example",
                "https://a.example",
                FeedStatus.FAILED if number < failed else FeedStatus.OK,
                last_poll=at,
                next_poll=at + 5 * MINUTE,
            )
            for number in range(6)
        ],
    )


def told(room: Newsroom, rule: str) -> list[str]:
    """The subjects of the mails about a rule."""
    found = [one for one in room.box.messages if rule in one.get_body(("plain",)).get_content()]  # type: ignore[union-attr]
    return [str(one["Subject"]) for one in found]


def test_ingest_that_stalls_is_told_and_its_recovery(room: Newsroom) -> None:
    polled(room, 0)
    room.watch(room.start + 34 * MINUTE)
    assert told(room, "newswatch-ingest-stalled") == []
    room.watch(room.start + 35 * MINUTE)
    room.watch(room.start + 36 * MINUTE)
    assert told(room, "newswatch-ingest-stalled") == ["[critical] Alert: No feed has been polled when it was due"]
    polled(room, 37)
    for minutes in range(37, 50):
        room.watch(room.start + minutes * MINUTE)
    assert len(told(room, "newswatch-ingest-stalled")) == 2
    assert "Recovered" in told(room, "newswatch-ingest-stalled")[1]


def test_many_failing_feeds_are_told_after_a_while(room: Newsroom) -> None:
    for minutes in range(0, 25, 5):
        polled(room, minutes, failed=5)
        room.watch(room.start + minutes * MINUTE)
    assert told(room, "newswatch-feeds-failing") == ["[warning] Alert: Many feeds fail"]
    polled(room, 25)
    assert look(room.store, room.start + 25 * MINUTE) == []


def test_messages_that_were_refused_for_good_are_told(room: Newsroom) -> None:
    room.box.refused = {"ann@ops.example": "550 gone"}
    room.event(room.name, room.start)
    room.watch(room.start)
    room.box.refused = {}
    for minutes in (5, 9, 10, 11):
        room.watch(room.start + minutes * MINUTE)
    assert told(room, "newswatch-dead-letters") == ["[warning] Alert: Messages were refused for good"]


def test_a_canary_that_is_missed_is_told_until_one_arrives(room: Newsroom) -> None:
    canary(room.store, room.start, seen=False)
    room.watch(room.start)
    assert told(room, "newswatch-drill-missed") == ["[critical] Alert: The drill's canary did not arrive in time"]
    canary(room.store, room.start + MINUTE, seen=True)
    for minutes in range(1, 13):
        room.watch(room.start + minutes * MINUTE)
    assert "Recovered" in told(room, "newswatch-drill-missed")[1]


def test_a_healthy_store_is_said_to_be_so(room: Newsroom) -> None:
    healthy(room.store)
    lost = f"{room.store.namespace}-lost"
    room.store.client.indices.create(
        index=lost, settings={"index.routing.allocation.require.name": "nobody"}, wait_for_active_shards=0
    )
    with pytest.raises(StoreUnavailableError, match="red"):
        healthy(room.store)
    room.store.client.indices.delete(index=lost)


def test_the_heartbeat_follows_good_runs_alone_and_fails_none(
    room: Newsroom, es_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def run(minutes: int) -> None:
        now = room.start + timedelta(minutes=minutes)
        jobs.watch(jobs.Where(room.store.namespace, ROOT / "config"), now, lambda: now)

    outside = room.hook
    outside.answers = [(200, {}, "ok"), (500, {}, "no"), (0, {}, "")]
    monkeypatch.setenv("NEWSWATCH_HOME", str(tmp_path))
    monkeypatch.setenv("ELASTICSEARCH_URL", es_url)
    run(0)
    assert outside.requests == []
    monkeypatch.setenv("NEWSWATCH_HEARTBEAT", f"{outside.url}/ping/s3cret")
    run(1)
    assert [path for path, _, _ in outside.requests] == ["/ping/s3cret"]
    assert "heartbeat" not in caplog.text
    for minutes in (2, 3):
        run(minutes)
    assert len(outside.requests) == 3
    assert caplog.text.count("the heartbeat's address did not answer") == 2
    assert "s3cret" not in caplog.text
    monkeypatch.setenv("ELASTICSEARCH_URL", "http://127.0.0.1:1")
    with pytest.raises(StoreUnavailableError):
        run(4)
    assert len(outside.requests) == 3


def test_every_rule_about_newswatch_has_a_section_in_the_runbook() -> None:
    text = (ROOT / "docs" / "operations.md").read_text()
    assert all(f"\n## {rule.id}\n" in text for rule in (*SELF_RULES, STORE))


def test_the_alarm_goes_by_airflows_notifiers_once_an_hour(
    smtp: Mailbox, service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = {
        "channels": [
            {"id": "mail", "type": "email", "to": ["ann@ops.example", "bob@ops.example"], "connection": "smtp_alarm"},
            {"id": "slack", "type": "slack", "connection": "slack_alarm"},
            {"id": "other", "type": "email", "to": "no@ops.example", "connection": "smtp_alarm"},
        ],
        "routes": [
            {"id": "self", "to": ["mail", "slack"], "match": {"about": "newswatch"}},
            {"id": "news", "to": ["other"]},
        ],
    }
    (tmp_path / "channels.yaml").write_text(yaml.safe_dump(config))
    extra = '{"disable_ssl": true, "disable_tls": true}'
    mail = f'{{"conn_type": "smtp", "host": "{smtp.host}", "port": {smtp.port}, "extra": {extra}}}'
    monkeypatch.setenv("AIRFLOW_CONN_SMTP_ALARM", mail)
    monkeypatch.setenv(
        "AIRFLOW_CONN_SLACK_ALARM", f'{{"conn_type": "slackwebhook", "password": "{service.url}/services/SECRET"}}'
    )
    kept: dict[str, str] = {}
    monkeypatch.setattr(alarm.runtime, "variable", kept.get)
    monkeypatch.setattr(alarm.runtime, "set_variable", kept.__setitem__)
    error = StoreUnavailableError("nothing answers at http://127.0.0.1:9200; is Elasticsearch running there?")
    now = Newsroom.__dataclass_fields__["start"].default_factory()  # type: ignore[misc]
    assert alarm.raise_alarm({"exception": error}, tmp_path, now) == ["mail", "slack"]
    assert alarm.raise_alarm({"exception": error}, tmp_path, now + 59 * MINUTE) == []
    (message,) = smtp.messages
    assert "does not watch" in message["Subject"]
    assert "nothing answers" in message.get_payload()[0].get_content()  # type: ignore[union-attr]
    assert len(service.requests) == 1
    assert alarm.raise_alarm({"exception": error}, tmp_path, now + 60 * MINUTE) == ["mail", "slack"]
