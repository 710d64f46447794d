"""The desk over a filled namespace, looked at by people of Airflow's roles, without Airflow."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fastapi import HTTPException, Request
from fastapi.testclient import TestClient

from newswatch import jobs
from newswatch.desk.app import build
from newswatch.desk.setup import Desk, Person
from newswatch.index.client import Settings, Store, connect
from newswatch.index.templates import drop
from tests.desk import world

NOW = datetime(2026, 3, 2, 12, 7, 31, 500_000, tzinfo=UTC)
ROLES = {"vera": Person("vera"), "uma": Person("uma", acts=True)}
Client = Callable[..., TestClient]


@dataclass(frozen=True)
class Filled:
    """A filled namespace and the configuration that it was made with."""

    store: Store
    config: Path


@pytest.fixture(scope="module")
def filled(es_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filled]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ELASTICSEARCH_URL", es_url)
        patch.setenv("NEWSWATCH_HOME", str(tmp_path_factory.mktemp("home")))
        store = connect(Settings.from_environment({"ELASTICSEARCH_URL": es_url}), f"nwtest-{uuid.uuid4().hex[:8]}")
        yield Filled(store, world.fill(store, NOW, tmp_path_factory.mktemp("world")))
        drop(store)


@pytest.fixture(scope="module")
def client(filled: Filled) -> Client:
    """A client as a person of the given name; None has no session."""
    return lambda name="uma", now=NOW: make_client(filled.store.namespace, filled.config, name, now)


def make_client(namespace: str, config: Path, name: str | None, now: datetime = NOW) -> TestClient:
    def guard(request: Request) -> None:
        if name is None:
            raise HTTPException(401, "Not authenticated")
        request.state.person = ROLES[name]

    desk = Desk(jobs.Where(namespace, config), lambda: now, lambda back: f"/auth/login?next={back}")
    return TestClient(
        build(desk, guard),
        base_url="http://desk.test",
        headers={"Origin": "http://desk.test", "X-Newswatch": "desk"},
        raise_server_exceptions=False,
        follow_redirects=False,
    )
