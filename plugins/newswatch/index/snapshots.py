"""Snapshots of a namespace: taken into a repository of the cluster, listed, thinned out, restored."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from elasticsearch import NotFoundError

from newswatch.errors import StoreError, UsageError
from newswatch.index.client import Store, asking, body
from newswatch.index.mappings import MONTHLY
from newswatch.index.retention import owned
from newswatch.index.templates import ensure

#: seconds: a snapshot or a restore of much data takes its time
PATIENCE = 6 * 3600
WHOLE = "SUCCESS"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A snapshot: ``state`` is SUCCESS, PARTIAL, FAILED or IN_PROGRESS."""

    name: str
    state: str
    at: datetime
    indices: tuple[str, ...]


def register(store: Store, repository: str, location: str | None) -> None:
    """Make sure of the repository: with ``location`` it is made as a folder of the cluster when it is missing."""
    client = store.client
    with asking(store):
        try:
            client.snapshot.get_repository(name=repository)
            return
        except NotFoundError:
            if location is None:
                raise StoreError(
                    f"the cluster has no snapshot repository {repository}; register one there, or name a folder within "
                    "its path.repo as snapshots.location in upkeep.yaml"
                ) from None
        fs = {"type": "fs", "settings": {"location": location, "compress": True}}
        client.snapshot.create_repository(name=repository, repository=fs)


def take(store: Store, repository: str, now: datetime) -> Snapshot:
    """A snapshot of all of the namespace, complete when this returns."""
    name = f"{store.namespace}-{now:%Y.%m.%d-%H%M%S}"
    with asking(store):
        store.client.options(request_timeout=PATIENCE).snapshot.create(
            repository=repository,
            snapshot=name,
            indices=owned(store),
            include_global_state=False,
            wait_for_completion=True,
        )
    made = next(one for one in listed(store, repository) if one.name == name)
    if made.state != WHOLE:
        raise StoreError(f"the snapshot {name} ended as {made.state}; the cluster's log says why")
    return made


def listed(store: Store, repository: str) -> list[Snapshot]:
    """The namespace's snapshots, oldest first."""
    with asking(store):
        answer = body(store, store.client.snapshot.get(repository=repository, snapshot=f"{store.namespace}-*"))
    ours = re.compile(rf"{re.escape(store.namespace)}-\d{{4}}\.\d\d\.\d\d-\d{{6}}")
    found = [
        Snapshot(
            one["snapshot"],
            one["state"],
            datetime.fromtimestamp(one["start_time_in_millis"] / 1000, UTC),
            tuple(one["indices"]),
        )
        for one in answer["snapshots"]
        if ours.fullmatch(one["snapshot"])
    ]
    return sorted(found, key=lambda one: one.name)


def thin(store: Store, repository: str, keep: int) -> list[str]:
    """Delete all but the newest ``keep`` snapshots of the namespace; which these were."""
    old = [one.name for one in listed(store, repository)[:-keep]]
    for name in old:
        with asking(store):
            store.client.options(request_timeout=PATIENCE).snapshot.delete(repository=repository, snapshot=name)
    return old


def pick(found: Iterable[Snapshot], name: str) -> Snapshot:
    """The snapshot of that name. Raises UsageError when there is none, or when it is not whole."""
    chosen = next((one for one in found if one.name == name), None)
    if chosen is None:
        raise UsageError(
            f"the repository has no snapshot {name} of this namespace; backup --list shows those there are"
        )
    if chosen.state != WHOLE:
        raise UsageError(f"the snapshot {name} is {chosen.state} and cannot be relied on; backup --list shows others")
    return chosen


def restore(store: Store, repository: str, name: str, into: Store, *, replace: bool) -> list[str]:
    """Put the indices of a snapshot of ``store``'s namespace into the namespace of ``into``; which these are then.

    What is there is replaced only when asked to. Raises UsageError for a snapshot or a target that cannot be used.
    """
    chosen = pick(listed(store, repository), name)
    there = owned(into)
    if there and not replace:
        raise UsageError(
            f"the namespace {into.namespace} holds {len(there)} indices; restore into another (--into NAME), or "
            "replace what is there (--replace)"
        )
    with asking(into):
        for index in there:
            into.client.indices.delete(index=index, ignore_unavailable=True)
        into.client.options(request_timeout=PATIENCE).snapshot.restore(
            repository=repository,
            snapshot=name,
            indices=list(chosen.indices),
            include_global_state=False,
            include_aliases=False,
            rename_pattern=f"^{re.escape(store.namespace)}-(.+)$",
            rename_replacement=f"{into.namespace}-$1",
            wait_for_completion=True,
        )
        made = owned(into)
        for index in made:
            alias = next((into.index(one) for one in MONTHLY if index.startswith(f"{into.index(one)}-")), None)
            if alias:
                into.client.indices.put_alias(index=index, name=alias)
    ensure(into)
    return made
