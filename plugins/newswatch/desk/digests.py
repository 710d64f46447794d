"""Digests: those of the past as they were sent, and what the next one would say."""

from __future__ import annotations

from fastapi import Request, Response

from newswatch import daily
from newswatch.desk.answer import HEADERS, MissingError, Page, desk_of
from newswatch.index import digests
from newswatch.index.digests import Archived
from newswatch.render.digest import standalone

#: a mail keeps its own styles and pictures; it runs nothing and asks for nothing
MAIL = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox"
)
LONGEST = 200
#: what a mail's dark style is made to depend on instead of the system
THEMES = {"light": "not all", "dark": "all"}


def listed(request: Request) -> Page:
    """Two requests: the digests that were sent."""
    desk = desk_of(request)
    return Page("digests.html", {"sent": digests.listed(desk.store), "specs": desk.digests})


def one(request: Request) -> Page:
    """One digest in a frame of its own. One request."""
    return Page("digest.html", {"kept": _kept(request), "preview": ""})


def mail(request: Request) -> Response:
    """The mail itself, as it was sent. One request."""
    kept = _kept(request)
    if kept.rendered is None:
        raise MissingError("This digest was kept without its content")
    return _mail(request, standalone(kept.rendered))


def preview(request: Request) -> Page:
    """The next digest, in a frame that takes as long as building it does. No request."""
    name = request.path_params["name"]
    spec = next((one for one in desk_of(request).digests if one.id == name), None)
    if spec is None:
        raise MissingError(f"There is no digest {name[:80]} in digests.yaml")
    return Page("digest.html", {"kept": None, "preview": spec.id, "title": spec.title})


def preview_mail(request: Request) -> Response:
    """The next digest so far, built now: nothing is sent and nothing is remembered."""
    desk = desk_of(request)
    made = daily.digest_preview(desk.where, request.path_params["name"], None, desk.clock(), desk.store)
    return _mail(request, made.form(".html"))


def _kept(request: Request) -> Archived:
    name = request.path_params["name"]
    found = digests.read(desk_of(request).store, name) if len(name) <= LONGEST else None
    if found is None:
        raise MissingError(f"Nothing is known of the digest {name[:80]}; it may be older than what is kept")
    return found


def _mail(request: Request, text: str) -> Response:
    """The mail, in the theme that the page around it asks for; a mail program decides by the reader's system."""
    theme = request.query_params.get("theme")
    if theme in THEMES:
        text = text.replace("(prefers-color-scheme: dark)", THEMES[theme]).replace(
            "color-scheme: light dark", f"color-scheme: {theme}"
        )
    return Response(text, 200, {**HEADERS, "Content-Security-Policy": MAIL}, "text/html; charset=utf-8")
