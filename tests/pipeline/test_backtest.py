"""A backtest says what live passes said, and what a change of rules adds and takes away."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from pydantic import TypeAdapter

from newswatch.index import documents
from newswatch.index.client import Settings, Store, connect
from newswatch.index.documents import Write
from newswatch.index.templates import ensure, monthly
from newswatch.model.alert import LifeCycle, Route, RuleTimers
from newswatch.model.rules import Rule
from newswatch.model.signal import Kind
from newswatch.pipeline.backtest import difference, read_history, run
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


def test_a_change_of_rules_adds_and_takes_away(store: Store) -> None:
    history = read_history(store, START, START + timedelta(days=DAYS))
    stricter = (RULES[0], RULES[1].model_copy(update={"at_least": 1000}))
    old, new = run(history, RULES[:2], LIFE), run(history, stricter, LIFE)
    added, removed = difference(old.signals, new.signals)
    assert added == []
    assert {one.rule for one in removed} == {"many"}
