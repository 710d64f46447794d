"""The alarm that needs no Elasticsearch: the watch does not run, so no outbox can say so.

The watch DAG's failure callback calls it. It tells with Airflow's own SMTP and Slack notifiers those whom a route gives
the alert ``newswatch-elasticsearch``, at most once an hour; when it last told somebody stands in an Airflow Variable.
"""

from __future__ import annotations

import html
import logging
import smtplib
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from newswatch import runtime
from newswatch.config.channels import load_channels
from newswatch.errors import ConfigError, DeliveryError, NewswatchError
from newswatch.model.channels import ChannelsFile, ChannelSpec
from newswatch.model.selfwatch import STORE

LOG = logging.getLogger("newswatch")
EVERY = timedelta(hours=1)
VARIABLE = "newswatch_watch_alarm"
SUBJECT = "[critical] newswatch does not watch"
DEFAULTS = {"email": "smtp_default", "slack": "slack_default"}


def raise_alarm(context: Mapping[str, Any], folder: Path, now: datetime) -> list[str]:
    """Tell that the watch failed; returns the channels that were told, none when that was less than an hour ago."""
    last = runtime.variable(VARIABLE)
    if last and now - datetime.fromisoformat(last) < EVERY:
        return []
    why = _why(context.get("exception"))
    text = f"{why} No alert goes out until it runs again. docs/operations.md, {STORE.id}, says what to do."
    try:
        found = load_channels(folder / "channels.yaml", running=True)
    except ConfigError as error:
        LOG.error("nobody can be told that the watch failed: %s", error)
        return []
    told = [spec.id for spec in recipients(found) if _told(spec, found.sender, text, context)]
    if told:
        runtime.set_variable(VARIABLE, now.isoformat())
    return told


def recipients(found: ChannelsFile) -> list[ChannelSpec]:
    """The mail and Slack channels of the routes that take the alarm; all of them when no route does."""
    known = {"rule": STORE.id, "severity": STORE.severity.value, **STORE.labels}
    names: list[str] = []
    for route in found.routes:
        if all(known.get(name) in wanted for name, wanted in route.match.items()):
            names += route.to
            if not route.proceed:
                break
    able = [spec for spec in found.channels if spec.type in DEFAULTS]
    return [spec for spec in able if spec.id in names] or able


def _why(error: object) -> str:
    """The error in a sentence when it is one of ours, which hold no secrets, else its kind."""
    said = str(error) if isinstance(error, NewswatchError) else f"{type(error).__name__} was raised"
    return f"The watch DAG failed: {said.rstrip('.')}."


def _told(spec: ChannelSpec, sender: str, text: str, context: Mapping[str, Any]) -> bool:
    from airflow.sdk.exceptions import AirflowException
    from slack_sdk.errors import SlackClientError

    try:
        for notifier in _notifiers(spec, sender, text):
            notifier.notify(context)
    except (AirflowException, DeliveryError, OSError, SlackClientError, smtplib.SMTPException, ValueError) as error:
        LOG.error("channel %s could not be told that the watch failed: %s", spec.id, type(error).__name__)
        return False
    return True


def _notifiers(spec: ChannelSpec, sender: str, text: str) -> list[Any]:
    name = spec.connection or DEFAULTS[spec.type]
    connection = runtime.connection(name)
    if spec.type == "email":
        from airflow.providers.smtp.notifications.smtp import SmtpNotifier

        origin = str(connection.extra.get("from_email") or sender)
        body = f"<p>{html.escape(text)}</p>"
        return [SmtpNotifier(list(spec.to), origin, SUBJECT, body, smtp_conn_id=name)]
    if connection.kind == "slackwebhook" or (connection.password or "").startswith("http"):
        from airflow.providers.slack.notifications.slack_webhook import SlackWebhookNotifier

        return [SlackWebhookNotifier(slack_webhook_conn_id=name, text=f"{SUBJECT}: {text}", retry_handlers=[])]
    from airflow.providers.slack.notifications.slack import SlackNotifier

    given: dict[str, Any] = {"slack_conn_id": name, "text": f"{SUBJECT}: {text}", "retry_handlers": []}
    return [SlackNotifier(channel=channel, **given) for channel in spec.to or (spec.id,)]
