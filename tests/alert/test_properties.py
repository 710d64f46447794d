"""What holds of every timeline: repeats and restarts change nothing, nobody hears of an end before the beginning."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from newswatch.alert import cycle, prune, shelf, signals
from newswatch.alert.replay import Case, Step, play
from newswatch.model.alert import Act, Escalation, Inhibition, Interval, Kind, LifeCycle, Message, Route, RuleTimers
from newswatch.model.book import Alert, Book

T0 = datetime(2026, 3, 2, 11, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
RUNS = 120
TELLING = {Kind.FIRING, Kind.RELEASED, Kind.SUMMARY, Kind.ESCALATION}
LIFE = LifeCycle(
    routes=(
        Route("a", ("one", "two"), {"tag": ("x",)}, ("rule",), MINUTE, 7 * MINUTE, 20 * MINUTE, proceed=True),
        Route(
            "b",
            ("two", "three"),
            group_by=("tag",),
            group_interval=5 * MINUTE,
            repeat_interval=15 * MINUTE,
            quiet="noon",
            escalate=(Escalation(9 * MINUTE, ("boss",)),),
        ),
    ),
    rules={"kw": RuleTimers(), "spike": RuleTimers(True, 2 * MINUTE, 3 * MINUTE)},
    inhibit=(Inhibition({"rule": ("spike",), "tag": ("y",)}, {"rule": ("kw",)}, ("tag",)),),
    intervals={"noon": Interval("UTC", 12 * 60, 12 * 60 + 30)},
    catch_up_after=25 * MINUTE,
)


@st.composite
def timelines(draw: st.DrawFn) -> tuple[Act, ...]:
    acts = []
    for number in range(draw(st.integers(1, 25))):
        at = T0 + timedelta(seconds=draw(st.integers(0, RUNS * 60)))
        tag, key = draw(st.sampled_from("xy")), draw(st.sampled_from("kl"))
        do = draw(st.sampled_from(["match", "match", "over", "over", "under", "under", "ack", "silence", "unsilence"]))
        rule = "kw" if do == "match" else "spike"
        severity = draw(st.sampled_from(["warning", "critical"]))
        if do in ("silence", "unsilence"):
            until = at + draw(st.integers(1, 40)) * MINUTE
            acts.append(Act(at, do, draw(st.sampled_from(["z1", "z2"])), match={"tag": (tag,)}, until=until))
        elif do == "ack":
            acts.append(Act(at, do, key=draw(st.sampled_from(["kw/k", "kw/l", "spike/k", "spike/l"]))))
        else:
            actors = draw(st.sampled_from([(), ("dprk",), ("russia",)]))
            origin = draw(st.sampled_from(["live", "live", "live", "live", "drill", "seed"]))
            acts.append(Act(at, do, f"id{number}", rule, key, {"tag": tag}, severity, actors, origin=origin))
    return tuple(acts)


answers = st.lists(
    st.tuples(
        st.integers(0, RUNS), st.sampled_from(["one", "two", "boss"]), st.sampled_from(["ok", "temporary", "permanent"])
    ),
    max_size=8,
)
pauses = st.lists(st.tuples(st.integers(0, RUNS), st.integers(1, 40)), max_size=3)


def steps(answers_: Sequence[tuple[int, str, str]], pauses_: Sequence[tuple[int, int]]) -> tuple[Step, ...]:
    found = [Step(T0 + at * MINUTE, "channel", name, answer) for at, name, answer in answers_]
    for at, length in pauses_:
        found += [Step(T0 + at * MINUTE, "stop"), Step(T0 + (at + length) * MINUTE, "start")]
    return tuple(found)


def case(acts: tuple[Act, ...], with_: tuple[Step, ...] = ()) -> Case:
    return Case(LIFE, T0, T0 + RUNS * MINUTE, MINUTE, acts, with_)


@given(timelines(), answers, pauses, st.data())
@settings(max_examples=20, deadline=None)
def test_repeats_and_restarts_change_nothing(
    acts: tuple[Act, ...], answers_: list[tuple[int, str, str]], pauses_: list[tuple[int, int]], data: st.DataObject
) -> None:
    usual = steps(answers_, pauses_)
    plain = play(case(acts, usual))
    moments = data.draw(st.lists(st.integers(0, RUNS), max_size=10))
    more = tuple(Step(T0 + at * MINUTE, do) for at in moments for do in ("restart", "rerun"))
    again = tuple(dataclasses.replace(act) for act in acts for _ in range(2))
    assert play(case(acts, usual + more)) == plain
    assert play(case(again, usual)) == plain


def live(acts: tuple[Act, ...], *, forgetful: bool) -> list[list[tuple[str, str, list[str]]]]:
    """As the watch run does it: every run is given all that came lately, and may have forgotten what is settled."""
    book, shelved = Book(), {}
    said = []
    for number in range(0, RUNS, 2):
        now = T0 + number * MINUTE
        given_ = [act for act in acts if act.t <= now]
        if forgetful:
            settled = prune.settled(LIFE, book)
            shelved.update({alert.id: shelf.plain(alert) for alert in settled})
            prune.forget(book, settled, now)
            given_ = [act for act in given_ if now - act.t < prune.REREAD / 2]
            asked = {signals.slot(act) for act in given_ if act.do == "match"}
            asked |= {act.key for act in given_ if act.do == "ack"}
            for name in asked & set(shelved):
                prune.recall(book, shelf.back(Alert, shelved[name]))
        messages = cycle.run(LIFE, book, given_, now)
        for message in messages:
            cycle.accepted(book, message, now)
        said.append([(one.to, one.kind, sorted(one.alerts)) for one in messages])
    return said


@given(timelines())
@settings(max_examples=15, deadline=None)
def test_forgetting_what_is_settled_changes_nothing(acts: tuple[Act, ...]) -> None:
    assert live(acts, forgetful=True) == live(acts, forgetful=False)


@given(timelines(), answers)
@settings(max_examples=40, deadline=None)
def test_each_recipient_hears_each_alert_once_and_its_end_after_its_beginning(
    acts: tuple[Act, ...], answers_: list[tuple[int, str, str]]
) -> None:
    book, waiting, heard = Book(), [], Counter[tuple[str, str]]()
    channels: dict[str, str] = {}
    for number in range(RUNS):
        now = T0 + number * MINUTE
        channels.update({name: answer for at, name, answer in answers_ if at == number})
        messages = cycle.run(LIFE, book, [act for act in acts if act.t <= now], now)
        assert len({one.id for one in messages}) == len(messages)
        waiting = deliver(book, waiting + messages, channels, now, heard)


def deliver(
    book: Book, messages: list[Message], channels: dict[str, str], now: datetime, heard: Counter[tuple[str, str]]
) -> list[Message]:
    left = []
    for message in messages:
        if cycle.pointless(book, message):
            continue
        answer = channels.get(message.to, "ok")
        if answer == "temporary":
            left.append(message)
        elif answer == "permanent":
            cycle.refused(book, message)
        else:
            check(book, message, heard)
            cycle.accepted(book, message, now)
    return left


def check(book: Book, message: Message, heard: Counter[tuple[str, str]]) -> None:
    for name in message.alerts:
        if message.kind == Kind.RECOVERED:
            assert heard[name, message.to] == 1
        elif message.kind in TELLING:
            told = book.alerts[name].told[message.to]
            first = told.message == message.id
            heard[name, message.to] += first
            assert heard[name, message.to] <= 1


@given(st.lists(st.integers(0, 3600), min_size=1, max_size=12, unique=True), st.sets(st.integers(0, 100), max_size=60))
@settings(max_examples=60, deadline=None)
def test_late_runs_make_messages_late_and_shift_nothing(seconds: list[int], missed: set[int]) -> None:
    """Each story is a group of its own, told ``group_wait`` after its match or by the first run after that."""
    life = LifeCycle((Route("a", ("one",), group_by=("story",), group_wait=2 * MINUTE),), catch_up_after=RUNS * MINUTE)
    acts = [
        Act(T0 + timedelta(seconds=at), "match", f"m{number}", "kw", f"s{number}") for number, at in enumerate(seconds)
    ]
    runs = [T0 + number * MINUTE for number in range(RUNS) if number not in missed]
    book, told = Book(), {}
    for now in runs:
        for message in cycle.run(life, book, [act for act in acts if act.t <= now], now):
            told.update(dict.fromkeys(message.alerts, now))
    expected = {f"kw/{act.key}": next(run for run in runs if run >= act.t + 2 * MINUTE) for act in acts}
    assert told == expected


def test_ten_thousand_matches_in_one_run_are_one_message() -> None:
    life = dataclasses.replace(LIFE, routes=(Route("a", ("one",), group_by=("rule",)),))
    acts = [Act(T0, "match", f"m{number}", "kw", f"s{number}", {"tag": "x"}) for number in range(10_000)]
    book = Book()
    (message,) = cycle.run(life, book, acts, T0)
    assert len(message.alerts) == 10_000
    cycle.accepted(book, message, T0)
    later = T0 + timedelta(hours=1)
    cycle.run(life, book, [], later)
    prune.forget(book, prune.settled(life, book), later)
    assert (book.alerts, book.ledger, book.current, book.groups) == ({}, {}, {}, {})
