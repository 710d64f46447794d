"""Responses: pages with their headers, conditional requests, and a sentence for everything that can go wrong."""

from __future__ import annotations

import hashlib
import logging
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from fastapi import HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError

from newswatch.desk import words
from newswatch.desk.setup import Desk, Person
from newswatch.errors import ConfigError, NewswatchError, StoreUnavailableError, UsageError
from newswatch.render import environment as env

log = logging.getLogger(__name__)
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; frame-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'self'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "private, no-cache",
    "Vary": "Cookie",
}
#: the login page's few lines of style stand in the page itself, as a style sheet would need a login
PLAIN_STYLE = "body{font:16px/1.5 sans-serif;margin:2rem;color-scheme:light dark}"
#: what no page shows, wherever it came from: controls, and characters that turn the direction of what follows
UNSEEN = dict.fromkeys([*range(9), *range(0x0B, 0x20), 0x7F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])
TYPES = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}


@dataclass(frozen=True, slots=True)
class Page:
    """What a view gives: a template of ``templates/desk`` and its values."""

    template: str
    values: Mapping[str, Any] = field(default_factory=dict)
    status: int = 200


class MissingError(NewswatchError):
    """Nothing is known under an address."""


class RefusedError(NewswatchError):
    """A request that is not done, with its HTTP status."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


def desk_of(request: Request) -> Desk:
    """The desk that the request came to."""
    found: Desk = request.app.state.desk
    return found


def person_of(request: Request) -> Person:
    """Who asks; set by the guard that let the request in."""
    found: Person = request.state.person
    return found


def root_of(request: Request) -> str:
    """The address of the desk's first page, as the browser sees it."""
    return f"{request.scope.get('root_path', '')}/desk"


def page(request: Request, made: Page) -> Response:
    """The page, or 304 when the browser holds the same."""
    body = _html(request, made)
    tag = f'W/"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
    headers = {**HEADERS, "ETag": tag}
    if made.status == 200 and request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(body, made.status, headers, "text/html; charset=utf-8")


def said(sentence: str, status: int = 200) -> Response:
    """The answer to an act: one sentence as plain text."""
    return Response(sentence + "\n", status, HEADERS, "text/plain; charset=utf-8")


def picture(request: Request, svg: bytes) -> Response:
    """A drawn chart."""
    tag = f'W/"{hashlib.blake2b(svg, digest_size=12).hexdigest()}"'
    headers = {**HEADERS, "ETag": tag, "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(svg, 200, headers, TYPES["svg"])


def asset(name: str) -> Response:
    """A file of ``static/desk``."""
    found = _assets().get(name)
    if found is None:
        raise MissingError("There is no such file.")
    headers = {**HEADERS, "Cache-Control": "private, max-age=86400"}
    return Response(found, 200, headers, f"{TYPES[name.rpartition('.')[2]]}; charset=utf-8")


def wrong(request: Request, error: Exception) -> Response:
    """The answer to an error: a sentence and what to do next, never a trace."""
    if isinstance(error, HTTPException):
        if error.status_code in (401, 403):
            return _login(request, error.status_code, str(error.detail))
        status, sentence = error.status_code, str(error.detail)
    elif isinstance(error, NewswatchError):
        status, sentence = _status(error), words.sentence(str(error))
    elif isinstance(error, RequestValidationError):
        status, sentence = 400, "The address of this page cannot be read."
    else:
        log.error("the desk failed at %s", request.url.path, exc_info=error)
        status, sentence = 500, "This went wrong inside the desk; the log of Airflow's api-server tells what."
    if request.method not in ("GET", "HEAD"):
        return said(sentence, status)
    return page(request, Page("sentence.html", {"sentence": sentence, "status": status}, status))


def _status(error: NewswatchError) -> int:
    if isinstance(error, RefusedError):
        return error.status
    if isinstance(error, MissingError):
        return 404
    if isinstance(error, UsageError):
        return 400
    return 503 if isinstance(error, StoreUnavailableError) else 500 if isinstance(error, ConfigError) else 502


def _login(request: Request, status: int, detail: str) -> Response:
    known = getattr(request.state, "person", None) is not None
    values = {
        "sentence": words.FORBIDDEN if known or detail == "Forbidden" else words.EXPIRED,
        "login": desk_of(request).login(str(request.url)),
        "style": PLAIN_STYLE,
    }
    body = env.render("desk/login.html", **values).encode()
    own = b64encode(hashlib.sha256(PLAIN_STYLE.encode()).digest()).decode()
    headers = {**HEADERS, "Content-Security-Policy": POLICY.replace("style-src 'self'", f"style-src 'sha256-{own}'")}
    return Response(body, status, headers, "text/html; charset=utf-8")


def _html(request: Request, made: Page) -> bytes:
    env.environment().filters.update(words.FILTERS)
    values = {
        "root": root_of(request),
        "person": person_of(request),
        "here": request.url.path,
        "version": _version(),
        "watched": desk_of(request).where.namespace,
        "called": desk_of(request).called,
        **made.values,
    }
    return env.render(f"desk/{made.template}", **values).translate(UNSEEN).encode("utf-8", "replace")


@cache
def _assets() -> dict[str, bytes]:
    folder = files("newswatch") / "static" / "desk"
    return {file.name: file.read_bytes() for file in folder.iterdir() if file.is_file()}


@cache
def _version() -> str:
    return hashlib.blake2b(b"".join(_assets().values()), digest_size=6).hexdigest()
