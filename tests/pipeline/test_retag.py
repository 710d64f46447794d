"""A changed watch-list on stored items: what it would change, the change itself, and words that it lacks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import TypeAdapter
from typer.testing import CliRunner

from newswatch.cli import app
from newswatch.config.watchlist import load_watchlist
from newswatch.index import documents
from newswatch.index.client import Settings, Store, connect
from newswatch.index.documents import Write
from newswatch.index.items import tagged_fields
from newswatch.index.templates import ensure, monthly
from newswatch.model.rules import Rule
from newswatch.pipeline.detect import detect_pass, shard
from newswatch.pipeline.retag import retag
from newswatch.tag import Tagger

NOW = datetime(2026, 3, 10, 12, 5, tzinfo=UTC)
RULES = TypeAdapter(tuple[Rule, ...]).validate_python(
    [
        {"id": "fires", "type": "match", "title": "Fires", "where": {"tags": ["fire"]}},
        {"id": "volume", "type": "volume", "title": "How many", "by": "tag"},
    ]
)
WATCHLIST = """
tags: [{{id: fire, title: Fires, scoped: false, threshold: 0.5}}]
concepts:
  - {{id: fire, tags: [fire], weight: 4, terms: {{en: "{terms}"}}, should_hit: {{en: ["A blaze in the harbour"]}}}}
"""
ITEMS = 620


def watchlist(folder: Path, terms: str) -> Path:
    folder.mkdir()
    (folder / "fire.yaml").write_text(WATCHLIST.format(terms=terms), encoding="utf-8")
    return folder


@pytest.fixture
def old(tmp_path: Path) -> Path:
    return watchlist(tmp_path / "old", "blaze")


@pytest.fixture
def new(tmp_path: Path) -> Path:
    return watchlist(tmp_path / "new", "blaze, inferno")


@pytest.fixture
def store(es_url: str, namespace: str, old: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """620 items of sixteen hours, one in ten a blaze and one in ten an inferno, tagged by the old watch-list."""
    monkeypatch.setenv("ELASTICSEARCH_URL", es_url)
    made = connect(Settings.from_environment({"ELASTICSEARCH_URL": es_url}), namespace)
    ensure(made)
    tagger = Tagger(load_watchlist(old))
    writes = [put(made, tagger, number, NOW - timedelta(seconds=90 * number + 60)) for number in range(ITEMS)]
    assert all(one.applied for one in documents.bulk(made, writes))
    return made


def put(store: Store, tagger: Tagger, number: int, at: datetime) -> Write:
    word = {0: "Hydrant blaze", 5: "Hydrant inferno"}.get(number % 10, "Quiet evening")
    title = f"{word}: street {number}"
    source = {
        "@timestamp": at.isoformat(),
        "event": {"created": at.isoformat(), "ingested": at.isoformat()},
        "title": title,
        "summary": "",
        "origin": "live",
        "publisher": {"id": "p", "family": "p"},
        "feeds": ["f"],
        "story": {"id": f"item-{number}", "lead": True},
        **tagged_fields(tagger.tag(title, "", "", "en")),
        "declared_language": "en",
    }
    return Write("index", monthly(store, "items", at), f"item-{number}", source)


def counted(store: Store) -> int:
    found = documents.get(store, store.index("counts"), shard("volume"))
    assert found is not None
    cells = found.source["state"]["volume"]["cells"]
    return sum(sum(cell.get("counts", {}).values()) for cell in cells.values())


def tagged(store: Store) -> int:
    documents.refresh(store, store.index("items"))
    answer = documents.search(store, store.index("items"), {"size": 0, "query": {"term": {"tags": "fire"}}})
    return int(answer["hits"]["total"]["value"])


def test_stored_items_come_to_the_new_version_in_silence_and_are_counted_again(store: Store, new: Path) -> None:
    detect_pass(store, RULES, NOW)
    before = tagged(store)
    tagger = Tagger(load_watchlist(new))
    report = retag(store, tagger, RULES, NOW)
    assert (report.retagged, report.changed, report.counted) == (ITEMS, 62, ITEMS)
    assert tagged(store) == before + 62
    assert counted(store) == before + 62
    versions = {"size": 0, "query": {"term": {"watchlist.version": tagger.watchlist.version}}}
    assert documents.search(store, store.index("items"), versions)["hits"]["total"]["value"] == ITEMS
    assert detect_pass(store, RULES, NOW + timedelta(minutes=1)) == ()
    documents.bulk(store, [put(store, tagger, 1005, NOW + timedelta(minutes=2))])
    signals = detect_pass(store, RULES, NOW + timedelta(minutes=3))
    assert [signal.rule for signal in signals] == ["fires"]
    assert retag(store, tagger, RULES, NOW).retagged == 0


class SwitchedOffError(Exception):
    """Raised by a progress callback, as if the machine had been switched off."""


def test_a_run_that_was_cut_short_goes_on_where_it_stopped(store: Store, new: Path) -> None:
    def stop(done: int) -> None:
        raise SwitchedOffError

    detect_pass(store, RULES, NOW)
    tagger = Tagger(load_watchlist(new))
    with pytest.raises(SwitchedOffError):
        retag(store, tagger, RULES, NOW, stop)
    report = retag(store, tagger, RULES, NOW)
    assert (report.retagged, report.counted) == (ITEMS - 500, ITEMS)
    assert counted(store) == tagged(store) == 124


def test_counts_are_made_anew_when_only_they_were_missing(store: Store, new: Path) -> None:
    class Last:
        def __init__(self) -> None:
            self.done = 0

        def __call__(self, done: int) -> None:
            if done == ITEMS:
                raise SwitchedOffError

    detect_pass(store, RULES, NOW)
    tagger = Tagger(load_watchlist(new))
    with pytest.raises(SwitchedOffError):
        retag(store, tagger, RULES, NOW, Last())
    report = retag(store, tagger, RULES, NOW)
    assert (report.retagged, report.counted) == (0, ITEMS)
    assert counted(store) == 124


def test_the_commands_show_a_change_make_it_and_suggest_words(store: Store, old: Path, new: Path) -> None:
    run = CliRunner().invoke
    common = ["--namespace", store.namespace, "--now", NOW.isoformat()]
    shown = run(app, ["watchlist", "diff", str(old), str(new), "--since", "30d", *common])
    assert shown.exit_code == 0, shown.output
    assert f"{ITEMS} items since" in shown.output
    assert "concept:fire: 62 gained, 0 lost" in shown.output
    assert "  + Hydrant inferno: street" in shown.output
    config = old.parent / "config"
    config.mkdir()
    old.rename(config / "watchlist")
    words = run(app, ["watchlist", "suggest", "--tag", "fire", "--config", str(config), *common])
    assert words.exit_code == 0, words.output
    assert "en  hydrant  62 of 124 items  Hydrant blaze: street" in words.output
    assert "  blaze  " not in words.output
    unknown = run(app, ["watchlist", "suggest", "--tag", "flood", "--config", str(config), *common])
    assert "there is no tag 'flood' (there are: fire)" in str(unknown.exception)
