"""A webhook: JSON in the form that Alertmanager sends to receivers (version 4), signed, with CloudEvents headers.

PagerDuty, Opsgenie, n8n and Grafana OnCall take this form as it is. The connection's host holds the address (or its
password the whole of it, when the address itself is the secret); ``secret`` in ``extra`` signs the body:
``X-Newswatch-Signature: sha256=<hex HMAC>``. Redirects are not followed.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
import urllib3

from newswatch.deliver.after import seconds
from newswatch.errors import DeliveryError
from newswatch.model.connection import Connection
from newswatch.model.envelope import Envelope

TIMEOUT = urllib3.Timeout(total=20)
# an address may be the secret, and the library's debug log names it
logging.getLogger("urllib3.connectionpool").setLevel(logging.INFO)
NOBODY = (urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError, urllib3.exceptions.SSLError)
PASSING = frozenset({408, 423, 425, 429})


@dataclass(frozen=True, slots=True)
class WebhookChannel:
    """One address that takes a POST."""

    connection: Connection

    def send(self, envelope: Envelope) -> Mapping[str, Any]:
        """POST ``envelope.rendered.data``; any 2xx is acceptance, 4xx final but for 408, 423, 425 and 429."""
        body = orjson.dumps(envelope.rendered.data)
        pool = urllib3.PoolManager(retries=False, timeout=TIMEOUT)
        address = self._address()
        try:
            # what stands in the answer's body is not asked for, however long or slow it is
            answer = pool.request(
                "POST",
                address,
                body=body,
                headers=self._headers(envelope, body),
                redirect=False,
                preload_content=False,
            )
            answer.close()
        except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            what = self.connection.redact(str(error).replace(address, "***"))[:200]
            nobody = isinstance(error, NOBODY)
            raise DeliveryError(f"the webhook could not be reached: {what}", retryable=True, whole=nobody) from error
        if 200 <= answer.status < 300:
            return {}
        raise DeliveryError(
            f"the webhook answered {answer.status}",
            retryable=not 400 <= answer.status < 500 or answer.status in PASSING,
            retry_after=seconds(answer.headers),
        )

    def _address(self) -> str:
        whole = next((a for a in (self.connection.password, self.connection.host) if a and "://" in a), None)
        if whole is None:
            said = f"connection {self.connection.id} holds no address with http:// or https://"
            raise DeliveryError(said, retryable=True, whole=True)
        return whole

    def _headers(self, envelope: Envelope, body: bytes) -> dict[str, str]:
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "newswatch",
            "Idempotency-Key": envelope.id,
            "ce-specversion": "1.0",
            "ce-id": envelope.id,
            "ce-source": "newswatch",
            "ce-type": "newswatch.notification",
            "ce-time": envelope.at.isoformat(),
        }
        secret = self.connection.extra.get("secret")
        if secret:
            digest = hmac.new(str(secret).encode(), body, hashlib.sha256).hexdigest()
            headers["X-Newswatch-Signature"] = f"sha256={digest}"
        return headers
