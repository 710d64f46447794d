"""One namespace for all cases of a module: making its indices takes longer than a case."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest

from newswatch.index.client import Settings, connect
from newswatch.index.templates import drop


@pytest.fixture(scope="module")
def shared_namespace(es_url: str) -> Iterator[str]:
    """A namespace that lives as long as the module."""
    name = f"nwtest-{uuid.uuid4().hex[:8]}"
    yield name
    drop(connect(Settings.from_environment({"ELASTICSEARCH_URL": es_url}), name))
