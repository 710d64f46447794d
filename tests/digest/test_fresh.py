"""What is new, as a pure function of what came and what was known."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from newswatch.digest.fresh import CANDIDATES, LEAST_DAYS, Known, candidates, novelties
from newswatch.model.digest import New, Novelty
from newswatch.model.observed import Observed

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
KNOWN = Known(frozenset({"missile"}), frozenset({"nato", "russia", "eu"}), frozenset({("eu", "russia")}), frozenset())


def lead(name: str, title: str = "Talk", family: str = "", **given: object) -> Observed:
    made = Observed(
        id=name,
        at=AT,
        story=name,
        lead=True,
        origin="live",
        title=title,
        url=f"https://news.example/{name}",
        publisher=family or name,
        family=family or name,
        language="en",
        tags=("military",),
        concepts=("missile",),
        actors=("russia",),
    )
    return replace(made, **given)  # type: ignore[arg-type]


def told(first: list[Observed], known: Known = KNOWN, asked: tuple[str, ...] = ()) -> list[str]:
    new, _ = novelties(first, known, asked)
    return [f"{one.kind} {one.value}" for one in new]


def test_golden() -> None:
    first = [
        lead("a", "Drones appear", concepts=("drone", "missile"), actors=("nato", "russia")),
        lead("b", "Drones again", concepts=("drone",), actors=("nato", "russia"), at=AT - timedelta(hours=1)),
        lead("c", "More drones", actors=("finland", "russia")),
        lead("d", "Nothing new", actors=("eu", "russia")),
    ]
    new, by_story = novelties(first, KNOWN, candidates(first))
    tags = ("military",)
    assert new == (
        New(Novelty.TERM, "drones", "Drones again", "https://news.example/b", tags),
        New(Novelty.CONCEPT, "drone", "Drones again", "https://news.example/b", tags),
        New(Novelty.PAIR, "nato + russia", "Drones again", "https://news.example/b", tags),
        New(Novelty.ACTOR, "finland", "More drones", "https://news.example/c", tags),
    )
    assert by_story == {
        "a": ["term drones", "concept drone", "pair nato + russia"],
        "b": ["term drones", "concept drone", "pair nato + russia"],
        "c": ["term drones", "actor finland"],
    }


def test_a_pair_wants_two_families_and_a_word_three() -> None:
    pair = {"actors": ("nato", "russia")}
    assert told([lead("a", **pair), lead("b", family="a", **pair)]) == []
    assert told([lead("a", **pair), lead("b", **pair)]) == ["pair nato + russia"]
    words = [lead(name, "Sabotage") for name in "ab"]
    assert candidates(words) == ()
    assert candidates([*words, lead("c", "The sabotage, again")]) == ("sabotage",)


def test_a_word_that_stood_in_a_title_before_is_not_new() -> None:
    first = [lead(name, "Sabotage") for name in "abc"]
    assert told(first, asked=("sabotage",)) == ["term sabotage"]
    assert told(first, replace(KNOWN, terms=frozenset({"sabotage"})), ("sabotage",)) == []


def test_a_pair_with_a_new_actor_is_told_by_the_actor() -> None:
    first = [lead(name, actors=("finland", "russia")) for name in "ab"]
    assert told(first) == ["actor finland"]


def test_with_few_days_of_news_nothing_is_new() -> None:
    first = [lead("a", concepts=("drone",))]
    assert told(first, replace(KNOWN, days=LEAST_DAYS - 1)) == []
    assert told(first, replace(KNOWN, days=LEAST_DAYS)) == ["concept drone"]


def test_the_store_is_asked_about_a_bounded_number_of_words_those_of_most_families_first() -> None:
    letters = "abcdefghij"
    words = [f"word{one}{other}" for one in letters for other in letters]
    first = [lead(name, " ".join(words)) for name in "abc"] + [lead("d", "wordjj")]
    asked = candidates(first)
    assert len(asked) == CANDIDATES
    assert asked[:2] == ("wordjj", "wordaa")
