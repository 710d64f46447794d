"""Foreign exceptions → one reason and one sentence, in one place. The sentences name no address and no secret."""

from __future__ import annotations

import os
import socket
import ssl

import aiohttp

from newswatch.fetch.address import RefusedAddressError
from newswatch.model.feed import Failure
from newswatch.model.fetch import FetchSettings


class FetchError(Exception):
    """A request that came to nothing. Never leaves this package: it becomes an ``Answer``."""

    def __init__(self, failure: Failure, sentence: str, status: int | None = None) -> None:
        super().__init__(sentence)
        self.failure = failure
        self.sentence = sentence
        self.status = status


def translated(error: Exception, settings: FetchSettings) -> FetchError:
    """``error``, raised by aiohttp, the system or yarl, as a FetchError."""
    cause = _cause(error)
    if isinstance(cause, RefusedAddressError):
        return FetchError(Failure.ADDRESS, str(cause))
    if isinstance(error, TimeoutError):
        return FetchError(Failure.TIMEOUT, _timeout(error, settings))
    if isinstance(error, aiohttp.ClientSSLError | ssl.SSLError) or isinstance(cause, ssl.SSLError):
        return FetchError(Failure.TLS, _tls(cause))
    if isinstance(error, aiohttp.ClientConnectorDNSError | socket.gaierror):
        return FetchError(Failure.DNS, "the host name could not be resolved")
    if isinstance(error, aiohttp.InvalidURL):
        return FetchError(Failure.ADDRESS, "the address is not valid")
    if isinstance(error, aiohttp.ClientResponseError):
        return FetchError(Failure.HTTP, "the answer is not valid HTTP")
    if isinstance(error, aiohttp.ServerDisconnectedError):
        return FetchError(Failure.CONNECT, "the server closed the connection without an answer")
    if isinstance(cause, OSError) and cause.errno:
        return FetchError(Failure.CONNECT, f"no connection: {os.strerror(cause.errno).lower()}")
    if isinstance(error, aiohttp.ClientError | OSError):
        return FetchError(Failure.CONNECT, "the connection failed")
    return FetchError(Failure.ADDRESS, "the request could not be written for this address")


def _cause(error: Exception) -> BaseException:
    inner = getattr(error, "os_error", None) or error.__cause__
    return inner if isinstance(inner, BaseException) else error


def _timeout(error: Exception, settings: FetchSettings) -> str:
    if isinstance(error, aiohttp.ConnectionTimeoutError):
        return f"no connection within {settings.connect:g} s"
    if isinstance(error, aiohttp.SocketTimeoutError):
        return f"the server was silent for {settings.read:g} s"
    return f"the feed was not complete within {settings.deadline:g} s"


def _tls(cause: BaseException) -> str:
    if isinstance(cause, ssl.SSLCertVerificationError):
        return f"the certificate is not accepted: {cause.verify_message or 'not trusted'}"
    return "no secure connection could be made"
