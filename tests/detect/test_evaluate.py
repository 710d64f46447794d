"""Every type of rule over made items, on the event clock."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from pydantic import TypeAdapter

from newswatch.detect.explain import top_terms
from newswatch.detect.memory import Memories
from newswatch.detect.replay import replay
from newswatch.model.observed import Observed, families
from newswatch.model.rules import Rule
from newswatch.model.signal import Coverage, Kind, Signal

START = datetime(2026, 3, 2, tzinfo=UTC)
ONE = TypeAdapter(Rule)


def rule(**fields: Any) -> Rule:
    return ONE.validate_python({"id": "r", "title": "R", **fields})


def item(hours: float, name: str = "", **more: Any) -> Observed:
    name = name or f"i{hours:g}"
    given = {"story": name, "publisher": name, "family": name, "feeds": (name,), "concepts": ("missile",)}
    return Observed(name, START + timedelta(hours=hours), **{**given, "actors": ("russia",), "title": name, **more})


def signals(rules: list[Rule], items: list[Observed], hours: float = 48, **more: Any) -> list[Signal]:
    """What a replay finds, its memory taken to JSON and back after every look."""
    found: list[Signal] = []
    memories = Memories()
    names = [one.id for one in rules]
    for hour in range(int(hours)):
        span = (START + timedelta(hours=hour), START + timedelta(hours=hour, minutes=45))
        part = [one for one in items if span[0] <= one.at < span[0] + timedelta(hours=1)]
        for _, detection in replay(rules, part, span, memories, **more):
            found += detection.signals
        memories = Memories(orjson.loads(orjson.dumps(memories.dump(names))))
    return found


def told(found: list[Signal]) -> list[tuple[str, str, float]]:
    return [(one.kind.value, one.key, (one.at - START) / timedelta(hours=1)) for one in found]


def test_match_goes_by_all_lines_of_where() -> None:
    kw = rule(type="match", where={"concepts": ["missile", "drill"], "languages": "en", "terms": ["Test Site"]})
    items = [
        item(1, language="en", title="At the test  site today"),
        item(2, language="en", title="At the contest sites"),
        item(3, language="nl", title="The test site"),
        item(4, language="en", title="test site", concepts=("talks",)),
    ]
    assert told(signals([kw], items)) == [("event", "", 1.0)]


def test_match_split_makes_one_signal_per_value() -> None:
    kw = rule(type="match", where={"concepts": ["missile"]}, by=["tag", "actor"])
    found = signals([kw], [item(1, tags=("military", "talks"), actors=("russia",))])
    assert sorted((one.key, one.labels) for one in found) == [
        ("military,russia", (("actor", "russia"), ("tag", "military"))),
        ("talks,russia", (("actor", "russia"), ("tag", "talks"))),
    ]


def test_corroboration_needs_independent_families_in_one_thread() -> None:
    kw = rule(type="match", where={"concepts": "missile"}, corroborated={"publishers": 2, "within": "6h"})
    copies = [item(1, "a", family="x"), item(1.2, "b", family="y", story="a", lead=False)]
    assert signals([kw], copies) == []
    others = [item(1, "a", family="x"), item(1.2, "b", family="x"), item(1.4, "c", actors=("iran",), family="z")]
    assert signals([kw], others) == []
    found = signals([kw], [item(1, "a", family="x"), item(3, "b", family="y"), item(9.5, "c", family="z")])
    assert [(one.items, one.story, one.observed) for one in found] == [(("b",), "a", 2.0)]
    assert families([item(1, "a", family="x"), item(2, "b", family="y", story="a")]) == ("x",)


def test_threshold_fires_and_recovers_and_its_opposite() -> None:
    many = rule(type="threshold", window="1h", at_least=3)
    items = [item(5 + number / 10) for number in range(3)]
    assert told(signals([many], items)) == [("state-over", "", 5.25), ("state-under", "", 6.25)]
    few = rule(type="threshold", window="2h", below=1, count="items")
    steady = [item(number / 4, f"s{number}") for number in range(48) if not 16 <= number < 30]
    assert told(signals([few], steady, 12)) == [("state-over", "", 6.0), ("state-under", "", 7.75)]


def test_stories_are_counted_by_their_leads() -> None:
    many = rule(type="threshold", window="1h", at_least=3)
    copies = [item(5 + number / 10, f"c{number}", story="c0", lead=number == 0) for number in range(5)]
    assert signals([many], copies) == []
    by_family = rule(type="threshold", window="1h", at_least=3, count="publishers")
    assert len(signals([by_family], copies)) == 2


def test_a_publisher_counts_once_in_a_window() -> None:
    busy = [item(5 + number / 5, f"c{number}", family="x") for number in range(8)]
    for more in ({"type": "threshold", "at_least": 3}, {"type": "share", "above": 0.4, "at_least": 3}):
        by_family = rule(window="2h", count="publishers", where={"languages": "nl"}, **more)
        others = [item(5.1 + n / 10, f"o{n}", language="nl") for n in range(3)]
        assert signals([by_family], [item(at, n, family="x", language="nl") for at, n in ((5, "a"), (5.5, "b"))]) == []
        assert signals([by_family], [dataclasses.replace(one, language="nl") for one in busy]) == []
        assert len(signals([by_family], busy + others)) == 2


def test_share_of_the_whole() -> None:
    share = rule(type="share", window="1h", above=0.6, at_least=5, where={"tags": "military"})
    items = [item(3 + n / 60, f"a{n}", tags=("military",)) for n in range(8)]
    items += [item(3 + n / 60, f"b{n}", tags=("talks",)) for n in range(2)]
    items += [item(6 + n / 60, f"c{n}", tags=("military",) if n < 3 else ("talks",)) for n in range(8)]
    assert told(signals([share], items)) == [("state-over", "", 3.25), ("state-under", "", 4.25)]


def test_breadth_counts_distinct_countries() -> None:
    broad = rule(type="breadth", of="countries", at_least=3, window="1h", by="concept")
    items = [item(3 + n / 60, f"a{n}", country=f"C{n % 3}") for n in range(6)]
    assert told(signals([broad], items))[0][:2] == ("state-over", "missile")
    assert signals([broad], [item(3 + n / 60, f"a{n}", country="C1") for n in range(6)]) == []


def test_novelty_needs_a_history_and_publishers() -> None:
    new = rule(type="novelty", of="actor-pair", unseen_for="1d", publishers=2)
    items = [item(0.5, "z", actors=("a", "b"))]
    items += [item(1, "a", actors=("a", "c")), item(1.1, "b", actors=("a", "c"))]
    items += [item(30, "c", actors=("c", "d")), item(31, "d", actors=("c", "d")), item(32, "e", actors=("c", "d"))]
    assert told(signals([new], items)) == [("event", "c+d", 31.0)]


def test_a_novelty_is_new_in_each_split_value() -> None:
    new = rule(type="novelty", of="concept", unseen_for="1d", publishers=1, by="language")
    items = [item(1, "a", language="en"), item(30, "b", language="nl"), item(30.5, "c", language="en")]
    items += [item(20, "d", language="en")]
    found = signals([new], items)
    assert told(found) == [("event", "nl,missile", 30.0)]
    assert found[0].labels == (("language", "nl"),)


def test_a_feed_is_silent_in_one_language_only() -> None:
    quiet = rule(type="quiet", of="feed", times=4, at_least="3h", by="language")
    items = [item(number / 2, f"x{number}", feeds=("x",), language="en") for number in range(60)]
    items += [item(number / 2, f"y{number}", feeds=("x",), language="nl") for number in range(24)]
    assert told(signals([quiet], items, 27)) == [("state-over", "nl,x", 14.5)]


def test_quiet_goes_by_the_own_rhythm() -> None:
    quiet = rule(type="quiet", of="feed", times=4, at_least="3h")
    items = [item(number / 2, f"x{number}", feeds=("x",)) for number in range(24)]
    items += [item(number / 2, f"y{number}", feeds=("y",)) for number in range(60)]
    items += [item(25, "x-again", feeds=("x",))]
    assert told(signals([quiet], items, 27)) == [("state-over", "x", 14.5), ("state-under", "x", 25.0)]


def test_nobody_is_silent_while_newswatch_does_not_listen() -> None:
    quiet = rule(type="quiet", of="feed", times=4, at_least="3h")
    items = [item(number / 2, f"x{number}", feeds=("x",)) for number in range(24)]
    assert signals([quiet], items, 30) == []


def test_sequence_follows_the_same_actor() -> None:
    first = ONE.validate_python({"id": "a", "type": "match", "title": "A", "where": {"concepts": "arms"}})
    then = ONE.validate_python({"id": "b", "type": "match", "title": "B", "where": {"concepts": "sanction"}})
    both = rule(type="sequence", first="a", then="b", within="6h")
    items = [
        item(1, "x", concepts=("arms",), actors=("russia",)),
        item(2, "y", concepts=("sanction",), actors=("iran",)),
        item(3, "z", concepts=("sanction",), actors=("russia",)),
        item(20, "w", concepts=("sanction",), actors=("russia",)),
    ]
    found = [one for one in signals([first, then, both], items) if one.rule == "r"]
    assert [(one.story, one.note) for one in found] == [("z", "after: A")]


def test_a_split_sequence_needs_the_same_value_of_both() -> None:
    first = ONE.validate_python({"id": "a", "type": "match", "title": "A", "where": {"concepts": "arms"}})
    then = ONE.validate_python(
        {"id": "b", "type": "match", "title": "B", "by": "language", "where": {"concepts": "sanction"}}
    )
    by_tag = rule(type="sequence", first="a", then="b", same="nothing", by=["tag", "actor"])
    items = [
        item(1, "x", concepts=("arms",), tags=("military", "trade"), actors=("russia",)),
        item(2, "y", concepts=("sanction",), tags=("trade", "talks"), actors=("russia", "iran")),
        item(3, "z", concepts=("sanction",), tags=("talks",), actors=("russia",)),
    ]
    found = [one for one in signals([first, then, by_tag], items) if one.rule == "r"]
    assert [(one.key, one.story, one.note) for one in found] == [("trade,russia", "y", "after: A")]
    assert dict(found[0].labels) == {"tag": "trade", "actor": "russia", "language": "und"}


@pytest.mark.parametrize("origin", ["seed", "backfill"])
def test_what_is_not_live_is_matched_and_not_counted(origin: str) -> None:
    rules = [rule(type="match", where={"concepts": "missile"})]
    assert [one.origin for one in signals(rules, [item(1, origin=origin)])] == [origin]
    many = rule(type="threshold", window="1h", at_least=1)
    assert signals([many], [item(1, origin=origin)]) == []


def test_a_spike_explains_itself() -> None:
    spike = rule(type="volume", by="tag")
    items = [item(n / 3, f"n{n}", tags=("military",), title=f"Daily report {n}") for n in range(3 * 24 * 6)]
    items += [
        item(120 + n / 30, f"e{n}", tags=("military",), title=f"Missile over Sea {n}", family=f"p{n % 7}")
        for n in range(40)
    ]
    items += [item(n / 2, f"o{n}", tags=("talks",), title=f"Talks go on {n}") for n in range(2 * 24 * 6)]
    cover = {int((START + timedelta(minutes=15 * n)).timestamp()): Coverage(41, 44) for n in range(7 * 96)}
    found = [one for one in signals([spike], items, 144, coverage=cover) if one.kind is Kind.OVER]
    assert [one.key for one in found] == ["military"]
    signal = found[0]
    assert signal.observed
    assert signal.expected
    assert signal.high
    assert signal.observed > signal.high > signal.expected
    assert str(signal.coverage) == "41 of 44 feeds answered"
    assert {"missile", "sea"} <= set(signal.terms)
    assert signal.stories
    assert signal.publishers
    assert signal.score >= 0.5
    assert 120 <= (signal.at - START) / timedelta(hours=1) <= 121.5


def test_a_changed_rule_begins_anew() -> None:
    many = rule(type="threshold", window="1h", at_least=3)
    memories = Memories()
    items = [item(5 + number / 10) for number in range(3)]
    span = (START + timedelta(hours=5), START + timedelta(hours=5.5))
    assert any(one.signals for _, one in replay([many], items, span, memories))
    other = many.model_copy(update={"count": "items"})
    later = (START + timedelta(hours=5.5), START + timedelta(hours=8))
    assert not any(one.signals for _, one in replay([other], [], later, memories))


def test_top_terms_are_those_that_others_do_not_have() -> None:
    here = [item(1, f"a{n}", title="Missile test today") for n in range(3)]
    others = [item(1, f"b{n}", title=f"Weather today {n}") for n in range(20)]
    assert top_terms(here, others)[:2] == ("missile", "test")
