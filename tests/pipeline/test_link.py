"""Joining stored items to stories, on a real Elasticsearch."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from newswatch import story
from newswatch.errors import StoreUnavailableError
from newswatch.index import documents, state
from newswatch.index.client import Settings, Store, connect
from newswatch.index.documents import Write
from newswatch.index.templates import ensure, monthly
from newswatch.pipeline import link as linking
from newswatch.pipeline.link import LinkReport, link

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
SUMMARY = (
    "At least 12 people were killed when a Russian missile hit an apartment block in the Ukrainian city of Dnipro on "
    "Tuesday, officials said. Rescuers were searching the rubble for survivors."
)


@pytest.fixture
def store(es_url: str, namespace: str) -> Store:
    made = connect(Settings.from_environment({"ELASTICSEARCH_URL": es_url}), namespace)
    ensure(made)
    return made


def item(name: str, hours: float = 0, summary: str = SUMMARY, **more: Any) -> dict[str, Any]:
    created = (NOON + timedelta(hours=hours)).isoformat()
    return {
        "@timestamp": created,
        "event": {"created": created, "ingested": created},
        "title": f"Title of {name}",
        "summary": summary,
        "language": "en",
        "publisher": {"id": name, "family": name},
        "story": {"id": name, "bands": list(story.bands(f"Title of {name}", summary))},
        **more,
    }


def put(store: Store, **items: dict[str, Any]) -> None:
    writes = [
        Write("index", monthly(store, "items", datetime.fromisoformat(one["event"]["created"])), name, one)
        for name, one in items.items()
    ]
    assert all(one.applied for one in documents.bulk(store, writes))


def stories(store: Store) -> dict[str, tuple[str, bool | None]]:
    documents.refresh(store, store.index("items"))
    hits = documents.search(store, store.index("items"), {"size": 1000})["hits"]["hits"]
    return {hit["_id"]: (hit["_source"]["story"]["id"], hit["_source"]["story"].get("lead")) for hit in hits}


def test_copies_join_the_first_whatever_feed_they_came_by(store: Store) -> None:
    put(store, b=item("b", 2), a=item("a"), c=item("c", 3, SUMMARY.replace("Dnipro", "Kharkiv")))
    assert link(store, NOON) == LinkReport(3, 2)
    assert stories(store) == {"a": ("a", True), "b": ("a", False), "c": ("c", True)}


def test_items_of_later_runs_join_and_nothing_moves(store: Store) -> None:
    put(store, a=item("a", 1))
    link(store, NOON)
    # seen earlier by a shard that wrote late
    put(store, z=item("z", 0), b=item("b", 2))
    assert link(store, NOON) == LinkReport(2, 0)
    assert stories(store) == {"a": ("a", True), "b": ("a", False), "z": ("a", False)}
    assert link(store, NOON) == LinkReport(0, 0)


def test_bands_stay_so_that_the_next_copies_are_found(store: Store) -> None:
    put(store, a=item("a"))
    link(store, NOON)
    hits = documents.search(store, store.index("items"), {"size": 1})["hits"]["hits"]
    assert hits[0]["_source"]["story"]["bands"] == item("a")["story"]["bands"]


def test_the_window_runs_from_the_first_item_even_over_two_months(store: Store) -> None:
    begin = (datetime(2026, 3, 30, 12, tzinfo=UTC) - NOON).total_seconds() / 3600
    put(store, a=item("a", begin), b=item("b", begin + 60))
    link(store, NOON)
    put(store, c=item("c", begin + 71), d=item("d", begin + 100))
    link(store, NOON)
    assert stories(store) == {"a": ("a", True), "b": ("a", False), "c": ("a", False), "d": ("d", True)}


def test_a_run_that_died_half_way_is_finished_by_the_next(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linking, "BATCH", 2)
    put(store, **{name: item(name, at / 10) for at, name in enumerate("abcde")})
    pages = documents.pages

    def dies(*arguments: Any) -> Any:
        yield next(iter(pages(*arguments)))
        raise KeyboardInterrupt

    monkeypatch.setattr(documents, "pages", dies)
    with pytest.raises(KeyboardInterrupt):
        link(store, NOON)
    monkeypatch.setattr(documents, "pages", pages)
    assert sum(lead is not None for _, lead in stories(store).values()) == 2
    assert link(store, NOON + timedelta(minutes=5)) == LinkReport(3, 0)
    assert {found for found, _ in stories(store).values()} == {"a"}


def test_a_holder_that_vanished_blocks_nobody_after_its_term(store: Store) -> None:
    put(store, a=item("a"))
    assert state.acquire(store, "link", "gone", NOON, linking.LEASE)
    with pytest.raises(StoreUnavailableError, match="another run"):
        link(store, NOON + timedelta(minutes=1))
    assert stories(store)["a"] == ("a", None)
    assert link(store, NOON + linking.LEASE + timedelta(seconds=1)) == LinkReport(1, 1)


def test_more_items_than_a_batch_are_read_in_order_of_their_arrival(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(linking, "BATCH", 3)
    put(store, **{f"i{at:02}": item(f"i{at:02}", (10 - at) / 10) for at in range(10)})
    assert link(store, NOON) == LinkReport(10, 1)
    assert {found for found, _ in stories(store).values()} == {"i09"}


def test_one_search_per_batch_finds_the_candidates(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    put(store, **{f"i{at:02}": item(f"i{at:02}", at / 100) for at in range(40)})
    asked = []
    search = documents.search
    monkeypatch.setattr(documents, "search", lambda *arguments: asked.append(arguments) or search(*arguments))
    link(store, NOON)
    assert len(asked) == 1
