"""The watch run over a real store: the life cycle's decisions, kept in documents, survive any crash and any repeat."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from typer.testing import CliRunner

from newswatch.alert.replay import Case, play
from newswatch.cli import app
from newswatch.errors import NewswatchError, UsageError
from newswatch.index import documents
from newswatch.index.client import Settings, Store, connect
from newswatch.index.documents import Write
from newswatch.index.signals import signal_write
from newswatch.index.templates import drop, ensure, monthly
from newswatch.model.alert import Escalation, LifeCycle, Route, RuleTimers
from newswatch.model.envelope import Envelope
from newswatch.model.rendered import Links
from newswatch.model.signal import Kind, Severity, Signal, StoryRef, signal_id
from newswatch.pipeline import acts, alerts, timetable, why
from newswatch.pipeline.book import load
from newswatch.pipeline.outbox import Recipient
from newswatch.pipeline.publish import CHUNK
from newswatch.pipeline.watch import Watch, WatchReport, act_of, watch

T0 = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
LIFE = LifeCycle((Route("ops", ("mail",), group_by=("rule",)),), {"spike": RuleTimers(True)})


class Box:
    """A channel that keeps what it is given."""

    def __init__(self) -> None:
        self.got: list[Envelope] = []

    def send(self, envelope: Envelope) -> Mapping[str, Any]:
        self.got.append(envelope)
        return {}


@pytest.fixture(scope="module")
def place(es_url: str) -> Iterator[Store]:
    """Indices of this file's own: making them takes longer than a test."""
    made = connect(Settings.from_environment({"ELASTICSEARCH_URL": es_url}), f"nwtest-{uuid.uuid4().hex[:8]}")
    ensure(made)
    yield made
    drop(made)


@pytest.fixture
def store(place: Store) -> Store:
    """The same, empty."""
    kinds = ("state", "signals", "alerts", "groups", "silences", "ledger", "outbox", "counts")
    indices = ",".join(place.index(kind) for kind in kinds)
    documents.refresh(place, indices)
    found = documents.pages(place, {"sort": [{"_index": "asc"}, {"_seq_no": "asc"}], "_source": False}, indices)
    documents.bulk(place, [Write("delete", one.index, one.id) for page in list(found) for one in page])
    documents.refresh(place, indices)
    return place


def event(story: str, at: datetime, item: str = "", **more: Any) -> Signal:
    name = item or f"item-{story}"
    ref = StoryRef(story, name, f"Title of {story}", None, "kbs", "ko", at)
    made = Signal(
        id=signal_id("kw", "", at, Kind.EVENT, name),
        rule="kw",
        type="match",
        title="Keywords",
        version="v7",
        severity=Severity.WARNING,
        kind=Kind.EVENT,
        start=at,
        at=at,
        story=story,
        items=(name,),
        stories=(ref,),
        publishers=("kbs",),
    )
    return dataclasses.replace(made, **more)


def state(kind: Kind, start: datetime, at: datetime, severity: Severity = Severity.WARNING) -> Signal:
    return Signal(
        id=signal_id("spike", "military", start, kind, at.isoformat()),
        rule="spike",
        type="volume",
        title="Spike",
        version="v7",
        severity=severity,
        kind=kind,
        start=start,
        at=at,
        key="military",
        labels=(("tag", "military"),),
        tags=("military",),
    )


def put(store: Store, now: datetime, *signals: Signal) -> None:
    assert all(one.applied for one in documents.bulk(store, [signal_write(store, one, now) for one in signals]))


def run(store: Store, box: Box, now: datetime, life: LifeCycle = LIFE) -> WatchReport:
    names = {to for route in life.routes for to in route.to} | {"boss"}
    recipients = {name: Recipient(name, name, box) for name in names}
    return watch(Watch(store, (), life, recipients, now, lambda: now, Links(None, None)))


def words(store: Store) -> dict[str, str]:
    documents.refresh(store, store.index("ledger"))
    hits = documents.search(store, store.index("ledger"), {"size": 1000})["hits"]["hits"]
    return {hit["_id"]: hit["_source"]["word"] for hit in hits}


