"""Upkeep on a real node: mappings, retention, snapshots and a restore."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from newswatch.errors import StoreError, UsageError
from newswatch.index import documents, feeds, retention, snapshots
from newswatch.index.client import Settings, Store, asking, connect
from newswatch.index.documents import Write
from newswatch.index.mappings import ALL
from newswatch.index.templates import ensure, monthly
from newswatch.index.upgrade import added, bring_up, clashes
from newswatch.model.feed import FeedState
from newswatch.model.upkeep import Keep, Snapshots, UpkeepConfig
from newswatch.pipeline.upkeep import run

NOW = datetime(2026, 3, 2, 2, 40, tzinfo=UTC)


@pytest.fixture
def store(es_url: str, namespace: str) -> Store:
    made = connect(Settings.from_environment({"ELASTICSEARCH_URL": es_url}), namespace)
    ensure(made)
    return made


def put(store: Store, index: str, **docs: dict[str, Any]) -> None:
    writes = [Write("index", store.index(index), name, source) for name, source in docs.items()]
    assert all(one.applied for one in documents.bulk(store, writes))


def ids(store: Store, index: str) -> set[str]:
    documents.refresh(store, store.index(index))
    hits = documents.search(store, store.index(index), {"query": {"match_all": {}}, "size": 100})["hits"]["hits"]
    return {hit["_id"] for hit in hits}


def days(ago: float) -> str:
    return (NOW - timedelta(days=ago)).isoformat()


def test_old_goes_young_and_open_stays(store: Store) -> None:
    for at in (datetime(2024, 12, 31, tzinfo=UTC), datetime(2025, 1, 1, tzinfo=UTC), NOW):
        with asking(store):
            store.client.indices.create(index=monthly(store, "items", at))
    put(store, "ledger", old={"@timestamp": days(91)}, young={"@timestamp": days(89)})
    put(store, "dead-letter", old={"@timestamp": days(31)}, young={"@timestamp": days(29)})
    put(
        store,
        "outbox",
        old={"@timestamp": days(91), "state": "sent"},
        waiting={"@timestamp": days(91), "state": "waiting"},
    )
    put(
        store,
        "alerts",
        old={"@timestamp": days(401), "updated": days(401), "kind": "event"},
        firing={"@timestamp": days(401), "updated": days(401), "kind": "state"},
    )
    put(
        store,
        "digests",
        old={"until": days(401), "kind": "told"},
        mark={"until": days(401), "kind": "mark"},
        young={"until": days(1), "kind": "archive"},
    )
    put(store, "counts", old={"@timestamp": days(401), "rule": {"id": "spike"}}, memory={"@timestamp": days(401)})
    put(store, "entries", gone={"feed": "gone"}, kept={"feed": "kept"})
    states = [FeedState(name, "https://x.example", "https://x.example", last_poll=NOW - timedelta(days=61))
              for name in ("gone", "kept")]  # fmt: skip
    feeds.write_states(store, states)
    steps = run(store, UpkeepConfig(), {"kept"}, NOW)
    assert [step.name for step in steps if step.failed] == []
    months = [name for name in retention.owned(store) if name.startswith(store.index("items"))]
    assert months == [f"{store.index('items')}-2025.01", f"{store.index('items')}-2026.03"]
    assert ids(store, "ledger") == ids(store, "dead-letter") == {"young"}
    assert ids(store, "outbox") == {"waiting"}
    assert ids(store, "alerts") == {"firing"}
    assert ids(store, "digests") == {"mark", "young"}
    assert ids(store, "counts") == {"memory"}
    assert ids(store, "entries") == ids(store, "feeds") == {"kept"}
    assert {step.said for step in run(store, UpkeepConfig(), {"kept"}, NOW)} >= {"no month is old enough"}


def test_a_neighbour_whose_name_begins_alike_is_left_alone(store: Store) -> None:
    neighbour = replace(store, namespace=f"{store.namespace}-drill")
    index = monthly(neighbour, "items", datetime(2020, 1, 1, tzinfo=UTC))
    with asking(store):
        store.client.indices.create(index=index)
    run(store, UpkeepConfig(keep=Keep(items=timedelta(days=31))), (), NOW)
    assert store.client.indices.exists(index=index)
    assert index not in retention.owned(store)


def test_the_small_server_manages_no_lives_itself(store: Store) -> None:
    assert not retention.has_lifecycle(store)


def test_new_fields_reach_indices_that_exist_and_nothing_else_does(store: Store) -> None:
    index = store.index("ledger")
    want = {**ALL["ledger"], "colour": {"type": "keyword"}, "rule": {"properties": {"mood": {"type": "keyword"}}}}
    assert bring_up(store, index, want) == {index: ["rule.mood", "colour"]}
    assert bring_up(store, index, want) == {}
    put(store, "ledger", one={"colour": "red", "rule": {"mood": "good"}})
    with pytest.raises(StoreError, match=rf"the field count of {index} is long and would have to become keyword"):
        bring_up(store, index, {"count": {"type": "keyword"}, "size": {"type": "long"}})
    assert "size" not in store.client.indices.get_mapping(index=index)[index]["mappings"]["properties"]


def test_differences_of_mappings() -> None:
    have = {
        "a": {"type": "text", "fields": {"keyword": {"type": "keyword"}}},
        "b": {"properties": {"c": {"type": "long"}}},
    }
    want = {
        "a": {"type": "text", "fields": {"raw": {"type": "keyword"}}},
        "b": {"properties": {"c": {"type": "date"}}},
        "d": {"type": "object", "enabled": False},
    }
    assert list(added(have, want)) == ["a.raw", "d"]
    assert list(clashes(have, want)) == [("b.c", "long", "date")]


def test_a_step_that_fails_is_told_and_stops_no_other(store: Store) -> None:
    put(store, "ledger", old={"@timestamp": days(91)})
    steps = run(store, UpkeepConfig(snapshots=Snapshots(repository="nowhere")), (), NOW)
    (failed,) = [step for step in steps if step.failed]
    assert failed.name == "snapshot"
    assert "has no snapshot repository nowhere; register one there" in failed.said
    assert ids(store, "ledger") == set()


@pytest.mark.parametrize("state", ["PARTIAL", "FAILED", "IN_PROGRESS"])
def test_what_is_not_whole_replaces_nothing(state: str) -> None:
    with pytest.raises(UsageError, match=f"is {state} and cannot be relied on"):
        snapshots.pick([snapshots.Snapshot("a", "SUCCESS", NOW, ()), snapshots.Snapshot("b", state, NOW, ())], "b")


def test_a_snapshot_is_restored_elsewhere_and_in_place(store: Store) -> None:
    items = monthly(store, "items", NOW)
    documents.create(store, items, "i1", {"title": "Kept", "@timestamp": NOW.isoformat()})
    put(store, "ledger", one={"word": "sent"})
    repository = f"{store.namespace}-repo"
    snapshots.register(store, repository, repository)
    try:
        made = snapshots.take(store, repository, NOW)
        assert made.name == f"{store.namespace}-2026.03.02-024000"
        documents.create(store, items, "i2", {"title": "Came afterwards", "@timestamp": NOW.isoformat()})
        elsewhere = replace(store, namespace=f"{store.namespace}-restored")
        restored = snapshots.restore(store, repository, made.name, elsewhere, replace=False)
        assert len(restored) == len(ALL)
        assert ids(elsewhere, "items") == {"i1"}
        assert ids(elsewhere, "ledger") == {"one"}
        assert ids(store, "items") == {"i1", "i2"}
        with pytest.raises(UsageError, match=r"holds \d+ indices; restore into another"):
            snapshots.restore(store, repository, made.name, store, replace=False)
        snapshots.restore(store, repository, made.name, store, replace=True)
        assert ids(store, "items") == {"i1"}
        with pytest.raises(UsageError, match="has no snapshot unknown"):
            snapshots.restore(store, repository, "unknown", store, replace=True)
        snapshots.take(store, repository, NOW + timedelta(days=1))
        assert snapshots.thin(store, repository, 1) == [made.name]
    finally:
        for one in snapshots.listed(store, repository):
            store.client.snapshot.delete(repository=repository, snapshot=one.name)
        store.client.snapshot.delete_repository(name=repository)
