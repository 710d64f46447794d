"""What the alert life cycle did in a window, made by real watch runs, as the digest tells it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from newswatch.errors import DeliveryError
from newswatch.index import documents
from newswatch.index.client import Settings, Store, connect
from newswatch.index.documents import Write
from newswatch.index.templates import ensure
from newswatch.model.alert import Inhibition, Interval, LifeCycle, Route, RuleTimers
from newswatch.model.digest import Digest
from newswatch.model.rendered import Links
from newswatch.model.selfwatch import LETTERS
from newswatch.model.signal import Kind, Severity
from newswatch.pipeline import acts
from newswatch.pipeline.digest import Sources, build, draw
from newswatch.pipeline.outbox import Recipient
from newswatch.pipeline.watch import Watch, watch
from tests.pipeline.test_digest import FEEDS, RULES, SPEC, UNTIL, WINDOW, Box, hours, item, put
from tests.pipeline.test_watch import event, state
from tests.pipeline.test_watch import put as signal

MINUTE = timedelta(minutes=1)
LIFE = LifeCycle(
    (
        Route("night", ("ops",), match={"rule": ("night",)}, quiet="always", quiet_mode="digest"),
        Route("pager", ("pager",), match={"rule": ("paged",)}),
        Route("ops", ("ops",), group_by=("rule",)),
    ),
    {"spike": RuleTimers(state=True)},
    (Inhibition({"rule": ("spike",)}, {"rule": ("calm",)}),),
    {"always": Interval("UTC", 0, 24 * 60)},
)
BOXES = {"ops": Box(), "pager": Box(DeliveryError("no such pager", retryable=False))}


@pytest.fixture(scope="module")
def told(es_url: str, shared_namespace: str) -> Digest:
    """A day on which something of every kind happened."""
    store = connect(Settings.from_environment({"ELASTICSEARCH_URL": es_url}), shared_namespace)
    ensure(store)
    stories = {
        "a": item(hours(10), "Told", actors=["eu"], concepts=["sanction"]),
        "b": item(hours(10), "Kept for the digest", actors=["nato"], concepts=["drone"]),
        "c": item(hours(10), "Critical", actors=["japan"], concepts=["missile"]),
        "d": item(hours(1), "Newest, and no alert"),
    }
    put(store, **stories)
    begin = hours(9)
    signal(store, begin, state(Kind.OVER, begin, begin))
    run(store, begin)
    acts.silence(store, {"rule": ("noisy",)}, "ann", hours(5), "known", begin)
    at = begin + MINUTE
    signal(
        store,
        at,
        event("a", at),
        event("b", at, rule="night"),
        event("c", at, rule="paged", severity=Severity.CRITICAL),
        event("silenced", at, rule="noisy"),
        event("inhibited", at, rule="calm"),
    )
    for minutes in range(3):
        run(store, at + minutes * MINUTE)
    signal(store, hours(6), event("a", hours(6), "again"), state(Kind.UNDER, begin, hours(6)))
    run(store, hours(6))
    run(store, hours(5.9))
    # none of these belongs to the window
    signal(store, hours(-1), event("afterwards", hours(-1)))
    run(store, hours(-1))
    refused = {"@timestamp": hours(3).isoformat(), "kind": "refused-document", "reason": "malformed", "document": "{}"}
    documents.bulk(store, [Write("create", store.index("dead-letter"), "one", refused)])
    return build(Sources(store, FEEDS, RULES, ["military"], Links()), SPEC, WINDOW, UNTIL)


def run(store: Store, now: datetime) -> None:
    recipients = {name: Recipient(name, name, box) for name, box in BOXES.items()}
    watch(Watch(store, (), LIFE, recipients, now, lambda: now, Links()))


def test_what_fired_and_how_it_ended_the_worst_first(told: Digest) -> None:
    fired = [(one.title, one.severity, one.state) for one in told.facts.fired if one.rule != LETTERS.title]
    assert fired[0] == ("Title of c", "critical", "undeliverable")
    assert sorted(fired[1:]) == [
        ("Title of a", "warning", "told"),
        ("Title of b", "warning", "told by this digest"),
        ("military: Spike", "warning", "recovered"),
    ]
    (spike,) = (one for one in told.facts.fired if one.title == "military: Spike")
    assert (spike.since, spike.until, spike.tags) == (hours(9), hours(6), ("military",))
    assert told.sections[0].fired == (spike,)
    assert "Title of c" in [one.title for one in told.fired]


def test_what_was_kept_back(told: Digest) -> None:
    assert {one.word: (one.count, [title for title, _ in one.examples]) for one in told.facts.kept_back} == {
        "held": (1, ["Title of b"]),
        "throttled": (1, ["Title of a"]),
        "silenced": (1, ["Title of silenced"]),
        "inhibited": (1, ["Title of inhibited"]),
        "failed": (1, ["pager: no such pager"]),
    }
    # a refused delivery is no document that the store refused
    assert told.facts.coverage.refused == 1


def test_the_severity_of_its_alert_ranks_a_story(told: Digest) -> None:
    ranked = [(one.report.title, one.report.severity) for one in told.top]
    assert ranked[0] == ("Critical", 3)
    assert sorted(ranked[1:]) == [("Kept for the digest", 2), ("Told", 2)]
    assert [one.report.title for one in told.sections[0].stories] == ["Newest, and no alert"]


def test_a_reader_is_told(told: Digest) -> None:
    text = draw(told, Links()).text
    for said in (
        "! 1 message could not be delivered.",
        "alert: warning: military: Spike (spike), since Sun 1 Mar 22:00, recovered at Mon 2 Mar 01:00",
        "* critical: Title of c (paged), since Sun 1 Mar 22:01, undeliverable",
        "* 1 alert held in quiet hours\n  Title of b",
        "* 1 match muted by a silence\n  Title of silenced",
        "* 1 match muted by a firing state\n  Title of inhibited",
        "1 document refused by the store.",
    ):
        assert said in text