def told(store: Store) -> list[dict[str, Any]]:
    """What went out, as ``newswatch replay`` shows it."""
    documents.refresh(store, store.index("outbox"))
    hits = documents.search(store, store.index("outbox"), {"size": 1000})["hits"]["hits"]
    rows = [hit["_source"] for hit in hits if hit["_source"]["state"] == "sent"]
    return [{"t": row["sent"][:19], "to": row["channel"], "kind": row["kind"]} for row in rows]


def timeline() -> list[Signal]:
    over, at = T0 + 2 * MINUTE, T0
    return [
        event("s1", at),
        event("s1", at + 3 * MINUTE, "further"),
        event("s2", at + MINUTE),
        event("s3", at + 12 * MINUTE),
        state(Kind.OVER, over, over),
        state(Kind.OVER, over, over + 4 * MINUTE, Severity.CRITICAL),
        state(Kind.UNDER, over, over + 20 * MINUTE),
    ]


def test_the_live_path_says_what_a_replay_says(store: Store) -> None:
    life = dataclasses.replace(
        LIFE, routes=(dataclasses.replace(LIFE.routes[0], escalate=(Escalation(10 * MINUTE, ("boss",)),)),)
    )
    signals, box, until, tick = timeline(), Box(), T0 + 30 * MINUTE, 2 * MINUTE
    now = T0
    while now <= until:
        put(store, now, *[one for one in signals if now - tick < one.at <= now])
        run(store, box, now, life)
        now += tick
    played = play(Case(life, T0, until, tick, tuple(act_of(one) for one in signals)))
    replayed = [{"t": one["t"][:19], "to": one["to"], "kind": one["kind"]} for one in played["messages"]]

    def order(row: Mapping[str, str]) -> tuple[str, ...]:
        return tuple(row.values())

    assert sorted(told(store), key=order) == sorted(replayed, key=order)
    assert {one["kind"] for one in replayed} == {"firing", "update", "recovered", "escalation"}
    assert words(store) == {signal: word for signal, word in played["ledger"].items() if signal in words(store)}
    assert set(words(store)) == set(played["ledger"])


class Crash(BaseException):
    """The process is gone."""


def crash_at(monkeypatch: pytest.MonkeyPatch, number: int, *, after: bool) -> None:
    """Let the process die before, or right after, the write of that number."""
    made: list[str] = []

    def dying(name: str) -> Any:
        real = getattr(documents, name)

        def write(*given: Any, **more: Any) -> Any:
            made.append(name)
            if len(made) == number and not after:
                raise Crash
            answer = real(*given, **more)
            if len(made) == number:
                raise Crash
            return answer

        return write

    for name in ("put", "bulk", "create"):
        monkeypatch.setattr(documents, name, dying(name))


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_crash_at_any_write_loses_nothing_and_repeats_nothing(store: Store, after: bool) -> None:
    life = dataclasses.replace(LIFE, catch_up_after=timedelta(days=9))
    number, crashed = 0, True
    while crashed:
        number += 1
        now, box, crashed = T0 + number * timedelta(hours=1), Box(), False
        names = [f"one-{number}", f"two-{number}"]
        put(store, now, *[event(name, now) for name in names])
        with pytest.MonkeyPatch.context() as patch:
            crash_at(patch, number, after=after)
            try:
                run(store, box, now, life)
            except Crash:
                crashed = True
        # the claim of a delivery runs out before it is tried again
        for minutes in (6, 12):
            run(store, box, now + minutes * MINUTE, life)
        ids = [envelope.id for envelope in box.got]
        assert len(set(ids)) == 1, number
        # accepted and not yet marked: the one window in which a message comes twice, with the same id
        assert len(ids) <= 2, number
        found = {one["alert"]: one["state"] for one in alerts.listed(store, limit=2)}
        assert found == {f"kw/{name}": "told" for name in names}
        # what is settled is forgotten
        assert load(store).book.alerts == {}
    assert number > 5
    assert list(words(store).values()) == ["sent"] * 2 * number


