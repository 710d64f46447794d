"""Threads of independent reports."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from newswatch.model.observed import Observed
from newswatch.story import threads

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)


def item(name: str, hours: float = 0, **more: object) -> Observed:
    made = Observed(
        name, NOON + timedelta(hours=hours), name, family=name, tags=("military",), concepts=("missile",), actors=("x",)
    )
    return replace(made, **more)  # type: ignore[arg-type]


def names(found: list[Observed]) -> list[list[str]]:
    return [[one.id for one in thread.items] for thread in threads(found)]


def test_reports_of_one_matter_are_one_thread() -> None:
    assert names([item("b", 1), item("a"), item("c", 2, actors=("y",))]) == [["a", "b"], ["c"]]


def test_copies_do_not_corroborate() -> None:
    found = threads([item("a"), item("b", 1, story="a", lead=False), item("c", 2), item("d", 3, family="a")])
    assert [thread.families for thread in found] == [("a", "c")]
    assert [len(thread.items) for thread in found] == [4]


def test_another_tag_or_concept_is_another_thread() -> None:
    assert names([item("a"), item("b", 1, tags=("cyber",)), item("c", 2, concepts=("drone",))]) == [["a"], ["b"], ["c"]]


def test_a_thread_ends_with_its_window() -> None:
    assert names([item("a"), item("b", 72), item("c", 73), item("d", 80)]) == [["a", "b"], ["c", "d"]]


def test_a_copy_stays_with_its_story_whatever_its_tags() -> None:
    assert names([item("a"), item("b", 90, story="a", lead=False, tags=())]) == [["a", "b"]]


MANY = [item(chr(97 + at), at % 5, actors=("x", "y")[at % 2 :][:1]) for at in range(12)]


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.randoms(use_true_random=False))
def test_the_order_of_the_items_does_not_matter(dice: Random) -> None:
    assert threads(dice.sample(MANY, len(MANY))) == threads(MANY)
