"""Mail over SMTP (``smtplib``): one message, one recipient, one transaction.

TLS is required unless the connection says otherwise, in the words of Airflow's own SMTP connection: ``disable_ssl`` and
``disable_tls`` in ``extra``; SSL from the start is used on port 465 or when ``disable_ssl`` is false, else STARTTLS.
"""

from __future__ import annotations

import smtplib
import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Any

from newswatch.errors import DeliveryError
from newswatch.model.connection import Connection
from newswatch.model.envelope import Envelope

DEADLINE = 30.0
SUBJECT = 150


@dataclass(frozen=True, slots=True)
class EmailChannel:
    """A mail server. ``deadline`` bounds a whole delivery in seconds, however slowly the server drips."""

    connection: Connection
    sender: str
    list_id: str = "newswatch"
    deadline: float = DEADLINE

    def send(self, envelope: Envelope) -> Mapping[str, Any]:
        """Send to ``envelope.recipient``. A refusal with 5xx is final, everything else may be tried again."""
        message = compose(envelope, self.sender, self.list_id)
        said = self.connection.redact
        try:
            self._transact(message, envelope.recipient)
        except smtplib.SMTPRecipientsRefused as error:
            code, text = next(iter(error.recipients.values()))
            raise _refused("the recipient was refused", code, said(_text(text))) from error
        except smtplib.SMTPAuthenticationError as error:
            # ours to mend: what waits meanwhile must not be lost
            raise DeliveryError(f"the mail server refused the login ({error.smtp_code})", retryable=True) from error
        except smtplib.SMTPResponseException as error:
            raise _refused("the mail server refused", error.smtp_code, said(_text(error.smtp_error))) from error
        except smtplib.SMTPNotSupportedError as error:
            raise DeliveryError(f"the mail server lacks something: {said(str(error))}", retryable=True) from error
        except ssl.SSLError as error:
            raise DeliveryError(f"no safe connection to the mail server: {said(str(error))}", retryable=True) from error
        except (smtplib.SMTPException, OSError) as error:
            what = said(str(error)) or type(error).__name__
            raise DeliveryError(f"the mail server did not take the message: {what}", retryable=True) from error
        return {"message_id": message["Message-ID"]}

    def _transact(self, message: EmailMessage, recipient: str) -> None:
        client = self._connect()
        # smtplib's timeout is per read; the timer ends a server that drips for ever
        timer = threading.Timer(self.deadline, client.close)
        timer.daemon = True
        timer.start()
        try:
            client.ehlo_or_helo_if_needed()
            if self._starttls:
                client.starttls(context=ssl.create_default_context(cafile=self.connection.extra.get("ca_certs")))
            if self.connection.login:
                client.login(self.connection.login, self.connection.password or "")
            client.send_message(message, from_addr=self.sender, to_addrs=[recipient])
        finally:
            timer.cancel()
            _goodbye(client)

    def _connect(self) -> smtplib.SMTP:
        host, port = self.connection.host or "localhost", self.connection.port
        if self._ssl:
            context = ssl.create_default_context(cafile=self.connection.extra.get("ca_certs"))
            return smtplib.SMTP_SSL(host, port or smtplib.SMTP_SSL_PORT, timeout=self.deadline, context=context)
        return smtplib.SMTP(host, port or 587, timeout=self.deadline)

    @property
    def _ssl(self) -> bool:
        given = self.connection.extra.get("disable_ssl")
        return self.connection.port == smtplib.SMTP_SSL_PORT if given is None else not _true(given)

    @property
    def _starttls(self) -> bool:
        return not self._ssl and not _true(self.connection.extra.get("disable_tls", False))


def compose(envelope: Envelope, sender: str, list_id: str) -> EmailMessage:
    """The mail: text, HTML with its pictures inline, and headers that thread it and keep robots from answering."""
    rendered, domain = envelope.rendered, sender.rpartition("@")[2] or "localhost"
    message = EmailMessage(policy=SMTP)
    message["Subject"] = header(rendered.subject)
    message["From"] = header(sender)
    message["To"] = header(envelope.recipient)
    message["Date"] = format_datetime(envelope.at)
    message["Message-ID"] = f"<{envelope.id}@{domain}>"
    if envelope.thread:
        message["In-Reply-To"] = message["References"] = f"<{envelope.thread}@{domain}>"
    message["List-Id"] = f"newswatch <{header(list_id)}.{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message.set_content(rendered.text)
    message.add_alternative(rendered.html, subtype="html")
    html = message.get_payload()[1]  # type: ignore[index]
    for image in rendered.images:
        html.add_related(image.png, "image", "png", cid=f"<{image.name}>", disposition="inline")  # type: ignore[union-attr]
    return message


def header(text: str) -> str:
    """``text`` as a header value: one bounded line without control characters."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())[:SUBJECT]


def _refused(what: str, code: int, text: str) -> DeliveryError:
    return DeliveryError(f"{what} ({code} {text})", retryable=not 500 <= code < 600)


def _text(said: bytes | str) -> str:
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else said


def _goodbye(client: smtplib.SMTP) -> None:
    """End the session; the message is accepted or not by now, so trouble here changes nothing."""
    try:
        client.quit()
    except (smtplib.SMTPException, OSError):
        client.close()


def _true(value: object) -> bool:
    return value is True or str(value).lower() in ("1", "true", "yes")
