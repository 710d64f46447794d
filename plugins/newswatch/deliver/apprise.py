"""A hundred further services through Apprise; the connection's password is an Apprise address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import apprise

from newswatch.errors import DeliveryError
from newswatch.model.connection import Connection
from newswatch.model.envelope import Envelope


@dataclass(frozen=True, slots=True)
class AppriseChannel:
    """One Apprise address, such as ``ntfys://host/topic``."""

    connection: Connection

    def send(self, envelope: Envelope) -> Mapping[str, Any]:
        """Send subject and text. Apprise says only yes or no, so a no may always be tried again."""
        service = apprise.Apprise()
        if not service.add(self.connection.password or ""):
            raise DeliveryError(f"connection {self.connection.id} holds no address that Apprise knows", retryable=True)
        if not service.notify(title=envelope.rendered.subject, body=envelope.rendered.text, body_format="text"):
            raise DeliveryError("the service behind Apprise did not take the message", retryable=True)
        return {}
