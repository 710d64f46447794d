"""Items to stories: windows, members, ties."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from bench import eval_stories
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from newswatch.model.story import StoryText
from newswatch.story import Reason, assign, bands, judge, read
from newswatch.story.assign import STRANGE

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
SUMMARY = (
    "At least 12 people were killed when a Russian missile hit an apartment block in the Ukrainian city of Dnipro on "
    "Tuesday, officials said. Rescuers were searching the rubble for survivors."
)
SMALL = [item for item in eval_stories.load() if item["lang"] == "en"][:12]


def text(name: str, hours: float = 0, summary: str = SUMMARY, title: str = "Strike kills 12", **more: str) -> StoryText:
    return StoryText(
        name, more.get("language", "en"), title, summary, more.get("publisher", name), NOON + timedelta(hours=hours)
    )


def reason(one: StoryText, other: StoryText) -> Reason:
    return judge(read(one), read(other)).reason


def test_a_copy_joins_and_the_story_is_named_after_its_first_item() -> None:
    assert assign([text("b", 2), text("a")]) == {"a": "a", "b": "a"}


def test_a_story_takes_items_up_to_72_hours_after_its_first() -> None:
    new = [text("a"), text("b", 60), text("c", 72), text("d", 72.1), text("e", 100)]
    assert assign(new) == {"a": "a", "b": "a", "c": "a", "d": "d", "e": "d"}


def test_other_languages_are_other_stories() -> None:
    assert reason(text("a"), text("b", 1, language="nl")) is Reason.LANGUAGE
    assert reason(text("a"), text("b", 1, language="en-GB")) is Reason.COPY


def test_a_headline_alone_never_decides() -> None:
    other = "Oil prices rose after Ukrainian drones had hit a Russian export terminal on the Black Sea, traders said."
    assert assign([text("a"), text("b", 1, other)])["b"] == "b"


def test_a_date_of_publication_counts_for_the_day_and_the_time_seen_for_the_order() -> None:
    backlog = [
        replace(text("new", 0.1), published=NOON + timedelta(hours=-1)),
        replace(text("old", 0.0), published=NOON - timedelta(days=9)),
    ]
    assert assign(backlog) == {"new": "new", "old": "old"}


def test_what_has_its_story_keeps_it_and_takes_new_items() -> None:
    known = [replace(text("a"), bands=("x",), story="s"), replace(text("s", -1), bands=("x",), story="s")]
    assert assign([replace(text("b", 1), bands=("x",))], known) == {"b": "s"}


def test_an_item_that_came_late_joins_what_came_before_it() -> None:
    known = [replace(text("late", 3), bands=("x",), story="late")]
    assert assign([replace(text("b", 1), bands=("x",))], known) == {"b": "late"}


def test_a_cut_copy_of_another_place_does_not_bridge_two_stories() -> None:
    elsewhere = SUMMARY.replace("Dnipro", "Kharkiv")
    found = assign([text("a"), text("b", 1, elsewhere), text("c", 2), text("d", 3, elsewhere)])
    assert found == {"a": "a", "b": "b", "c": "a", "d": "b"}


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.permutations(SMALL))
def test_the_order_in_which_items_are_given_does_not_matter(items: list[dict[str, str]]) -> None:
    same_moment = [replace(eval_stories.text(item), time=NOON, published=NOON) for item in items]
    ordered = sorted(same_moment, key=lambda one: one.id)
    assert assign(same_moment) == assign(ordered)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, len(SMALL)))
def test_items_in_two_batches_join_as_in_one(cut: int) -> None:
    items = sorted((eval_stories.text(item) for item in SMALL), key=lambda one: (one.time, one.id))
    whole = assign(items)
    first = assign(items[:cut])
    known = [replace(one, story=first[one.id], bands=bands(one.title, one.summary)) for one in items[:cut]]
    assert first | assign(items[cut:], known) == whole
    assert assign(items) == whole


@pytest.mark.parametrize(("strangers", "joined"), [(STRANGE - 1, True), (STRANGE, False)])
def test_after_so_many_strangers_nobody_is_looked_for(strangers: int, joined: bool) -> None:
    words = [
        "harbour",
        "granite",
        "violin",
        "pepper",
        "lantern",
        "marble",
        "saddle",
        "walnut",
        "copper",
        "feather",
        "anchor",
        "meadow",
    ]
    known = [
        replace(text(f"s{number}", summary=" ".join(words[number:] + words[:number])), bands=("a", "b"))
        for number in range(strangers)
    ]
    known = [replace(one, story=one.id) for one in (replace(text("copy"), bands=("a",)), *known)]
    placed = assign([replace(text("new", 1), bands=("a", "b"))], known)
    assert placed == {"new": "copy" if joined else "new"}