def test_repeats_change_nothing_and_a_further_match_of_a_forgotten_story_is_throttled(store: Store) -> None:
    box = Box()
    put(store, T0, event("s1", T0))
    run(store, box, T0)
    before = words(store)
    assert run(store, box, T0) == WatchReport()
    assert words(store) == before == {event("s1", T0).id: "sent"}
    late = T0 + timedelta(hours=3)
    run(store, box, late - 10 * MINUTE)
    run(store, box, late - MINUTE)
    assert load(store).book.alerts == {}
    put(store, late, event("s1", late, "again"))
    run(store, box, late)
    assert len(box.got) == 1
    assert sorted(words(store).values()) == ["sent", "throttled"]


def test_what_is_not_live_is_counted_once_a_run(store: Store) -> None:
    box = Box()
    seeds = [event(f"s{number}", T0, origin="seed") for number in range(5)]
    put(store, T0, *seeds)
    for minutes in range(3):
        run(store, box, T0 + minutes * MINUTE)
    documents.refresh(store, store.index("ledger"))
    hits = documents.search(store, store.index("ledger"), {})["hits"]["hits"]
    assert [(hit["_source"]["word"], hit["_source"]["count"]) for hit in hits] == [("not-live", 5)]
    assert box.got == []


def test_a_person_acknowledges_a_story(store: Store) -> None:
    box = Box()
    put(store, T0, event("s1", T0))
    run(store, box, T0)
    run(store, box, T0 + MINUTE)
    acts.acknowledge(store, "s1", "ann", T0 + 2 * MINUTE)
    put(store, T0 + 3 * MINUTE, event("s1", T0 + 3 * MINUTE, "further"))
    run(store, box, T0 + 3 * MINUTE)
    assert sorted(words(store).values()) == ["acknowledged", "sent"]
    assert alerts.listed(store, "acknowledged")[0]["acknowledged_by"] == "ann"
    with pytest.raises(NewswatchError, match="there is no open alert kw/s1"):
        acts.acknowledge(store, "kw/s1", "bob", T0 + 4 * MINUTE)
    put(store, T0 + 5 * MINUTE, event("s1", T0 + 5 * MINUTE, "new actor", actors=("dprk",)))
    for minutes in (5, 10):
        run(store, box, T0 + minutes * MINUTE)
    assert len(box.got) == 2
    assert sorted(words(store).values()) == ["acknowledged", "sent", "sent"]


def test_a_silence_says_what_it_would_have_muted_mutes_and_sums_up(store: Store) -> None:
    box, wanted = Box(), {"rule": ("kw",)}
    put(store, T0, event("s1", T0, tags=("military",), actors=("russia",)))
    run(store, box, T0)
    preview = alerts.would_mute(store, wanted, T0 + MINUTE)
    assert [one["alert"] for one in preview] == ["kw/s1"]
    for name, value, other in (
        ("rule", "kw", "spike"), ("severity", "warning", "info"), ("tag", "military", "sanctions"),
        ("actor", "russia", "eu"), ("alert", "kw/s1", "s1"), ("story", "s1", "s2"),
    ):  # fmt: skip
        assert alerts.would_mute(store, {name: (other, value), **wanted}, T0 + MINUTE) == preview, name
        assert alerts.would_mute(store, {name: (other,)}, T0 + MINUTE) == []
    assert alerts.would_mute(store, {"key": ("s1",)}, T0 + MINUTE) == []
    assert alerts.would_mute(store, wanted, T0 + timedelta(days=8)) == []

    with pytest.raises(UsageError, match="must end after it begins"):
        acts.silence(store, wanted, "ann", T0, "", T0 + MINUTE)
    name = acts.silence(store, wanted, "ann", T0 + timedelta(hours=1), "known", T0 + MINUTE)
    (listed,) = alerts.silences(store, T0 + MINUTE)
    assert (listed["id"], listed["state"], listed["author"], listed["comment"]) == (name, "active", "ann", "known")
    put(store, T0 + 2 * MINUTE, event("s2", T0 + 2 * MINUTE))
    for minutes in (2, 5, 6):
        run(store, box, T0 + minutes * MINUTE)
    assert len(box.got) == 1
    acts.expire(store, name, "ann", T0 + 7 * MINUTE)
    assert alerts.silences(store, T0 + 7 * MINUTE)[0]["state"] == "expired"
    run(store, box, T0 + 7 * MINUTE)
    run(store, box, T0 + 8 * MINUTE)
    assert [one["kind"] for one in sorted(told(store), key=lambda one: one["t"])] == ["firing", "silence-summary"]
    assert sorted(words(store).values()) == ["sent", "silenced"]
    assert alerts.silences(store, T0 + 8 * MINUTE)[0]["comment"] == "known"
    with pytest.raises(NewswatchError, match="there is no active silence"):
        acts.expire(store, name, "ann", T0 + 9 * MINUTE)


