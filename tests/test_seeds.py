"""The five seed articles as items: titles, summaries, the date that one states, nothing of the sites around them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from newswatch import seeds
from newswatch.errors import UsageError
from newswatch.model.item import Origin, Quality

FOLDER = Path(__file__).parent.parent / "seeds"
NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)


def test_titles_and_summaries() -> None:
    found = [(item.title, item.summary) for item in seeds.load(FOLDER, NOW, "newswatch")]
    titles, summaries = [title for title, _ in found], [summary for _, summary in found]
    assert titles[0].startswith("The recent ratification of the Comprehensive Strategic Partnership treaty")
    assert titles[0].endswith("…")
    assert titles[1:4] == [
        "Nieuw strategisch partnerschap tussen Rusland en Noord-Korea",
        "The recent confirmation of North Korean troops operating in Russia’s Kursk region introduces a significant "
        "geopolitical shift that warrants close attention.",
        "Russia-North Korea Alliance: Implications for Western Security and NATO Concerns",
    ]
    assert titles[4].startswith("Militärische Allianz zwischen Russland und Nordkorea")
    assert summaries[3].startswith("NATO’s chief warns"), "not the caption of the picture above it"
    assert all(len(summary) <= seeds.SUMMARY for summary in summaries)


def test_provenance_dates_and_quality() -> None:
    items = seeds.load(FOLDER, NOW, "newswatch")
    assert {item.origin for item in items} == {Origin.SEED}
    assert [item.labels["file"] for item in items] == [file.name for file in sorted(FOLDER.glob("*.txt"))]
    assert [item.published for item in items] == [None, datetime(2024, 6, 23, tzinfo=UTC), None, None, None]
    assert [Quality.TITLE_MISSING in item.quality for item in items] == [True, False, True, False, False]
    again = seeds.load(FOLDER, NOW.replace(year=2027), "newswatch")
    assert [item.id for item in items] == [item.id for item in again]


@pytest.mark.parametrize("chrome", ["Comments", "Afdrukken Doorsturen", "#Energie", "Themen:", "abonnee", "Sources:"])
def test_the_sites_own_lines_are_left_out(chrome: str) -> None:
    for item in seeds.load(FOLDER, NOW, "newswatch"):
        assert chrome not in item.content


def test_a_folder_without_seeds_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no seed article"):
        seeds.load(tmp_path, NOW, "newswatch")
    (tmp_path / "a.txt").write_text("\n")
    with pytest.raises(UsageError, match="is empty"):
        seeds.load(tmp_path, NOW, "newswatch")
