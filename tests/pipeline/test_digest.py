"""Digests over a real Elasticsearch: what is read from it, and that each recipient gets each window once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import TypeAdapter

from newswatch.alert import shelf
from newswatch.errors import DeliveryError, StoreUnavailableError
from newswatch.index import digests, documents
from newswatch.index.client import Settings, Store, connect
from newswatch.index.documents import Write
from newswatch.index.templates import ensure, monthly
from newswatch.model.book import Alert
from newswatch.model.digest import Digest
from newswatch.model.digest_plan import DigestSpec, Sent, Window
from newswatch.model.envelope import Envelope
from newswatch.model.feed import FeedSpec
from newswatch.model.item import Publisher
from newswatch.model.rendered import Links
from newswatch.model.rules import Rule
from newswatch.pipeline import selfwatch, send
from newswatch.pipeline.digest import DigestReport, Sources, build, draw, run
from newswatch.pipeline.outbox import Recipient

UNTIL = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
WINDOW = Window(UNTIL - timedelta(days=1), UNTIL)
SPEC = DigestSpec(id="morning", recipients=("ann", "bob"), cron="0 7 * * *", zone="Europe/Amsterdam")
RULES = TypeAdapter(tuple[Rule, ...]).validate_python(
    [{"id": "spike", "type": "volume", "title": "Spike", "by": "tag"}]
)
FEEDS = [
    FeedSpec(
        "yonhap",
        "https://y.example/rss",
        Publisher("yonhap", "yonhap", "KR", "agency"),
        publisher_name="Yonhap News Agency",
    ),
    FeedSpec("tass", "https://t.example/rss", Publisher("tass", "tass", "RU", "state-media")),
]


@dataclass
class Box:
    """A channel that keeps what it is given, or refuses it with ``error``."""

    error: DeliveryError | None = None
    took: list[Envelope] = field(default_factory=list)

    def send(self, envelope: Envelope) -> dict[str, Any]:
        if self.error is not None:
            raise self.error
        self.took.append(envelope)
        return {}


@pytest.fixture
def store(es_url: str, namespace: str) -> Store:
    made = connect(Settings.from_environment({"ELASTICSEARCH_URL": es_url}), namespace)
    ensure(made)
    return made


@pytest.fixture
def sources(store: Store) -> Sources:
    return Sources(store, FEEDS, RULES, ["military", "sanctions"], Links())


def item(at: datetime, title: str, publisher: str = "yonhap", **more: Any) -> dict[str, Any]:
    return {
        "@timestamp": at.isoformat(),
        "event": {"created": at.isoformat(), "ingested": at.isoformat()},
        "title": title,
        "summary": f"{title}, officials said on Monday. More is expected.",
        "url": {"full": f"https://{publisher}.example/{abs(hash(title))}"},
        "origin": "live",
        "language": "en",
        "publisher": {"id": publisher, "family": publisher},
        "feeds": [publisher],
        "tags": ["military"],
        "concepts": ["troop-movement"],
        "actors": ["north-korea", "russia"],
        **more,
    }


def put(store: Store, **items: dict[str, Any]) -> None:
    writes = []
    for name, one in items.items():
        one.setdefault("story", {"id": name, "lead": True})
        at = datetime.fromisoformat(one["event"]["created"])
        writes.append(Write("create", monthly(store, "items", at), name, one))
    assert all(one.applied for one in documents.bulk(store, writes))


def titles(made: Digest) -> list[str]:
    shown = (*made.top, *(one for section in made.sections for one in section.stories))
    return [one.report.title for one in shown]


def hours(before: float) -> datetime:
    return UNTIL - timedelta(hours=before)


def test_what_happened_in_the_window_and_nothing_else(sources: Sources) -> None:
    put(
        sources.store,
        a=item(hours(3), "Troops reach Kursk"),
        a_copy=item(hours(2), "Troops reach Kursk (Reuters)", "copyist", story={"id": "a", "lead": False}),
        b=item(hours(2.5), "Soldiers seen in Kursk", "kbs", language="ko", feeds=["kbs"]),
        late_copy=item(hours(1), "Yesterday's story again", "copyist", story={"id": "old", "lead": False}),
        old=item(hours(30), "Yesterday's story"),
        after=item(UNTIL, "Just after the window"),
        untagged=item(hours(4), "Football", tags=[]),
        seed=item(hours(4), "A seed", origin="seed"),
        back=item(hours(4), "Missed during an outage", "nhk", origin="backfill", concepts=["exercise"]),
        older=item(hours(4), "Weeks old", origin="backfill", **{"@timestamp": hours(300).isoformat()}),
    )
    made = build(sources, SPEC, WINDOW, UNTIL)
    assert sorted(titles(made)) == ["Missed during an outage", "Soldiers seen in Kursk", "Troops reach Kursk"]
    first = next(one.report for one in made.top if one.report.id == "a")
    assert (first.publishers, first.languages, first.families, first.copies) == (
        ("Yonhap News Agency", "kbs"), ("en", "ko"), 2, 2,
    )  # fmt: skip
    assert first.quote == "Troops reach Kursk, officials said on Monday."
    assert dict(made.facts.coverage.origins) == {"live": 5, "backfill": 2, "seed": 1}


def test_state_media_alone_are_named_as_such(sources: Sources) -> None:
    put(sources.store, a=item(hours(3), "Exercise routine", "tass"))
    (one,) = build(sources, SPEC, WINDOW, UNTIL).top
    assert one.report.state_media


def test_what_was_not_seen_for_thirty_days_is_new(sources: Sources) -> None:
    put(
        sources.store,
        first=item(hours(24 * 29), "An old story about Russia and Pyongyang"),
        nato=item(hours(24 * 20), "NATO speaks", actors=["nato"]),
        a=item(hours(3), "Drones appear above Kursk", actors=["nato", "russia"], concepts=["drone"]),
        b=item(hours(2), "Drones hit Kursk", "kbs", actors=["nato", "russia"], concepts=["drone"]),
        c=item(hours(1), "More drones above Kursk", "nhk"),
    )
    made = build(sources, SPEC, WINDOW, UNTIL)
    assert [(one.kind, one.value) for one in made.facts.new] == [
        ("term", "drones"), ("term", "kursk"), ("concept", "drone"), ("pair", "nato + russia"),
    ]  # fmt: skip
    assert made.facts.watched == 28
    assert made.top[0].report.new


def test_a_young_store_calls_nothing_new(sources: Sources) -> None:
    put(sources.store, a=item(hours(26), "The first ever"), b=item(hours(2), "Drones", concepts=["drone"]))
    made = build(sources, SPEC, WINDOW, UNTIL)
    assert made.facts.new == ()
    assert "The store holds 0 days of news" in draw(made, Links()).text


def test_the_earlier_story_that_one_continues_is_named(sources: Sources) -> None:
    put(
        sources.store,
        before=item(hours(40), "North Korean troops leave for Kursk region"),
        other=item(hours(40), "Parliament debates the budget of Kursk region"),
        a=item(hours(3), "North Korean troops reach Kursk region"),
        b=item(hours(3), "Tanker seized", concepts=["tanker"], actors=["finland"]),
    )
    made = build(sources, SPEC, WINDOW, UNTIL)
    found = {one.report.id: one.report.continues for one in made.top}
    assert found["a"] is not None
    assert found["a"][0] == "North Korean troops leave for Kursk region"
    assert found["b"] is None


def test_how_much_against_what_was_expected_and_when_nobody_answered(sources: Sources) -> None:
    store, bucket = sources.store, WINDOW.since
    writes = []
    while bucket < WINDOW.until:
        away = hours(12) <= bucket < hours(7)
        source = {
            "@timestamp": bucket.isoformat(), "series": "spike/military", "rule": {"id": "spike"}, "note": "",
            "split": {"by": "tag", "value": "military"}, "observed": 0 if away else 2, "expected": 1, "low": 0,
            "high": 3,            "score": 0, "feeds": 0 if away else 2,
        }  # fmt: skip
        writes.append(Write("create", store.index("counts"), f"spike/military/{bucket.timestamp()}", source))
        bucket += timedelta(minutes=15)
    documents.bulk(store, writes)
    put(store, a=item(hours(3), "Troops reach Kursk", tags=["sanctions"]))
    made = build(sources, SPEC, WINDOW, UNTIL)
    military, sanctions = (section.volume for section in made.sections)
    assert military is not None
    assert sanctions is not None
    assert (military.total, military.expected) == (152, 96)
    assert (sanctions.total, sanctions.expected) == (1, None)
    assert made.facts.coverage.gaps == ((hours(12), hours(7)),)
    (image,) = draw(made, Links()).images
    assert image.png.startswith(b"\x89PNG")


def test_stories_that_the_detector_has_not_counted_yet_are_counted(sources: Sources) -> None:
    store = sources.store
    counted = {
        "series": "spike/military", "rule": {"id": "spike"}, "note": "", "split": {"by": "tag", "value": "military"},
        "observed": 1, "expected": 1, "low": 0, "high": 3, "score": 0, "feeds": 2,
    }  # fmt: skip
    starts = [WINDOW.since + timedelta(minutes=15 * number) for number in range(93)]
    writes = [
        Write("create", store.index("counts"), f"c{n}", {**counted, "@timestamp": at.isoformat()})
        for n, at in enumerate(starts)
    ]
    documents.bulk(store, writes)
    put(store, a=item(hours(3), "Counted already"), b=item(hours(0.3), "Just now"), c=item(hours(0.2), "And now"))
    (military, _) = (section.volume for section in build(sources, SPEC, WINDOW, UNTIL).sections)
    assert military is not None
    assert (military.total, military.expected) == (95, 96)
    assert military.times[-1] == hours(0.25)
    assert (military.observed[-2:], military.high[-1]) == ((1, 1), None)


def alert(at: datetime, name: str, severity: str, tag: str) -> Write:
    made = Alert(f"kw/{name}", f"kw/{name}", "kw", False, {}, severity, severity, at, at, at, tags=(tag,))
    source = {
        "@timestamp": at.isoformat(), "alert": made.key, "kind": "event", "state": "told", "severity": severity,
        "title": "Keyword", "story": name, "tags": [tag], "labels": {}, "drill": False, "value": shelf.plain(made),
    }  # fmt: skip
    return Write("create", "", made.id, source)


def test_of_very_many_alerts_the_worst_are_told_and_all_are_counted(sources: Sources) -> None:
    store = sources.store
    writes = [alert(hours(20), "worst", "critical", "military"), alert(hours(21), "a", "info", "military")]
    writes += [alert(hours(2), f"s{number}", "info", "military") for number in range(205)]
    writes += [alert(hours(2), "other", "warning", "sanctions")]
    documents.bulk(store, [replace(one, index=store.index("alerts")) for one in writes])
    put(store, a=item(hours(21), "The oldest alert is about this"))
    made = build(sources, SPEC, WINDOW, UNTIL)
    assert [one.severity for one in made.facts.fired[:3]] == ["critical", "warning", "info"]
    assert (len(made.facts.fired), made.facts.unread) == (200, 8)
    assert made.top[0].report.severity == 1
    text = draw(made, Links()).text
    assert "1 story on the watch-list, 208 alerts" in text
    assert "and 189 more alerts" in text
    about = build(sources, SPEC.model_copy(update={"tags": ("sanctions",)}), WINDOW, UNTIL)
    assert [one.id for one in about.facts.fired] == ["kw/other"]
    assert about.facts.unread == 0


def test_an_empty_store_makes_an_empty_digest(sources: Sources) -> None:
    made = build(sources, SPEC, WINDOW, UNTIL)
    assert made.empty
    assert "Nothing on the watch-list was reported; and the pipeline was not healthy." in draw(made, Links()).text


Go = Callable[..., DigestReport]


@pytest.fixture
def boxes() -> dict[str, Box]:
    return {"ann": Box(), "bob": Box()}


@pytest.fixture
def go(sources: Sources, boxes: dict[str, Box]) -> Go:
    recipients = {name: Recipient(name, f"{name}@ops.example", box) for name, box in boxes.items()}

    def one(now: datetime, **given: Any) -> DigestReport:
        return run(sources, given.get("specs", [SPEC]), recipients, now, lambda: now)

    return one


def got(boxes: dict[str, Box]) -> dict[str, int]:
    return {name: len(box.took) for name, box in boxes.items()}


def test_first_deployment_sends_nothing_then_each_gets_one_whatever_is_repeated(go: Go, boxes: dict[str, Box]) -> None:
    assert go(hours(20)) == DigestReport()
    assert go(UNTIL) == DigestReport(built=1, sent=2)
    assert go(UNTIL) == DigestReport()
    assert go(UNTIL + timedelta(minutes=5)) == DigestReport()
    assert got(boxes) == {"ann": 1, "bob": 1}
    assert boxes["ann"].took[0].id != boxes["bob"].took[0].id


def test_one_that_failed_is_tried_again_alone_with_the_same_message(
    go: Go, boxes: dict[str, Box], store: Store
) -> None:
    go(hours(20))
    boxes["bob"].error = DeliveryError("the server is away", retryable=True)
    assert go(UNTIL) == DigestReport(built=1, sent=1, waiting=1)
    put(store, a=item(hours(3), "Came to be known afterwards"))
    boxes["bob"].error = None
    assert go(UNTIL + timedelta(minutes=5)) == DigestReport(sent=1)
    assert got(boxes) == {"ann": 1, "bob": 1}
    assert boxes["ann"].took[0].rendered == boxes["bob"].took[0].rendered


def test_missed_days_come_as_one_that_is_marked_late(go: Go, boxes: dict[str, Box]) -> None:
    go(hours(20))
    go(UNTIL)
    assert go(UNTIL + timedelta(days=3, hours=4)).built == 1
    assert boxes["ann"].took[1].rendered.text.count("This digest comes late and tells of 3 days.") == 1
    assert "late" in boxes["ann"].took[1].rendered.subject
    assert got(boxes) == {"ann": 2, "bob": 2}


def test_two_schedulers_at_once_send_one_each(sources: Sources, boxes: dict[str, Box]) -> None:
    from concurrent.futures import ThreadPoolExecutor

    recipients = {name: Recipient(name, name, box) for name, box in boxes.items()}
    run(sources, [SPEC], recipients, hours(20), lambda: hours(20))
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: run(sources, [SPEC], recipients, UNTIL, lambda: UNTIL), range(4)))
    assert got(boxes) == {"ann": 1, "bob": 1}


def test_a_crash_between_outbox_and_ledger_repeats_nothing(
    sources: Sources, go: Go, boxes: dict[str, Box], monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(store: Store, entries: Iterable[Sent], now: datetime) -> None:
        if list(entries):
            raise KeyboardInterrupt

    go(hours(20))
    with monkeypatch.context() as patched:
        patched.setattr(digests, "remember", crash)
        with pytest.raises(KeyboardInterrupt):
            go(UNTIL)
    recipients = {name: Recipient(name, name, box) for name, box in boxes.items()}
    send.deliver(sources.store, recipients, lambda: UNTIL)
    assert got(boxes) == {"ann": 1, "bob": 1}
    go(UNTIL + timedelta(minutes=5))
    assert got(boxes) == {"ann": 1, "bob": 1}


def test_what_was_sent_is_archived_as_it_was_sent(go: Go, boxes: dict[str, Box], store: Store) -> None:
    go(hours(20))
    go(UNTIL)
    (listed,) = digests.listed(store)
    assert (listed.digest, listed.window, listed.late, listed.rendered) == ("morning", WINDOW, False, None)
    kept = digests.read(store, listed.id)
    assert kept is not None
    assert kept.rendered == boxes["ann"].took[0].rendered
    assert digests.read(store, "unknown") is None


def test_one_that_missed_its_deadline_is_a_state_of_newswatch_itself_until_it_went_out(store: Store, go: Go) -> None:
    go(hours(20))
    assert digests.missed(store, UNTIL + timedelta(hours=1)) == {}
    assert digests.missed(store, UNTIL + timedelta(hours=2)) == {"morning": UNTIL + timedelta(hours=2)}
    (found,) = selfwatch.look(store, UNTIL + timedelta(hours=2))
    assert (found.rule.id, found.start) == ("newswatch-digest-missed", UNTIL + timedelta(hours=2))
    go(UNTIL + timedelta(hours=3))
    assert selfwatch.look(store, UNTIL + timedelta(hours=3, minutes=5)) == []


def test_while_the_store_is_away_nothing_is_lost(sources: Sources, go: Go, boxes: dict[str, Box]) -> None:
    go(hours(20))
    settings = Settings("http://127.0.0.1:9")
    away = Sources(connect(settings, sources.store.namespace), FEEDS, RULES, sources.tags, Links())
    with pytest.raises(StoreUnavailableError):
        run(away, [SPEC], {}, UNTIL, lambda: UNTIL)
    assert go(UNTIL + timedelta(minutes=40)) == DigestReport(built=1, sent=2)
    assert got(boxes) == {"ann": 1, "bob": 1}
