"""Index templates and indices of a namespace, made when they are missing: safe to call at every start, by anybody."""

from __future__ import annotations

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

from elasticsearch import BadRequestError, NotFoundError

from newswatch.index.client import Store, asking, body
from newswatch.index.mappings import ALL, MONTHLY, Mapping
from newswatch.index.upgrade import bring_up

SETTINGS = {"number_of_shards": 1, "auto_expand_replicas": "0-1", "refresh_interval": "5s"}


def ensure(store: Store) -> None:
    """Make the templates and indices of the namespace that are missing or of an older version.

    Additive changes of a mapping reach existing indices too; others raise StoreError.
    """
    with asking(store):
        known = _known(store)
        lacking = [name for name, mapping in ALL.items() if known.get(store.index(name)) != version(mapping)]
        # side by side, so that the server makes several in one change of its state
        with ThreadPoolExecutor(max_workers=8) as pool:
            list(pool.map(lambda name: _put(store, name, ALL[name]), lacking))


def drop(store: Store) -> None:
    """Remove everything of the namespace. Wildcards are not relied on: a cluster may forbid deleting by them."""
    with asking(store):
        found = body(store, store.client.indices.get(index=f"{store.namespace}-*", allow_no_indices=True))
        if found:
            store.client.indices.delete(index=list(found), ignore_unavailable=True)
        for name in _known(store):
            store.client.indices.delete_index_template(name=name)


def monthly(store: Store, name: str, now: datetime) -> str:
    """The index of ``now``'s month: ``newswatch-items-2026.03``."""
    return f"{store.index(name)}-{now:%Y.%m}"


def version(mapping: Mapping) -> str:
    """A hash of the mapping: what a template was made from."""
    return hashlib.sha256(json.dumps([mapping, SETTINGS], sort_keys=True).encode()).hexdigest()[:16]


def _known(store: Store) -> dict[str, str]:
    try:
        answer = body(store, store.client.indices.get_index_template(name=f"{store.namespace}-*"))
    except NotFoundError:
        return {}
    found = {
        one["name"]: one["index_template"].get("_meta", {}).get("version", "") for one in answer["index_templates"]
    }
    return {name: str(value) for name, value in found.items()}


def _put(store: Store, name: str, mapping: Mapping) -> None:
    index, monthly_ = store.index(name), name in MONTHLY
    template: dict[str, Any] = {
        "settings": SETTINGS,
        "mappings": {"dynamic": "strict", "properties": mapping},
    }
    if monthly_:
        template["aliases"] = {index: {}}
    # mapping first, template last: the template's version says that everything before it is done
    if monthly_:
        bring_up(store, f"{index}-*", mapping)
    elif not _created(store, index, template):
        bring_up(store, index, mapping)
    store.client.indices.put_index_template(
        name=index,
        index_patterns=[f"{index}-*" if monthly_ else index],
        template=template,
        priority=500,
        meta={"version": version(mapping), "made_by": "newswatch"},
    )


def _created(store: Store, index: str, template: dict[str, Any]) -> bool:
    """Create the index; False when it is there already."""
    try:
        store.client.indices.create(index=index, settings=template["settings"], mappings=template["mappings"])
    except BadRequestError as error:
        if error.error != "resource_already_exists_exception":
            raise
        return False
    return True
