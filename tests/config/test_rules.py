"""``rules.yaml``: each file of tests/data/rules holds one fault, named in its first line."""

from __future__ import annotations

from pathlib import Path

import pytest

from newswatch.config.rules import load_rules
from newswatch.config.watchlist import load_watchlist
from newswatch.errors import ConfigError

ROOT = Path(__file__).parents[2]
FAULTS = sorted((ROOT / "tests/data/rules").glob("bad-*.yaml"))
KNOWN = {"tags": {"military", "sanctions"}, "concepts": {"missile", "drill"}, "actors": {"russia"}}


@pytest.mark.parametrize("file", FAULTS, ids=lambda file: file.stem)
def test_a_fault_is_named_with_its_place(file: Path) -> None:
    wanted = file.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ")
    with pytest.raises(ConfigError) as caught:
        load_rules(file, known=KNOWN)
    assert wanted.replace(": rules", ":rules", 1) in f"{caught.value.line}:{caught.value.key}: {caught.value.message}"


def test_the_shipped_rules_fit_the_shipped_watch_list() -> None:
    watchlist = load_watchlist(ROOT / "config")
    known = {kind: {part.id for part in getattr(watchlist, kind)} for kind in ("tags", "concepts", "actors")}
    rules = load_rules(ROOT / "config/rules.yaml", known=known)
    assert {rule.type for rule in rules} >= {"match", "volume", "quiet", "novelty", "share", "breadth", "sequence"}
    assert len({rule.version for rule in rules}) == len(rules)


def test_a_version_changes_with_what_is_found_and_not_with_what_is_said() -> None:
    rule, *_ = load_rules(ROOT / "config/rules.yaml", known={})
    assert rule.version == rule.model_copy(update={"title": "Other"}).version
    assert rule.version != rule.model_copy(update={"by": ("tag",)}).version


def test_no_file_means_no_rules(tmp_path: Path) -> None:
    assert load_rules(tmp_path / "rules.yaml", known={}) == ()
