"""One delivery to one recipient: what a channel is given, and what it gives back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from newswatch.model.rendered import Rendered


@dataclass(frozen=True, slots=True)
class Envelope:
    """A rendered message for one recipient.

    ``id`` is the delivery's deterministic id: Message-ID and idempotency key, the same at every try. ``thread`` is the
    id of the first delivery about the same alert to this recipient (None when this is the first), ``receipt`` what the
    channel gave back for it. ``at`` is when the message was decided (UTC).
    """

    id: str
    recipient: str
    rendered: Rendered
    at: datetime
    thread: str | None = None
    receipt: Mapping[str, Any] = field(default_factory=dict)


class Channel(Protocol):
    """One way to reach people. Adding one is one module with a class of this form."""

    def send(self, envelope: Envelope) -> Mapping[str, Any]:
        """Hand the message over; return the receipt to keep. Raises DeliveryError when it was not accepted."""
        ...
