"""Slack through slack-sdk: a bot token (one message per alert, updated in place, replies in its thread) or a webhook.

``retry_handlers=[]``: the SDK's own handler posts twice after a connection reset; retries are the outbox's business.
"""

from __future__ import annotations

import json
import logging
import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPException
from socket import gaierror
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.webhook import WebhookClient

from newswatch.deliver.after import seconds
from newswatch.errors import DeliveryError
from newswatch.model.connection import Connection
from newswatch.model.envelope import Envelope

TIMEOUT = 12
#: the SDK logs addresses, and bodies that it cannot read also as errors; what fails is told by DeliveryError
LOG = logging.getLogger("newswatch.slack")
LOG.setLevel(logging.CRITICAL)
# errors of Slack's Web API that pass by themselves or are ours to mend in the connection; all others are final
PASSING = frozenset(
    (
        "ratelimited",
        "rate_limited",
        "internal_error",
        "fatal_error",
        "service_unavailable",
        "request_timeout",
    )
)
LOGIN = frozenset(("invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired"))
FINAL_STATUS = frozenset({400, 403, 404, 405, 410})


@dataclass(frozen=True, slots=True)
class SlackChannel:
    """A Slack workspace. The connection's password is a bot token or a whole webhook address."""

    connection: Connection

    def send(self, envelope: Envelope) -> Mapping[str, Any]:
        """Post to ``envelope.recipient`` (a channel; a webhook has its own)."""
        address = _webhook(self.connection)
        return self._hook(address, envelope) if address else self._post(envelope)

    def _post(self, envelope: Envelope) -> Mapping[str, Any]:
        base = self.connection.extra.get("base_url") or WebClient.BASE_URL
        client = WebClient(self.connection.password, base_url=base, timeout=TIMEOUT, retry_handlers=[], logger=LOG)
        first = dict(envelope.receipt)
        content: dict[str, Any] = {"text": escaped(envelope.rendered.subject), "blocks": list(envelope.rendered.slack)}
        try:
            if first.get("ts"):
                # the update can be repeated harmlessly, so it goes first; the reply is what is delivered
                self._update(client, first, envelope)
            answer = client.chat_postMessage(
                channel=first.get("channel") or envelope.recipient,
                thread_ts=first.get("ts"),
                unfurl_links=False,
                unfurl_media=False,
                metadata={"event_type": "newswatch", "event_payload": {"id": envelope.id}},
                **content,
            )
        except SlackApiError as error:
            raise self._refused(error) from error
        except (SlackClientError, HTTPException, OSError, ValueError) as error:
            raise _unreached(error, self.connection.redact(str(error))) from error
        return first or {"channel": answer["channel"], "ts": answer["ts"]}

    def _update(self, client: WebClient, first: Mapping[str, Any], envelope: Envelope) -> None:
        """Show in the alert's own message how things stand; one that cannot be changed any more stays as it is."""
        blocks = list(envelope.rendered.standing or envelope.rendered.slack)
        try:
            client.chat_update(
                channel=first["channel"], ts=first["ts"], text=escaped(envelope.rendered.subject), blocks=blocks
            )
        except SlackApiError as error:
            refusal = self._refused(error)
            if refusal.retryable:
                raise refusal from error

    def _refused(self, error: SlackApiError) -> DeliveryError:
        answer = error.response
        if isinstance(answer, dict) or not hasattr(answer, "status_code"):
            return DeliveryError("Slack answered something unreadable", retryable=True)
        said = answer.get("error") if isinstance(answer.data, dict) else None
        if answer.status_code == 429:
            return DeliveryError("Slack asks to slow down", retryable=True, retry_after=seconds(answer.headers))
        if answer.status_code >= 500 or said is None:
            return DeliveryError(f"Slack answered {answer.status_code}", retryable=True)
        if not re.fullmatch(r"[a-z_]+", str(said)):
            return DeliveryError("Slack, or something in front of it, answered what is not JSON", retryable=True)
        return DeliveryError(f"Slack refused: {said}", retryable=said in PASSING | LOGIN, whole=said in LOGIN)

    def _hook(self, address: str, envelope: Envelope) -> Mapping[str, Any]:
        client = WebhookClient(address, timeout=TIMEOUT, retry_handlers=[], logger=LOG)
        try:
            answer = client.send(text=escaped(envelope.rendered.subject), blocks=list(envelope.rendered.slack))
        except (SlackClientError, HTTPException, OSError, ValueError) as fault:
            raise _unreached(fault, self.connection.redact(str(fault).replace(address, "***"))) from fault
        body = (answer.body or "").strip()
        if answer.status_code == 200 and (body == "ok" or _ok(body)):
            return {}
        said = "a web page" if body.startswith("<") else self.connection.redact(body)[:100]
        if answer.status_code == 429:
            return _raise("Slack asks to slow down", retry_after=seconds(answer.headers))
        final = answer.status_code in FINAL_STATUS or (
            answer.status_code == 200 and _error(body) not in PASSING | LOGIN | {None}
        )
        return _raise(f"Slack answered {answer.status_code}: {said}", retryable=not final)


def escaped(text: str) -> str:
    """Text in which Slack finds no mention, no call to a channel and no link."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _webhook(connection: Connection) -> str | None:
    """The webhook's address when the connection is one, in Airflow's forms: whole in the password, or host + token."""
    password = connection.password or ""
    if password.startswith(("http://", "https://")):
        return password
    if connection.kind == "slackwebhook" and connection.host:
        host = connection.host if "://" in connection.host else f"https://{connection.host}"
        return f"{host.rstrip('/')}/{password.lstrip('/')}"
    return None


def _ok(body: str) -> bool:
    return _json(body).get("ok") is True


def _error(body: str) -> str | None:
    return _json(body).get("error")


def _json(body: str) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _unreached(error: Exception, said: str) -> DeliveryError:
    reason = getattr(error, "reason", error)
    nobody = isinstance(reason, ConnectionRefusedError | gaierror | ssl.SSLError)
    what = said[:200] or type(error).__name__
    return DeliveryError(f"Slack could not be reached: {what}", retryable=True, whole=nobody)


def _raise(message: str, *, retryable: bool = True, retry_after: float | None = None) -> Mapping[str, Any]:
    raise DeliveryError(message, retryable=retryable, retry_after=retry_after)
