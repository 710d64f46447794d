"""Evidence, hostile text, threads, and the command."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from typer.testing import CliRunner

from newswatch.cli import app
from newswatch.tag import Tagger
from newswatch.tag.compare import Text, compare

ROOT = Path(__file__).parent.parent.parent
CONFIG = str(ROOT / "config")


def test_evidence_points_into_the_original_text(tagger: Tagger) -> None:
    title, summary = "Pyongyang — troops\xad in  Kursk", "La Corée… Ignored.  Moscow’s soldiers advance."
    tagging = tagger.tag(title, summary)
    assert "military" in tagging.tags
    assert tagging.version == tagger.watchlist.version
    fields = {"title": title, "summary": summary}
    words = {(part.concept, fields[part.field][part.start : part.end]) for part in tagging.evidence}
    assert ("troops", "soldiers") in words or any(word.startswith("troops") for _, word in words)
    assert any(concept.startswith("actor:") and word == "Kursk" for concept, word in words) or any(
        word in ("Pyongyang", "Moscow") for _, word in words
    )
    strongest = next(part for part in tagging.evidence if part.tag == "military")
    assert strongest.score > 0
    assert {"place", "distance", "background", "probability"} <= set(strongest.detail)


HOSTILE = [
    "",
    "\x00",
    "\ud800\udc00\udfff",
    "\x00North Korea fires missile\ud800",
    "\u0301" * 50,
    "북" * 500,
    "(*|~3 [",
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_is_tagged_without_error(tagger: Tagger, text: str) -> None:
    for tagging in (tagger.tag(text, ""), tagger.tag("", text), tagger.tag(text, text, text, "xx")):
        for part in tagging.evidence:
            assert 0 <= part.start < part.end <= len(text)


def test_a_megabyte_is_tagged_in_moments(tagger: Tagger) -> None:
    body = "Russian troops shelled Kharkiv  \x00 again. é" * 25_000
    start = time.monotonic()
    tagging = tagger.tag("News", "", body)
    assert time.monotonic() - start < 5
    assert "military" in tagging.tags


def test_one_tagger_serves_many_threads(tagger: Tagger) -> None:
    titles = ["North Korea fires missile", "EU adopts sanctions on Russia", "북한 미사일 발사", "Ajax wint"] * 20
    alone = [tagger.tag(title, "") for title in titles]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda title: tagger.tag(title, ""), titles)) == alone


def test_a_headline_in_two_languages_is_matched_in_both(tagger: Tagger) -> None:
    tagging = tagger.tag("Путин: санкции против России отменят", "The European Union adopts sanctions and says so")
    assert {part.language for part in tagging.evidence if part.concept == "sanction"} == {"ru", "en"}


def test_the_command_tags_a_file_with_surrogates(tmp_path: Path) -> None:
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    lines = [
        {"id": "1", "title": "North Korea fires ballistic missile", "summary": "It fell into the sea.", "lang": "en"},
        {"id": "2", "title": "", "summary": None},
        {"id": "3", "title": "\ud800 Ajax wint \x00", "summary": ""},
    ]
    source.write_text("\n".join(json.dumps(line) for line in lines) + "\n\n", encoding="utf-8")
    result = CliRunner().invoke(app, ["tag", "--in", str(source), "--out", str(target), "--config", CONFIG])
    assert result.exit_code == 0, result.output
    rows = [json.loads(line) for line in target.read_bytes().splitlines()]
    assert [row["id"] for row in rows] == ["1", "2", "3"]
    assert [row["tags"] for row in rows] == [["military"], [], []]
    first = rows[0]["evidence"][0]
    assert {"tag", "concept", "term", "field", "start", "end", "language", "score", "detail"} <= set(first)


def test_explain_draws_the_parts_of_the_score() -> None:
    result = CliRunner().invoke(app, ["tag", "--explain", "North Korea fires ballistic missile", "--config", CONFIG])
    assert result.exit_code == 0, result.output
    assert "missile-launch" in result.output
    out = CliRunner().invoke(app, ["tag", "--explain", "Ajax wint met 3-0", "--config", CONFIG])
    assert "out of scope" in out.output


@pytest.mark.parametrize("content", ["not json", "[]", '{"title": 3}'])
def test_a_bad_line_is_named(tmp_path: Path, content: str) -> None:
    source = tmp_path / "in.jsonl"
    source.write_text(content, encoding="utf-8")
    result = CliRunner().invoke(app, ["tag", "--in", str(source), "--config", CONFIG])
    assert result.exit_code != 0
    assert f"{source}:1" in str(result.exception)


def test_two_watchlists_are_compared_on_texts(tagger: Tagger) -> None:
    new = tagger.watchlist
    fewer = tuple(concept for concept in new.concepts if concept.id not in {"sanction", "frozen-assets"})
    old = new.model_copy(update={"concepts": fewer})
    texts = [Text("EU adopts sanctions on Russia", ""), Text("Ajax wint", ""), Text("Путин: санкции снимут", "")]
    count, changes = compare(old, new, texts)
    assert count == 3
    assert changes["concept:sanction"].gained == 2
    assert changes["concept:sanction"].lost == 0
    assert changes["tag:sanctions"].examples_gained[0] == "EU adopts sanctions on Russia"
    _, back = compare(new, old, texts)
    assert back["tag:sanctions"].lost == changes["tag:sanctions"].gained
    assert compare(new, new, texts) == (3, {})
