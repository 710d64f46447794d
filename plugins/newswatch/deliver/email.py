"""Mail over SMTP (``smtplib``): one message, one recipient, one transaction.

TLS is required unless the connection says otherwise, in the words of Airflow's own SMTP connection: ``disable_ssl`` and
``disable_tls`` in ``extra``; SSL from the start is used on port 465 or when ``disable_ssl`` is false, else STARTTLS.
"""

from __future__ import annotations

import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Any

from newswatch.errors import DeliveryError
from newswatch.model.connection import Connection
from newswatch.model.envelope import Envelope

DEADLINE = 20.0
LONGEST = 30.0
GOODBYE = 2.0
SUBJECT = 150
#: refusals of the login, whenever they come: ours to mend, so what waits meanwhile must not be lost
LOGIN = frozenset({530, 534, 535, 538})


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
        with self._session() as client:
            try:
                client.send_message(message, from_addr=self.sender, to_addrs=[envelope.recipient])
            except (smtplib.SMTPException, OSError) as error:
                raise self._refused(error) from error
        return {"message_id": message["Message-ID"]}

    @contextmanager
    def _session(self) -> Iterator[smtplib.SMTP]:
        """A connection that is greeted, secured and logged in; what goes wrong until then is the whole channel's."""
        try:
            client, host, port = self._client()
        except OSError as error:
            raise self._unready(error) from error
        # smtplib's timeout is per read; the timer ends a server that drips for ever, its greeting included
        timer = threading.Timer(self._deadline, _cut, [client])
        timer.daemon = True
        timer.start()
        try:
            try:
                code, said = client.connect(host, port)
                if code != 220:
                    raise smtplib.SMTPConnectError(code, said)
                client.ehlo_or_helo_if_needed()
                if self._starttls:
                    client.starttls(context=ssl.create_default_context(cafile=self.connection.extra.get("ca_certs")))
                if self.connection.login:
                    client.login(self.connection.login, self.connection.password or "")
            except (smtplib.SMTPException, OSError) as error:
                raise self._unready(error) from error
            yield client
        finally:
            timer.cancel()
            _goodbye(client)

    def _unready(self, error: Exception) -> DeliveryError:
        """No session: the message was not looked at, so it is tried again."""
        said = self.connection.redact(str(error)) or type(error).__name__
        if isinstance(error, smtplib.SMTPAuthenticationError):
            said = f"the mail server refused the login ({error.smtp_code})"
        elif isinstance(error, smtplib.SMTPNotSupportedError):
            said = f"the mail server lacks something: {said}"
        elif isinstance(error, ssl.SSLError):
            said = f"no safe connection to the mail server: {said}"
        else:
            said = f"the mail server cannot be used: {said}"
        return DeliveryError(said, retryable=True, whole=True)

    def _refused(self, error: Exception) -> DeliveryError:
        """The message did not get through: for good when the server said so with 5xx."""
        redact = self.connection.redact
        if isinstance(error, smtplib.SMTPRecipientsRefused):
            code, text = next(iter(error.recipients.values()))
            return _answered("the recipient was refused", code, redact(_text(text)))
        if isinstance(error, smtplib.SMTPResponseException):
            return _answered("the mail server refused", error.smtp_code, redact(_text(error.smtp_error)))
        what = redact(str(error)) or type(error).__name__
        return DeliveryError(f"the mail server did not take the message: {what}", retryable=True)

    def _client(self) -> tuple[smtplib.SMTP, str, int]:
        """A client that is not connected yet, and where it is to connect."""
        host, port = self.connection.host or "localhost", self.connection.port
        client: smtplib.SMTP
        if self._ssl:
            context = ssl.create_default_context(cafile=self.connection.extra.get("ca_certs"))
            client = smtplib.SMTP_SSL(timeout=self._deadline, context=context)
        else:
            client = smtplib.SMTP(timeout=self._deadline)
        # smtplib checks certificates against the host that its constructor was given, and connects there at once
        client._host = host  # type: ignore[attr-defined]
        return client, host, port or (smtplib.SMTP_SSL_PORT if self._ssl else 587)

    @property
    def _deadline(self) -> float:
        """Airflow's ``timeout`` of the connection, bounded: a claim must outlast it."""
        given = str(self.connection.extra.get("timeout", ""))
        return min(float(given), LONGEST) if given.isdigit() and int(given) else self.deadline

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
    for number, part in enumerate(message.walk()):
        if part.is_multipart():
            # a boundary drawn at random would make a mail that is sent again another one
            part.set_boundary(f"=={envelope.id}-{number}==")
    return message


def header(text: str) -> str:
    """``text`` as a header value: one bounded line without control characters."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())[:SUBJECT]


def _answered(what: str, code: int, text: str) -> DeliveryError:
    ours = code in LOGIN
    return DeliveryError(f"{what} ({code} {text})", retryable=ours or not 500 <= code < 600, whole=ours)


def _cut(client: smtplib.SMTP) -> None:
    """End the connection under whoever reads from it."""
    if client.sock is not None:
        with suppress(OSError):
            client.sock.shutdown(socket.SHUT_RDWR)


def _text(said: bytes | str) -> str:
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else said


def _goodbye(client: smtplib.SMTP) -> None:
    """End the session, soon: the message is accepted or not by now, and waits to be marked."""
    try:
        if client.sock is not None:
            client.sock.settimeout(GOODBYE)
        client.quit()
    except (smtplib.SMTPException, OSError):
        client.close()


def _true(value: object) -> bool:
    return value is True or str(value).lower() in ("1", "true", "yes")
