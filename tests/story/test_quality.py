"""How well items are joined to stories on the labelled sets; ``make eval`` prints the whole table."""

from __future__ import annotations

import pytest
from bench import eval_stories
from bench.eval_stories import Report

LANGUAGES = ("de", "en", "fr", "ko", "nl", "ru", "uk")


@pytest.fixture(scope="module")
def reports() -> dict[str, Report]:
    return {name: eval_stories.evaluate(items) for name, items in eval_stories.splits(eval_stories.load()).items()}


def test_the_sets_are_large_and_in_seven_languages() -> None:
    items = eval_stories.load()
    assert len(items) >= 400
    assert {item["lang"] for item in items} == set(LANGUAGES)
    assert len({item["id"] for item in items}) == len(items)


def test_pairs_and_clusters_are_right(reports: dict[str, Report]) -> None:
    for report in reports.values():
        total = report.by_language["all"]
        assert total.pairwise[2] >= 0.94
        assert total.bcubed >= 0.95


def test_look_alike_neighbours_stay_apart(reports: dict[str, Report]) -> None:
    for report in reports.values():
        assert report.merged <= 0.08


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_does_well(reports: dict[str, Report], language: str) -> None:
    assert reports["dev"].by_language[language].pairwise[2] >= 0.94
