"""Passes of detection over a real Elasticsearch."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import TypeAdapter

from newswatch.index import documents
from newswatch.index.client import Settings, Store, connect
from newswatch.index.counts import read_series
from newswatch.index.documents import Write
from newswatch.index.signals import read_signals
from newswatch.index.templates import ensure, monthly
from newswatch.model.rules import Rule
from newswatch.model.signal import Kind
from newswatch.pipeline.detect import detect_pass

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
RULES = TypeAdapter(tuple[Rule, ...]).validate_python(
    [
        {"id": "kw", "type": "match", "title": "Missiles", "where": {"concepts": ["missile"]}},
        {"id": "many", "type": "threshold", "title": "Many", "by": "tag", "window": "30m", "at_least": 3},
        {"id": "spike", "type": "volume", "title": "Spike", "by": "tag"},
    ]
)
Put = Callable[..., None]


@pytest.fixture
def store(es_url: str, namespace: str) -> Store:
    made = connect(Settings.from_environment({"ELASTICSEARCH_URL": es_url}), namespace)
    ensure(made)
    return made


def item(name: str, at: datetime, *, ingested: datetime | None = None, **more: Any) -> dict[str, Any]:
    return {
        "@timestamp": at.isoformat(),
        "event": {"created": at.isoformat(), "ingested": (ingested or at).isoformat()},
        "title": f"Title of {name}",
        "summary": "",
        "origin": "live",
        "language": "en",
        "publisher": {"id": name, "family": name},
        "feeds": [name],
        "tags": ["military"],
        "concepts": ["missile"],
        "actors": ["russia"],
        "story": {"id": name, "lead": True},
        **more,
    }


def put(store: Store, **items: dict[str, Any]) -> None:
    index = monthly(store, "items", NOON)
    assert all(
        one.applied for one in documents.bulk(store, [Write("index", index, name, it) for name, it in items.items()])
    )


def test_a_pass_finds_each_item_once_and_repeats_nothing(store: Store) -> None:
    put(store, a=item("a", NOON), b=item("b", NOON, origin="seed"), c=item("c", NOON, concepts=["talks"]))
    first = detect_pass(store, RULES, NOON + timedelta(minutes=1))
    assert {(one.rule, one.items, one.origin) for one in first} == {("kw", ("a",), "live"), ("kw", ("b",), "seed")}
    assert detect_pass(store, RULES, NOON + timedelta(minutes=2)) == ()
    documents.refresh(store, store.index("signals"))
    assert {one.id for one in read_signals(store, NOON)} == {one.id for one in first}
    assert sorted(read_signals(store, NOON), key=lambda one: one.id) == sorted(first, key=lambda one: one.id)
    assert detect_pass(store, RULES, NOON + timedelta(minutes=20)) == ()


def test_states_fire_and_recover_from_kept_counts(store: Store) -> None:
    detect_pass(store, RULES, NOON - timedelta(minutes=1))
    put(store, **{name: item(name, NOON + timedelta(minutes=1)) for name in "abc"})
    over = [one for one in detect_pass(store, RULES, NOON + timedelta(minutes=2)) if one.rule == "many"]
    assert [(one.kind, one.key, one.observed, one.start) for one in over] == [(Kind.OVER, "military", 3.0, NOON)]
    assert [story.story for story in over[0].stories] == ["a", "b", "c"]
    later = detect_pass(store, RULES, NOON + timedelta(minutes=58))
    assert [(one.kind, one.start) for one in later if one.rule == "many"] == [(Kind.UNDER, NOON)]


def test_an_item_that_is_not_linked_yet_waits_and_is_not_lost(store: Store) -> None:
    put(store, a=item("a", NOON, story={"id": "a"}))
    assert detect_pass(store, RULES, NOON + timedelta(minutes=1)) == ()
    assert detect_pass(store, RULES, NOON + timedelta(minutes=30)) == ()
    put(store, a=item("a", NOON, story={"id": "z", "lead": False}))
    found = detect_pass(store, RULES, NOON + timedelta(minutes=31))
    assert [(one.rule, one.story) for one in found] == [("kw", "z")]


def test_late_items_change_the_counts_of_their_bucket(store: Store) -> None:
    detect_pass(store, RULES, NOON - timedelta(minutes=1))
    put(store, **{name: item(name, NOON) for name in "ab"})
    detect_pass(store, RULES, NOON + timedelta(hours=2))
    put(store, c=item("c", NOON, ingested=NOON + timedelta(hours=2, minutes=1)))
    found = detect_pass(store, RULES, NOON + timedelta(hours=2, minutes=2))
    assert [one.rule for one in found] == ["kw"]
    found = detect_pass(store, RULES, NOON + timedelta(hours=2, minutes=3))
    assert [(one.rule, one.kind) for one in found if one.rule == "many"] == [("many", Kind.OVER), ("many", Kind.UNDER)]


def test_a_pass_after_a_long_stop_catches_up(store: Store) -> None:
    detect_pass(store, RULES, NOON - timedelta(minutes=1))
    put(store, **{name: item(name, NOON + timedelta(minutes=1)) for name in "abc"})
    found = detect_pass(store, RULES, NOON + timedelta(hours=5))
    assert sorted(one.kind for one in found if one.rule == "many") == [Kind.OVER, Kind.UNDER]
    assert len([one for one in found if one.rule == "kw"]) == 3


def test_five_requests_whatever_the_number_of_rules(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []
    node = type(store.client.transport)
    perform = node.perform_request

    def counted(self: Any, method: str, target: str, **more: Any) -> Any:
        calls.append(f"{method} {target}")
        return perform(self, method, target, **more)

    monkeypatch.setattr(node, "perform_request", counted)
    many = TypeAdapter(tuple[Rule, ...]).validate_python(
        [{"id": f"r{n}", "type": "volume", "title": "x", "by": "tag", "where": {"tags": [f"t{n}"]}} for n in range(600)]
    )
    put(store, **{f"i{n}": item(f"i{n}", NOON, tags=[f"t{n}"]) for n in range(600)})
    for minutes in (1, 20, 40, 60):
        calls.clear()
        detect_pass(store, many, NOON + timedelta(minutes=minutes))
        assert len(calls) <= 5, calls


def test_the_series_of_a_rule_is_read_with_its_band_and_why_nothing_is_said_yet(store: Store) -> None:
    detect_pass(store, RULES, NOON - timedelta(minutes=1))
    put(store, a=item("a", NOON), b=item("b", NOON + timedelta(minutes=16)), c=item("c", NOON, tags=["talks"]))
    detect_pass(store, RULES, NOON + timedelta(minutes=48))
    documents.refresh(store, store.index("counts"))
    found = read_series(store, "spike", NOON, NOON + timedelta(hours=1))
    assert {key: [point.observed for point in points] for key, points in found.items()} == {
        "military": [1.0, 1.0, 0.0],
        "talks": [1.0, 0.0, 0.0],
    }
    first, *_ = found["military"]
    assert first.bucket == NOON
    assert first.low <= first.expected <= first.high
    assert first.note == "not enough history"
    assert list(read_series(store, "spike", NOON, NOON + timedelta(minutes=15), keys=["talks", "x"])) == ["talks"]


def test_a_changed_rule_says_that_its_history_restarts(store: Store) -> None:
    put(store, a=item("a", NOON))
    detect_pass(store, RULES, NOON + timedelta(minutes=18))
    changed = (*RULES[:2], RULES[2].model_copy(update={"count": "items"}))
    put(store, b=item("b", NOON + timedelta(minutes=20)))
    detect_pass(store, changed, NOON + timedelta(minutes=33))
    documents.refresh(store, store.index("counts"))
    found = read_series(store, "spike", NOON + timedelta(minutes=15), NOON + timedelta(hours=1))
    assert [point.note for point in found["military"]] == ["history restarting"]
