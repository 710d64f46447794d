"""Bands find candidates: copies share one, and their number is bounded."""

from __future__ import annotations

from collections import defaultdict

from bench import eval_stories
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from newswatch.story import bands


def test_copies_share_a_band_with_their_story() -> None:
    found: dict[str, list[set[str]]] = defaultdict(list)
    for item in sorted(eval_stories.load(), key=lambda one: one["published"]):
        found[item["story"]].append(set(bands(item["title"], item["summary"], language=item["lang"])))
    copies = [(one, rest) for first, *others in found.values() for one in others for rest in [first]]
    alone = [one for one, first in copies if one.isdisjoint(first)]
    assert len(alone) <= 0.01 * len(copies)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=400), st.text(max_size=4000))
def test_they_are_few_and_the_same_every_time(title: str, summary: str) -> None:
    found = bands(title, summary)
    assert len(found) <= 26
    assert found == bands(title, summary)
    assert len(set(found)) == len(found)


def test_a_long_text_has_no_more_bands_than_a_short_one() -> None:
    assert len(bands("A title", "many different words stand here " * 10_000)) <= 26


def test_no_words_have_no_bands() -> None:
    assert bands("", "12 34 …") == ()


def test_content_stands_in_for_a_missing_summary() -> None:
    text = "A Russian missile hit an apartment block in Dnipro and rescuers searched the rubble"
    assert set(bands("", text)) & set(bands("", "", text))
