"""An Elasticsearch that somebody else runs."""

from __future__ import annotations

from collections.abc import Mapping

from newswatch.errors import StoreError
from newswatch.index.client import Settings, asking, body, connect


def reach(environ: Mapping[str, str]) -> None:
    """Ask the cluster that ``environ`` names for its health. Raises NewswatchError with one sentence."""
    store = connect(Settings.from_environment(environ), "newswatch", timeout=10)
    try:
        with asking(store):
            found = body(store, store.client.cluster.health())
    finally:
        store.client.close()
    if found.get("status") == "red":
        raise StoreError(f"Elasticsearch at {store.url} is red: some of its data is missing; mend it and repeat")
