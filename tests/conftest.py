"""What the suite starts for itself: a real Elasticsearch node, namespaces that vanish."""

from __future__ import annotations

import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
import urllib3
from ops.node import Node


@pytest.fixture(scope="session")
def es_url() -> Iterator[str]:
    """The URL of a real node: ``NEWSWATCH_TEST_ES`` when set, else one that is started once and stopped at the end."""
    given = os.environ.get("NEWSWATCH_TEST_ES")
    if given:
        yield given
        return
    home = Path(tempfile.mkdtemp(prefix="newswatch-test-", dir="/var/tmp"))
    home.chmod(0o755)
    node = Node(home, ("nwtest",))
    try:
        yield node.up()
    finally:
        node.down()
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def namespace(es_url: str) -> Iterator[str]:
    """An index prefix of this test's own; its indices and templates are dropped afterwards."""
    name = f"nwtest-{uuid.uuid4().hex[:8]}"
    yield name
    pool, login = urllib3.PoolManager(), _login(es_url)
    made = pool.request("GET", f"{es_url}/_cat/indices/{name}-*?h=index&expand_wildcards=all", headers=login)
    for path in [*made.data.decode().split(), f"_index_template/{name}-*"]:
        pool.request("DELETE", f"{es_url}/{path}", headers=login)


def _login(url: str) -> dict[str, str]:
    user = urllib3.util.parse_url(url).auth
    return dict(urllib3.make_headers(basic_auth=user)) if user else {}