def test_why_and_when(store: Store) -> None:
    box = Box()
    put(store, T0, event("s1", T0, note="2 independent publishers"))
    run(store, box, T0)
    text = "\n".join(why.tell(store, "kw/s1"))
    assert "Rule kw, version v7, matched (warning)." in text
    assert "It says: 2 independent publishers." in text
    assert "Evidence: kbs, ko: Title of s1 (item item-s1)." in text
    assert "sent: it was sent." in text
    assert "    mail: sent." in text
    assert "firing to mail: sent after 1 try." in text
    assert why.tell(store, "kw/unknown") == []

    table = "\n".join(timetable.of_alert((LIFE, ()), "kw/s1", store))
    assert "kw/s1 is an event" in table
    assert "Route ops takes it (it takes everything) and tells mail:" in table
    with pytest.raises(NewswatchError, match="there is no alert kw/s9"):
        timetable.of_alert((LIFE, ()), "kw/s9", store)

    put(store, T0, state(Kind.OVER, T0, T0))
    run(store, box, T0 + MINUTE)
    acts.acknowledge(store, "spike/military", "ann", T0 + 2 * MINUTE)
    put(store, T0 + 3 * MINUTE, state(Kind.UNDER, T0, T0 + 3 * MINUTE))
    for minutes in (3, 5, 6):
        run(store, box, T0 + minutes * MINUTE)
    (found,) = alerts.history(store, "spike/military")
    assert [step["what"] for step in found["steps"]] == ["began", "fired", "told", "acknowledged", "recovered"]
    assert [one["kind"] for one in found["deliveries"]] == ["firing", "recovered"]
    assert [entry["word"] for entry in found["ledger"]] == ["sent"]
    documents.refresh(store, store.index("groups"))
    assert documents.search(store, store.index("groups"), {})["hits"]["hits"]


def test_why_an_item_was_told_or_was_not(store: Store) -> None:
    def item(name: str, origin: str, tags: list[str], story: str) -> Write:
        made = {"@timestamp": T0.isoformat(), "title": f"Title of {name}", "origin": origin, "tags": tags}
        return Write("index", monthly(store, "items", T0), name, {**made, "story": {"id": story}})

    put(store, T0, event("s1", T0))
    run(store, Box(), T0)
    stored = [
        item("copy", "live", ["military"], "s1"),
        item("dull", "live", [], "dull"),
        item("old", "seed", [], "old"),
    ]
    assert all(one.applied for one in documents.bulk(store, stored))
    told_, dull, old = ("\n".join(why.tell(store, name)) for name in ("copy", "dull", "old"))
    assert told_.startswith("Title of copy\n  live, military, story s1.\n")
    assert "Rule kw, version v7, matched (warning)." in told_
    assert "firing to mail: sent after 1 try." in told_
    assert dull == "Title of dull\n  live, no tag, story dull.\n  No rule matched it."
    assert old.endswith(
        "seed, no tag, story old.\n  No rule looked at it: it is no live news, and only live news alerts."
    )


