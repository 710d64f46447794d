"""Slack, webhooks and Apprise against a loopback service."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable

import pytest

from newswatch.deliver.apprise import AppriseChannel
from newswatch.deliver.heartbeat import ping
from newswatch.deliver.slack import SlackChannel
from newswatch.deliver.webhook import WebhookChannel
from newswatch.errors import DeliveryError
from newswatch.model.connection import Connection
from newswatch.model.envelope import Envelope
from tests.deliver.conftest import Service

Letter = Callable[..., Envelope]
POSTED = json.dumps({"ok": True, "channel": "C1", "ts": "17.1"})
JSON = {"Content-Type": "application/json"}


def bot(service: Service) -> SlackChannel:
    extra = {"base_url": f"{service.url}/api/"}
    return SlackChannel(Connection("slack_default", "slack", password="xoxb-secret-token", extra=extra))


def hook(service: Service) -> SlackChannel:
    return SlackChannel(Connection("slack_default", "slackwebhook", password=f"{service.url}/services/T0/SECRET"))


def web(service: Service, **extra: str) -> WebhookChannel:
    return WebhookChannel(Connection("webhook_default", "http", host=f"{service.url}/hook", extra=extra))


def test_a_bot_posts_and_keeps_where(service: Service, letter: Letter) -> None:
    service.answers = [(200, JSON, POSTED)]
    assert bot(service).send(letter(recipient="#ops")) == {"channel": "C1", "ts": "17.1"}
    ((path, headers, body),) = service.requests
    assert path == "/api/chat.postMessage"
    assert headers["authorization"] == "Bearer xoxb-secret-token"
    sent = json.loads(body)
    assert sent["channel"] == "#ops"
    assert sent["blocks"][0]["text"]["text"] == "&lt;!channel&gt;"
    assert sent["metadata"]["event_payload"] == {"id": "d1"}


def test_an_unreadable_answer_that_echoes_the_token_is_not_logged(
    service: Service, letter: Letter, caplog: pytest.LogCaptureFixture
) -> None:
    service.answers = [(500, {"Content-Type": "text/html"}, "<p>oops xoxb-secret-token</p>")]
    with caplog.at_level("DEBUG"), pytest.raises(DeliveryError) as caught:
        bot(service).send(letter(recipient="#ops"))
    assert "xoxb-secret-token" not in caplog.text + str(caught.value)


def test_news_of_the_same_alert_updates_the_message_and_replies_in_its_thread(service: Service, letter: Letter) -> None:
    service.answers = [(200, JSON, POSTED)]
    receipt = {"channel": "C1", "ts": "17.1"}
    assert bot(service).send(letter(recipient="#ops", thread="d0", receipt=receipt)) == receipt
    assert [path for path, _, _ in service.requests] == ["/api/chat.update", "/api/chat.postMessage"]
    assert json.loads(service.requests[1][2])["thread_ts"] == "17.1"


BOT_FAULTS = [
    ("channel_not_found", 200, {}, {"ok": False, "error": "channel_not_found"}, False, None),
    ("invalid_blocks", 200, {}, {"ok": False, "error": "invalid_blocks"}, False, None),
    ("internal_error", 200, {}, {"ok": False, "error": "internal_error"}, True, None),
    ("token_revoked", 200, {}, {"ok": False, "error": "token_revoked"}, True, None),
    ("429", 429, {"Retry-After": "17"}, {"ok": False, "error": "ratelimited"}, True, 17.0),
    ("500", 500, {}, {"ok": False, "error": "x"}, True, None),
    ("html", 200, {"Content-Type": "text/html"}, "<html>gateway</html>", True, None),
    ("reset", 0, {}, "", True, None),
]


@pytest.mark.parametrize(
    ("code", "headers", "body", "retryable", "after"), [f[1:] for f in BOT_FAULTS], ids=[f[0] for f in BOT_FAULTS]
)
def test_a_bot_is_refused(
    service: Service,
    letter: Letter,
    code: int,
    headers: dict[str, str],
    body: object,
    retryable: bool,
    after: float | None,
) -> None:
    text = body if isinstance(body, str) else json.dumps(body)
    service.answers = [(code, {**JSON, **headers}, text)]
    with pytest.raises(DeliveryError) as caught:
        bot(service).send(letter())
    assert (caught.value.retryable, caught.value.retry_after) == (retryable, after)
    assert "xoxb" not in str(caught.value)
    assert len(service.requests) == 1, "retries are the outbox's business"


HOOK_FAULTS = [
    ("ok-false", 200, {}, '{"ok": false, "error": "no_text"}', False),
    ("html", 200, {}, "<html>captive portal</html>", True),
    ("no_service", 404, {}, "no_service", False),
    ("429", 429, {"Retry-After": "3"}, "rate_limited", True),
    ("500", 500, {}, "", True),
    ("reset", 0, {}, "", True),
]


@pytest.mark.parametrize(
    ("code", "headers", "body", "retryable"),
    [fault[1:] for fault in HOOK_FAULTS],
    ids=[fault[0] for fault in HOOK_FAULTS],
)
def test_a_webhook_of_slack_refuses(
    service: Service, letter: Letter, code: int, headers: dict[str, str], body: str, retryable: bool
) -> None:
    service.answers = [(code, headers, body)]
    with pytest.raises(DeliveryError) as caught:
        hook(service).send(letter())
    assert caught.value.retryable is retryable
    assert "SECRET" not in str(caught.value)
    assert len(service.requests) == 1


def test_a_webhook_of_slack_takes_it(service: Service, letter: Letter) -> None:
    assert hook(service).send(letter()) == {}
    assert service.requests[0][0] == "/services/T0/SECRET"


def test_a_signed_webhook(service: Service, letter: Letter) -> None:
    service.answers = [(202, {}, "")]
    web(service, secret="s3cret").send(letter())
    ((path, headers, body),) = service.requests
    assert path == "/hook"
    assert json.loads(body)["version"] == "4"
    assert headers["x-newswatch-signature"] == "sha256=" + hmac.new(b"s3cret", body, hashlib.sha256).hexdigest()
    assert headers["ce-id"] == headers["idempotency-key"] == "d1"
    assert headers["ce-specversion"] == "1.0"


@pytest.mark.parametrize(
    ("code", "retryable"), [(400, False), (404, False), (410, False), (429, True), (500, True), (302, True), (0, True)]
)
def test_a_webhook_that_refuses(service: Service, letter: Letter, code: int, retryable: bool) -> None:
    service.answers = [(code, {"Retry-After": "9", "Location": "http://127.0.0.1:1/"}, "")]
    with pytest.raises(DeliveryError) as caught:
        web(service, secret="s3cret").send(letter())
    assert caught.value.retryable is retryable
    assert "s3cret" not in str(caught.value)
    assert len(service.requests) == 1


def test_a_body_that_does_not_come_changes_no_answer(service: Service, letter: Letter) -> None:
    service.answers = [(202, {"Content-Length": "1000"}, "")]
    assert web(service).send(letter()) == {}
    assert ping(service.url)


@pytest.mark.filterwarnings("ignore::DeprecationWarning:apprise")
@pytest.mark.filterwarnings("ignore:.imghdr.:DeprecationWarning")
def test_apprise_delivers_and_says_when_it_did_not(service: Service, letter: Letter) -> None:
    address = service.url.replace("http://", "json://")
    AppriseChannel(Connection("apprise_x", password=f"{address}/notify")).send(letter())
    assert "북한 troops" in json.loads(service.requests[0][2])["message"]
    service.answers = [(500, {}, "")]
    with pytest.raises(DeliveryError) as caught:
        AppriseChannel(Connection("apprise_x", password=f"{address}/notify")).send(letter())
    assert caught.value.retryable
    with pytest.raises(DeliveryError, match="no address that Apprise knows"):
        AppriseChannel(Connection("apprise_x", password="pigeon")).send(letter())
