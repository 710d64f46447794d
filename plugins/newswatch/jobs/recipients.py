"""Who can be reached, over which connection."""

from __future__ import annotations

from typing import TYPE_CHECKING

from newswatch import runtime
from newswatch.errors import DeliveryError

if TYPE_CHECKING:
    from newswatch.model.channels import ChannelsFile, ChannelSpec
    from newswatch.model.envelope import Channel
    from newswatch.pipeline.outbox import Recipient


CONNECTIONS = {"email": "smtp_default", "slack": "slack_default"}


def all_recipients(found: ChannelsFile) -> list[Recipient]:
    """Every address of every channel; one whose connection is missing says so at every delivery."""
    from newswatch.config.channels import addresses
    from newswatch.pipeline.outbox import Recipient

    people = addresses(found)
    made = []
    for spec in found.channels:
        channel: Channel | None = None
        missing = ""
        try:
            channel = channel_of(spec, found.sender)
        except DeliveryError as error:
            missing = str(error)
        ones = [one for one in people[spec.id] if one.channel == spec.id]
        made += [Recipient(one.name, one.address, channel, missing, spec.id) for one in ones]
    return made


def channel_of(spec: ChannelSpec, sender: str) -> Channel:
    """The channel of a specification. Raises DeliveryError when its connection is missing."""
    if spec.type == "folder":
        from newswatch.deliver.folder import FolderChannel

        return FolderChannel(runtime.home() / str(spec.path), sender)
    connection = runtime.connection(spec.connection or CONNECTIONS[spec.type])
    if spec.type == "email":
        from newswatch.deliver.email import EmailChannel

        return EmailChannel(connection, str(connection.extra.get("from_email") or sender))
    if spec.type == "slack":
        from newswatch.deliver.slack import SlackChannel

        return SlackChannel(connection)
    if spec.type == "webhook":
        from newswatch.deliver.webhook import WebhookChannel

        return WebhookChannel(connection)
    from newswatch.deliver.apprise import AppriseChannel

    return AppriseChannel(connection)
