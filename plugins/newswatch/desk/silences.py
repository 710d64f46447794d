"""Silence with a preview: first see what it would have muted, then confirm exactly that."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta

from fastapi import Request, Response

from newswatch.desk import acts
from newswatch.desk.answer import MissingError, Page, RefusedError, desk_of, person_of, said
from newswatch.desk.setup import Desk
from newswatch.errors import UsageError
from newswatch.index import documents
from newswatch.index.signals import signal
from newswatch.model.book import Alert
from newswatch.model.notice import AlertView
from newswatch.pipeline import acts as written
from newswatch.pipeline.alerts import muted_by
from newswatch.pipeline.views import view

SPANS = {"1h": 1, "2h": 2, "4h": 4, "8h": 8, "24h": 24, "3d": 72, "7d": 168}
LONGEST, MATCHERS, COMMENT, SHOWN = 200, 10, 500, 30
FRESH = timedelta(minutes=15)
STALE = "What this would mute has changed since you looked, or you looked long ago: preview it again, then confirm."
Matchers = dict[str, tuple[str, ...]]


def silence(request: Request) -> Page:
    """The form, and what it would have muted in the last seven days. Three requests, more for 10,000 alerts."""
    desk, now = desk_of(request), desk_of(request).clock()
    given = tuple(value for value in request.query_params.getlist("match") if value.strip())
    span = request.query_params.get("for", "2h")
    if span not in SPANS:
        raise UsageError(f"a silence lasts {', '.join(SPANS)}; {span[:20]} is none of these")
    problem, matchers = "", Matchers()
    try:
        matchers = matchers_of(given)
    except UsageError as error:
        problem = str(error)
    muted = muted_by(desk.store, matchers, now) if matchers else []
    values = {
        "match": " ".join(given),
        "matchers": matchers,
        "span": span,
        "spans": tuple(SPANS),
        "muted": len(muted),
        "shown": _views(desk, muted[:SHOWN]),
        "problem": problem,
        "token": _token(matchers, muted, now),
        "until": now + timedelta(hours=SPANS[span]),
        "comment": request.query_params.get("comment", "")[:COMMENT],
    }
    return Page("silence.html", values)


def make(request: Request, form: acts.Form) -> Response:
    """Write the silence down as it was previewed; the next watch run takes it up."""
    desk, now = desk_of(request), desk_of(request).clock()
    matchers, span = matchers_of(form.all("match")), form.one("for")
    if not matchers:
        raise UsageError("a silence needs at least one matcher, such as tag=military")
    if span not in SPANS:
        raise UsageError(f"a silence lasts {', '.join(SPANS)}")
    if not _as_previewed(desk, matchers, form.one("token"), now):
        raise RefusedError(409, STALE)
    until = now + timedelta(hours=SPANS[span])
    comment = form.one("comment").strip()[:COMMENT]
    written.silence(desk.store, matchers, person_of(request).name, until, comment, now)
    documents.refresh(desk.store, desk.store.index("silences"))
    return said(f"Silenced until {until:%Y-%m-%d %H:%M} UTC, from the next watch run on, within a minute.")


def end(request: Request, form: acts.Form) -> Response:
    """End a silence before its time."""
    desk, name = desk_of(request), form.one("silence")[:LONGEST]
    found = documents.get(desk.store, desk.store.index("silences"), name) if name else None
    if found is None:
        raise MissingError("There is no such silence; reload the page")
    if datetime.fromisoformat(found.source["until"]) <= desk.clock():
        raise RefusedError(409, "That silence has ended already")
    written.expire(desk.store, name, person_of(request).name, desk.clock())
    documents.refresh(desk.store, desk.store.index("silences"))
    return said("The silence ends with the next watch run, within a minute.")


def matchers_of(given: Iterable[str]) -> Matchers:
    """``tag=military severity=info,warning`` as matchers. Raises UsageError with a sentence."""
    found: Matchers = {}
    for text in (part for value in given for part in value.split()):
        name, equals, value = text.partition("=")
        values = tuple(one for one in value.split(",") if one)
        if not equals or not name or not values:
            raise UsageError(f"a matcher looks like tag=military; {text[:60]} does not")
        if len(text) > LONGEST or len(found) >= MATCHERS:
            raise UsageError(f"a silence takes at most {MATCHERS} matchers of {LONGEST} characters")
        found[name] = (*found.get(name, ()), *values)
    return found


def _as_previewed(desk: Desk, matchers: Matchers, token: str, now: datetime) -> bool:
    """Whether the token is that of a preview of these matchers a short while ago, with the same result."""
    at, _, _ = token.partition(".")
    if not (at.isascii() and at.isdigit() and len(at) <= 12):
        return False
    looked = datetime.fromtimestamp(int(at), now.tzinfo)
    if not timedelta(0) <= now - looked.replace(microsecond=0) <= FRESH + timedelta(seconds=1):
        return False
    return token == _token(matchers, muted_by(desk.store, matchers, now), looked)


def _views(desk: Desk, alerts: Iterable[Alert]) -> list[AlertView]:
    """Alerts with the titles of the signals that made them."""
    found = [(alert, next(iter(alert.signals), "")) for alert in alerts]
    index = desk.store.index("signals")
    read = documents.mget(desk.store, [(index, name) for _, name in found if name])
    return [view(alert, signal(read[name].source["value"]) if name in read else None) for alert, name in found]


def _token(matchers: Matchers, muted: Iterable[Alert], now: datetime) -> str:
    seen = repr((sorted(matchers.items()), [(one.start.isoformat(), one.key) for one in muted]))
    return f"{int(now.timestamp())}.{hashlib.blake2b(seen.encode(), digest_size=12).hexdigest()}"
