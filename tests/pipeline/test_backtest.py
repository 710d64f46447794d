"""A backtest says what live passes said, and what a change of rules adds and takes away."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from pydantic import TypeAdapter

from newswatch.index import documents
from newswatch.index.client import Settings, Store, connect
from newswatch.index.counts import read_series
from newswatch.index.documents import Write
from newswatch.index.templates import ensure, monthly
from newswatch.model.alert import LifeCycle, Route, RuleTimers
from newswatch.model.rules import Rule
from newswatch.model.signal import Kind
from newswatch.pipeline.backtest import difference, read_history, rebuild_counts, run
from newswatch.pipeline.detect import detect_pass

START = datetime(2026, 3, 2, tzinfo=UTC)
DAYS = 4
RULES = TypeAdapter(tuple[Rule, ...]).validate_python(
    [
        {"id": "kw", "type": "match", "title": "Missiles", "where": {"concepts": ["missile"]},
         "corroborated": {"publishers": 2, "within": "1h"}},
        {"id": "many", "type": "threshold", "title": "Many", "by": "tag", "window": "30m", "at_least": 12},
        {"id": "spike", "type": "volume", "title": "Spike", "by": "tag"},
        {"id": "silent", "type": "quiet", "title": "Silent", "of": "feed", "times": 4, "at_least": "6h"},
    ]
)  # fmt: skip
LIFE = LifeCycle((Route("all", ("mail",)),), {name: RuleTimers(name != "kw") for name in ("kw", "many", "spike")})


@pytest.fixture
def store(es_url: str, namespace: str) -> Store:
    made = connect(Settings.from_environment({"ELASTICSEARCH_URL": es_url}), namespace)
    ensure(made)
    rng = np.random.default_rng(5)
    counts = rng.poisson(3, DAYS * 96)
    counts[3 * 96 + 20 : 3 * 96 + 26] += 40
    index = monthly(made, "items", START)
    writes = []
    for bucket, count in enumerate(counts):
        for number in range(count):
            at = START + timedelta(minutes=15 * bucket + 1 + number % 14)
            writes.append(Write("index", index, f"{bucket}-{number}", document(f"{bucket}-{number}", at, number)))
    assert all(one.applied for one in documents.bulk(made, writes))
    return made


def document(name: str, at: datetime, number: int) -> dict[str, object]:
    return {
        "@timestamp": at.isoformat(),
        "event": {"created": at.isoformat(), "ingested": at.isoformat()},
        "title": f"Story {name}",
        "summary": "",
        "origin": "live",
        "language": "en",
        "publisher": {"id": f"p{number % 5}", "family": f"p{number % 5}"},
        "feeds": [f"f{number % 5}"],
        "tags": ["military"],
        "concepts": ["missile"] if number in (8, 9) else [],
        "actors": ["russia"],
        "story": {"id": name, "lead": True},
    }


def test_a_backtest_is_what_live_passes_say(store: Store) -> None:
    end = START + timedelta(days=DAYS)
    live = {}
    now = START + timedelta(minutes=17)
    while now <= end + timedelta(minutes=2):
        for signal in detect_pass(store, RULES, now):
            if signal.at < end:
                live[signal.id] = signal
        now += timedelta(minutes=30)
    outcome = run(read_history(store, START, end), RULES, LIFE)
    assert {one.id for one in outcome.signals} == set(live)
    assert {"kw", "many", "spike"} <= set(outcome.per_rule())
    assert [(one.observed, one.at) for one in outcome.signals if one.rule == "spike"] == [
        (live[one.id].observed, live[one.id].at) for one in outcome.signals if one.rule == "spike"
    ]
    assert len(outcome.messages) > 0
    assert len([one for one in outcome.signals if one.rule == "spike" and one.kind is Kind.OVER]) == 1


def test_counts_are_rebuilt_as_live_passes_would_have_left_them(store: Store) -> None:
    now = START + timedelta(days=3, hours=5)
    assert rebuild_counts(store, RULES, now) > 800
    found = []
    for minutes in range(2, 150, 30):
        found += detect_pass(store, RULES, now + timedelta(minutes=minutes))
    assert [one.key for one in found if (one.rule, one.kind) == ("spike", Kind.OVER)] == ["military"]


def test_a_changed_watch_list_restarts_the_history(store: Store) -> None:
    now = START + timedelta(days=3, hours=5)
    put = [
        Write("update", monthly(store, "items", START), f"{3 * 96 + 20}-{number}", {"watchlist": {"version": "w2"}})
        for number in range(40)
    ]
    first = [
        Write("update", monthly(store, "items", START), f"{bucket}-0", {"watchlist": {"version": "w1"}})
        for bucket in range(3 * 96, 3 * 96 + 15)
    ]
    documents.bulk(store, [*first, *put])
    rebuild_counts(store, RULES, now)
    found = []
    for minutes in range(2, 150, 30):
        found += detect_pass(store, RULES, now + timedelta(minutes=minutes))
    assert [one for one in found if one.rule == "spike"] == []


def test_a_change_of_rules_adds_and_takes_away(store: Store) -> None:
    history = read_history(store, START, START + timedelta(days=DAYS))
    stricter = (RULES[0], RULES[1].model_copy(update={"at_least": 1000}))
    old, new = run(history, RULES[:2], LIFE), run(history, stricter, LIFE)
    added, removed = difference(old.signals, new.signals)
    assert added == []
    assert {one.rule for one in removed} == {"many"}
    later = [dataclasses.replace(one, start=one.start + timedelta(minutes=15)) for one in removed]
    assert difference(removed, later) == ([], [])


def test_rebuilding_writes_the_judged_buckets_and_loses_nothing_that_came_meanwhile(store: Store) -> None:
    asked = START + timedelta(days=3)
    detect_pass(store, RULES, asked + timedelta(hours=1))
    rebuild_counts(store, RULES, asked)
    documents.refresh(store, store.index("counts"))
    spike = read_series(store, "spike", START, asked)
    assert len(spike["military"]) > 40
    detect_pass(store, RULES, asked + timedelta(hours=1, minutes=2))
    documents.refresh(store, store.index("counts"))
    after = read_series(store, "spike", asked, asked + timedelta(hours=1))["military"]
    assert [point.observed for point in after] == [len(_created(store, point.bucket)) for point in after]
    assert sum(point.observed for point in after) > 0


def _created(store: Store, bucket: datetime) -> list[object]:
    until = bucket + timedelta(minutes=15)
    span = {"range": {"event.created": {"gte": bucket.isoformat(), "lt": until.isoformat()}}}
    return list(documents.search(store, store.index("items"), {"query": span, "size": 1000})["hits"]["hits"])