def test_the_commands(store: Store, es_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ELASTICSEARCH_URL", es_url)
    put(store, T0, event("s1", T0))
    run(store, Box(), T0)

    def say(*words_: str) -> str:
        shown = CliRunner().invoke(app, [*words_, "--namespace", store.namespace])
        return shown.output + str(shown.exception or "")

    at = ["--by", "ann", "--now", "2026-03-02T10:05:00Z"]
    assert "kw/s1" in say("alerts")
    assert "firing to mail: sent" in say("alerts", "kw/s1")
    assert "there is no alert kw/s9" in say("alerts", "kw/s9")
    assert "Rule kw, version v7, matched" in say("why", "kw/s1")
    assert "nothing is known of kw/s9" in say("why", "kw/s9")
    assert "would have muted 1 alert:\n  2026-03-02 10:00  warning  kw/s1" in say(
        "silence", "add", "rule=kw", "--dry-run", *at
    )
    assert "No silence" in say("silence", "list")
    made = say("silence", "add", "rule=kw", "--for", "2h", "--comment", "known", *at)
    assert "until 2026-03-02 12:05 UTC" in made
    name = made.split()[1]
    listed = say("silence", "list", "--now", "2026-03-02T10:06:00Z")
    assert listed.split()[:2] == [name, "active"]
    assert "rule=kw  by ann: known" in listed
    assert "ends with the next watch run" in say("silence", "expire", name, *at)
    assert "is acknowledged by ann" in say("ack", "kw/s1", *at)
    assert "there is no open alert kw/s9" in say("ack", "kw/s9", *at)
    assert "Route all takes it" in say("routes", "explain", "--alert", "kw/s1")
    assert "Route all takes it" in say("routes", "explain", "--rule", "tag-spike")
    own = say("routes", "explain", "--rule", "newswatch-drill-missed")
    assert "newswatch-drill-missed is a state" in own
    assert "Route all takes it" in own
    assert "there is no rule spik in rules.yaml" in say("routes", "explain", "--rule", "spik")
    assert "give either" in say("routes", "explain")


def test_more_than_a_run_takes_in_comes_with_the_next_ones(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("newswatch.pipeline.watch.AT_ONCE", 4)
    box = Box()
    put(store, T0, *[event(f"s{number}", T0) for number in range(10)])
    taken = []
    # the last ones are taken in long after the time that a run looks back
    for minutes in (0, 6, 30, 36):
        run(store, box, T0 + minutes * MINUTE)
        documents.refresh(store, store.index("ledger"))
        query = {"query": {"term": {"word": "sent"}}, "track_total_hits": True, "size": 0}
        taken.append(documents.search(store, store.index("ledger"), query)["hits"]["total"]["value"])
    assert taken == [4, 8, 10, 10]
    assert len(box.got) == 3


def test_thousands_of_matches_are_a_bounded_number_of_messages_and_a_small_book(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    box, bulk, sizes = Box(), documents.bulk, []
    put(store, T0, *[event(f"s{number}", T0) for number in range(3_000)])

    def counted(place: Store, writes: Iterable[Write], **more: Any) -> list[documents.Outcome]:
        given = list(writes)
        sizes.append(len(given))
        return bulk(place, given, **more)

    monkeypatch.setattr(documents, "bulk", counted)
    run(store, box, T0)
    assert len(box.got) == 1
    # alerts and ledger entries, decided and told, are not all made at once
    assert sum(sizes) > 4 * 3_000
    assert max(sizes) <= CHUNK
    run(store, box, T0 + MINUTE)
    documents.refresh(store, store.index("ledger"))
    query = {"query": {"term": {"word": "sent"}}, "track_total_hits": True, "size": 0}
    assert documents.search(store, store.index("ledger"), query)["hits"]["total"]["value"] == 3_000
    run(store, box, T0 + timedelta(hours=1))
    book = load(store).book
    assert (len(book.alerts), len(book.ledger), len(book.current)) == (0, 0, 0)
    assert len(box.got) == 1
