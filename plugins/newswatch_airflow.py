"""The Airflow plugin: mounts the news desk into Airflow's own interface, behind its login and its roles."""

import os
from datetime import UTC, datetime
from typing import Annotated, Any

from airflow.plugins_manager import AirflowPlugin

PREFIX = "/newswatch"


def _application() -> Any:
    from airflow.api_fastapi.app import get_auth_manager
    from airflow.api_fastapi.auth.managers.models.resource_details import AccessView, DagAccessEntity
    from airflow.api_fastapi.core_api.security import get_user, requires_access_view
    from fastapi import Depends, Request

    from newswatch import jobs
    from newswatch.desk.app import build
    from newswatch.desk.setup import Desk, Person

    def known(request: Request, user: Annotated[Any, Depends(get_user)]) -> None:
        # whoever may start DAG runs (the role user and those above it) may also acknowledge and silence
        acts = get_auth_manager().is_authorized_dag(method="POST", access_entity=DagAccessEntity.RUN, user=user)
        request.state.person = Person(user.get_name(), acts)

    def login(back: str) -> str:
        return get_auth_manager().get_url_login(next_url=back)

    where = jobs.Where(os.environ.get("NEWSWATCH_NAMESPACE", "newswatch"))
    desk = Desk(where, lambda: datetime.now(UTC), login)
    return build(desk, requires_access_view(AccessView.WEBSITE), known)


class _Later:
    """The application, made at its first request: the scheduler and the tasks load plugins too, and never need it."""

    def __init__(self) -> None:
        self._made: Any = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if self._made is None:
            self._made = _application()
        await self._made(scope, receive, send)


class NewswatchPlugin(AirflowPlugin):
    """Named so that Airflow shows where the page comes from."""

    name = "newswatch"
    fastapi_apps = [{"app": _Later(), "url_prefix": PREFIX, "name": "newswatch"}]  # noqa: RUF012
    external_views = [  # noqa: RUF012
        {
            "name": "News desk",
            "href": f"{PREFIX}/desk",
            "destination": "nav",
            "url_route": "news-desk",
            "nav_top_level": True,
            "icon": f"{PREFIX}/desk/static/icon.svg",
        }
    ]
