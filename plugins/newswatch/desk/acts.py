"""What people do at the desk. Every act comes from the desk's own script: it says so in a header and by its origin."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from fastapi import Request, Response
from starlette.concurrency import run_in_threadpool

from newswatch.desk.answer import RefusedError, person_of

HEADER = "x-newswatch"
BIGGEST = 64_000
VIEWER = "Your role in Airflow may look, and not acknowledge, silence or test; ask for the role user."
STRANGER = "This did not come from the news desk, so nothing was done; reload the page and try again."


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of a form, each with all its values."""

    fields: Mapping[str, Sequence[str]]

    def one(self, name: str, otherwise: str = "") -> str:
        """The first value of a field."""
        return next(iter(self.fields.get(name, ())), otherwise)

    def all(self, name: str) -> tuple[str, ...]:
        """All values of a field that are not empty."""
        return tuple(value for value in self.fields.get(name, ()) if value.strip())


Act = Callable[[Request, Form], Response]


def guarded(act: Act) -> Callable[[Request], Awaitable[Response]]:
    """The act behind its checks: who asks, from where, how much."""

    async def endpoint(request: Request) -> Response:
        check(request)
        form = await _form(request)
        return await run_in_threadpool(act, request, form)

    return endpoint


def check(request: Request) -> None:
    """Raises RefusedError unless a person who may act asks, from the desk's own page."""
    origin = request.headers.get("origin", "")
    host = request.headers.get("x-forwarded-host") or request.headers.get("host", "")
    if request.headers.get(HEADER) != "desk" or not origin or urlsplit(origin).netloc != host:
        raise RefusedError(403, STRANGER)
    if not person_of(request).acts:
        raise RefusedError(403, VIEWER)


async def _form(request: Request) -> Form:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > BIGGEST:
            raise RefusedError(413, "That form is too long; shorten what you wrote")
    try:
        return Form(parse_qs(body.decode(), keep_blank_values=True, max_num_fields=100))
    except ValueError:
        raise RefusedError(400, "That form cannot be read; reload the page and try again") from None
