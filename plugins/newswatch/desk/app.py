"""The desk's application: every path behind the guards, also those that do not exist."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import Depends, FastAPI, HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException as PlainHTTPException

from newswatch.desk import acts, alerts, answer, charts, digests, feeds, now, search, silences, story, watchlist
from newswatch.desk.answer import MissingError, Page
from newswatch.desk.setup import Desk
from newswatch.errors import NewswatchError

VIEWS: dict[str, Callable[[Request], Page | Response]] = {
    "": now.now,
    "/search": search.search,
    "/stories/{name:path}": story.story,
    "/items/{name:path}": story.item,
    "/alerts": alerts.alerts,
    "/alerts/{key:path}": alerts.alert,
    "/silence": silences.silence,
    "/feeds": feeds.feeds,
    "/watchlist": watchlist.watchlist,
    "/watchlist/{name}": watchlist.concept,
    "/digests": digests.listed,
    "/digests/preview/{name}": digests.preview,
    "/digests/preview/{name}/mail": digests.preview_mail,
    "/digests/{name}": digests.one,
    "/digests/{name}/mail": digests.mail,
    "/charts/volume.svg": charts.volume_picture,
    "/charts/{name}.svg": charts.panel_picture,
}
ACTS: dict[str, acts.Act] = {
    "/acknowledge": alerts.acknowledge,
    "/silences": silences.make,
    "/silences/end": silences.end,
    "/feeds/test": feeds.test,
}
EVERY_METHOD = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


def build(desk: Desk, *guards: Callable[..., Any]) -> FastAPI:
    """The application over ``desk``. The guards are dependencies that hold for every path.

    They raise HTTPException 401 or 403, and one of them sets ``request.state.person``.
    """
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, dependencies=[Depends(one) for one in guards])
    app.state.desk = desk
    for kind in (HTTPException, PlainHTTPException, RequestValidationError, NewswatchError, Exception):
        app.add_exception_handler(kind, answer.wrong)
    for path, view in VIEWS.items():
        app.add_api_route(f"/desk{path}", _shown(view), methods=["GET", "HEAD"], response_model=None)
    for path, act in ACTS.items():
        app.add_api_route(f"/desk{path}", acts.guarded(act), methods=["POST"], response_model=None)
    app.add_api_route("/desk/static/{name}", _asset, methods=["GET", "HEAD"], response_model=None)
    app.add_api_route("/{path:path}", _nothing, methods=EVERY_METHOD, response_model=None)
    return app


def _shown(view: Callable[[Request], Page | Response]) -> Callable[[Request], Response]:
    def endpoint(request: Request) -> Response:
        made = view(request)
        return answer.page(request, made) if isinstance(made, Page) else made

    return endpoint


def _asset(request: Request) -> Response:
    return answer.asset(request.path_params["name"])


def _nothing(request: Request) -> Response:
    raise MissingError("There is nothing under this address; the links above lead on")
