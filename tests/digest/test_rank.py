"""Ranking: golden scores of a day, and what each part of a score must do."""

from __future__ import annotations

import json
import os
import random
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from tests.render.digests import NORMAL, REPORTS, SPEC, UNTIL, WINDOW, report

from newswatch.digest.rank import compose, rank, score
from newswatch.model.digest import Fired, Report

GOLDEN = Path(__file__).parents[1] / "data" / "digest-rank.json"


def test_golden() -> None:
    """``UPDATE_GOLDEN=1`` rewrites the file."""
    ranked = [[one.report.id, one.score, dict(one.parts)] for one in rank(REPORTS, WINDOW)]
    text = json.dumps(ranked, indent=1) + "\n"
    if os.environ.get("UPDATE_GOLDEN"):
        GOLDEN.write_text(text, encoding="utf-8")
    assert text == GOLDEN.read_text(encoding="utf-8")


BASE = report(12, "A story", families=2)
BETTER = [
    replace(BASE, families=3),
    replace(BASE, severity=1),
    replace(BASE, new=("term drones",)),
    replace(BASE, first_seen=BASE.first_seen + timedelta(hours=1)),
]


@pytest.mark.parametrize("better", BETTER, ids=["publishers", "severity", "novelty", "recency"])
def test_more_of_anything_is_worth_more(better: Report) -> None:
    assert score(better, WINDOW).score > score(BASE, WINDOW).score


def test_the_most_is_a_hundred_and_state_media_alone_lose_half_of_the_first_part() -> None:
    best = report(0, "All at once", families=40, severity=3, new=("a", "b", "c"))
    assert score(best, WINDOW).score == 100
    assert score(replace(best, state_media=True), WINDOW).score == 77.5
    assert score(replace(BASE, families=0, first_seen=WINDOW.since - timedelta(days=1)), WINDOW).score == 0


def test_the_order_is_never_the_stores_and_a_story_stands_once() -> None:
    equal = [replace(BASE, id=name) for name in ("c", "a", "b")]
    mixed = [*REPORTS, *equal, *REPORTS]
    wanted = [one.report.id for one in rank(mixed, WINDOW)]
    assert sorted(wanted) == sorted({one.id for one in mixed})
    assert [name for name in wanted if name in "abc"] == ["a", "b", "c"]
    for seed in range(5):
        random.Random(seed).shuffle(mixed)
        assert [one.report.id for one in rank(mixed, WINDOW)] == wanted


def test_another_matter_comes_before_more_of_the_same() -> None:
    same = [report(2, f"The same, {number}", id=f"same{number}", families=9 - number) for number in range(4)]
    other = report(3, "Another", id="other", families=1, concepts=("sanction",), actors=("eu",))
    made = compose(SPEC, WINDOW, replace(NORMAL, reports=(*same, other)), late=False)
    assert [one.report.id for one in made.top] == ["same0", "same1", "other"]
    (military, _) = made.sections
    assert [one.report.id for one in military.stories] == ["same2", "same3"]


def test_an_alert_or_a_new_thing_of_two_tags_stands_once() -> None:
    both = ("military", "sanctions")
    fired = (Fired("a", "r", "A", "info", UNTIL, "told", tags=both), Fired("b", "r", "B", "info", UNTIL, "told"))
    new = (replace(NORMAL.new[0], tags=both),)
    made = compose(SPEC, WINDOW, replace(NORMAL, fired=fired, new=new), late=False)
    assert [section.fired for section in made.sections] == [fired[:1], ()]
    assert [section.new for section in made.sections] == [new, ()]
    assert (made.fired, made.new) == (fired[1:], ())


def test_what_a_digest_does_not_want_is_left_out() -> None:
    spec = SPEC.model_copy(update={"tags": ("sanctions",), "languages": ("en",), "importance": 36})
    about = [Fired(tag, "r", tag, "info", UNTIL, "told", tags=(tag,)) for tag in ("military", "sanctions")]
    made = compose(spec, WINDOW, replace(NORMAL, fired=tuple(about)), late=False)
    shown = [one.report.id for one in (*made.top, *made.sections[0].stories)]
    assert shown == ["s3"]
    assert [one.id for one in made.sections[0].fired] == ["sanctions"]
    assert (made.fired, made.facts.new) == ((), ())
