from __future__ import annotations

import pytest

from newswatch.index.client import Settings, Store, connect
from newswatch.index.templates import ensure


@pytest.fixture
def store(es_url: str, namespace: str) -> Store:
    made = connect(Settings.from_environment({"ELASTICSEARCH_URL": es_url}), namespace)
    ensure(made)
    return made
