"""Mail over a real SMTP server, and every way in which one can fail."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from newswatch.deliver.email import EmailChannel
from newswatch.errors import DeliveryError
from newswatch.model.connection import Connection
from newswatch.model.envelope import Envelope
from tests.deliver.conftest import Mailbox, mailbox

Letter = Callable[..., Envelope]


def channel(box: Mailbox, deadline: float = 10, **given: object) -> EmailChannel:
    extra = {"disable_ssl": True, "disable_tls": True, **given.pop("extra", {})}  # type: ignore[dict-item]
    connection = Connection("smtp_default", "smtp", box.host, box.port, extra=extra, **given)  # type: ignore[arg-type]
    return EmailChannel(connection, "newswatch@ops.example", deadline=deadline)


def test_the_mail_that_arrives(smtp: Mailbox, letter: Letter) -> None:
    assert channel(smtp).send(letter(thread="d0")) == {"message_id": "<d1@ops.example>"}
    (mail,) = smtp.messages
    assert mail["Subject"] == "Alert Bcc: thief@evil.example"
    assert mail["Bcc"] is None
    assert mail["To"] == "ann@ops.example"
    assert mail["Message-ID"] == "<d1@ops.example>"
    assert mail["References"] == "<d0@ops.example>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["List-Id"] == "newswatch <newswatch.ops.example>"
    assert mail["Date"] == "Mon, 02 Mar 2026 10:00:00 +0000"
    assert [part.get_content_type() for part in mail.walk()] == [
        "multipart/alternative",
        "text/plain",
        "multipart/related",
        "text/html",
        "image/png",
    ]
    assert mail.get_body(("plain",)).get_content().split() == ["북한", "troops", "<!channel>"]  # type: ignore[union-attr]
    (image,) = [part for part in mail.walk() if part.get_content_type() == "image/png"]
    assert image["Content-ID"] == "<chart>"


def test_the_same_delivery_is_the_same_mail(smtp: Mailbox, letter: Letter) -> None:
    """Byte for byte, the boundaries between its parts included."""
    channel(smtp).send(letter())
    channel(smtp).send(letter())
    first, second = smtp.messages
    assert first["Message-ID"] == "<d1@ops.example>"
    assert first.as_bytes() == second.as_bytes()


FAULTS = [
    ("rcpt", "550 no such user", False),
    ("rcpt", "450 mailbox busy", True),
    ("rcpt", "553 not allowed", False),
    ("data", "554 looks like spam", False),
    ("data", "451 try later", True),
    ("data", "552 too large", False),
]


@pytest.mark.parametrize(("step", "answer", "retryable"), FAULTS, ids=[fault[1] for fault in FAULTS])
def test_refusals(smtp: Mailbox, letter: Letter, step: str, answer: str, retryable: bool) -> None:
    setattr(smtp, step, answer)
    with pytest.raises(DeliveryError, match=answer.split(" ", 1)[1]) as caught:
        channel(smtp).send(letter())
    assert caught.value.retryable is retryable
    assert smtp.messages == []


def test_a_server_that_hangs_is_left(smtp: Mailbox, letter: Letter) -> None:
    smtp.hang = 3
    started = time.monotonic()
    with pytest.raises(DeliveryError) as caught:
        channel(smtp, deadline=0.5).send(letter())
    assert caught.value.retryable
    assert time.monotonic() - started < 2.5


def test_a_server_that_drips_its_greeting_is_left(letter: Letter) -> None:
    """Every byte comes in time, the line never ends."""
    dripped: list[bytes] = []

    def drip(listener: socket.socket) -> None:
        client, _ = listener.accept()
        with client, suppress(OSError):
            while len(dripped) < 40:
                client.sendall(b"2")
                dripped.append(b"2")
                time.sleep(0.1)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = threading.Thread(target=drip, args=[listener])
        server.start()
        with pytest.raises(DeliveryError, match="cannot be used") as caught:
            channel(Mailbox(port=listener.getsockname()[1]), deadline=0.5).send(letter())
        server.join()
    assert caught.value.retryable
    assert len(dripped) < 40


def test_a_server_that_drops_in_data(smtp: Mailbox, letter: Letter) -> None:
    smtp.drop = True
    with pytest.raises(DeliveryError) as caught:
        channel(smtp).send(letter())
    assert caught.value.retryable


def test_nobody_listens(smtp: Mailbox, letter: Letter) -> None:
    smtp.port = 1
    with pytest.raises(DeliveryError, match="refused") as caught:
        channel(smtp).send(letter())
    assert caught.value.retryable


def test_a_login_that_is_refused_can_be_mended(smtp: Mailbox, letter: Letter) -> None:
    smtp.password = "right"
    channel(smtp, login="nw", password="right").send(letter())
    with pytest.raises(DeliveryError, match="refused the login") as caught:
        channel(smtp, login="nw", password="hunter22").send(letter())
    assert caught.value.retryable
    assert "hunter22" not in str(caught.value)


def test_tls_is_required_unless_the_connection_says_otherwise(smtp: Mailbox, letter: Letter) -> None:
    with pytest.raises(DeliveryError, match="STARTTLS") as caught:
        channel(smtp, extra={"disable_tls": False}).send(letter())
    assert caught.value.retryable
    assert smtp.messages == []


def certificate(file: Path, subject: x509.GeneralName) -> ssl.SSLContext:
    """A server's context with a certificate for ``subject`` that signs itself; ``file`` then holds it."""
    key, day = ec.generate_private_key(ec.SECP256R1()), timedelta(days=1)
    name, now = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail")]), datetime.now(UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now - day, now + day)
    signed = made.add_extension(x509.SubjectAlternativeName([subject]), critical=False).sign(key, hashes.SHA256())
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file.write_bytes(signed.public_bytes(pem) + secret)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


def test_a_safe_connection_is_one_to_the_host_that_is_meant(tmp_path: Path, letter: Letter) -> None:
    file = tmp_path / "ca.pem"
    extra = {"disable_tls": False, "ca_certs": str(file)}
    with mailbox(certificate(file, x509.IPAddress(ip_address("127.0.0.1")))) as right:
        channel(right, extra=extra).send(letter())
    assert len(right.messages) == 1
    with (
        mailbox(certificate(file, x509.DNSName("other.example"))) as wrong,
        pytest.raises(DeliveryError, match=r"no safe connection to the mail server: .*not valid for '127\.0\.0\.1'"),
    ):
        channel(wrong, extra=extra).send(letter())
    assert wrong.messages == []


def test_no_secret_in_an_error(smtp: Mailbox, letter: Letter) -> None:
    smtp.data = "554 your password hunter22 is silly"
    with pytest.raises(DeliveryError) as caught:
        channel(smtp, login="nw", password="hunter22").send(letter())
    assert "hunter22" not in str(caught.value)
