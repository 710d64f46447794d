"""Every fault of a watch-list is an error that names file, line and key; the shipped one has none."""

from __future__ import annotations

from pathlib import Path

import pytest

from newswatch.config.watchlist import check_watchlist, load_watchlist
from newswatch.errors import ConfigError

ROOT = Path(__file__).parent.parent.parent
BAD = sorted((ROOT / "tests" / "data" / "watchlist" / "bad").glob("*.yaml"))


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_a_fault_is_named_with_file_line_and_key(path: Path, tmp_path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    line, key, message = text.splitlines()[0].removeprefix("# expect: ").split(" ", 2)
    (tmp_path / "list.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        check_watchlist(tmp_path)
    assert (caught.value.line, caught.value.key) == (int(line), key)
    assert message in caught.value.message
    assert caught.value.file == str(tmp_path / "list.yaml")


def test_the_shipped_watchlist_keeps_its_own_sentences() -> None:
    watchlist = check_watchlist(ROOT / "config")
    assert {tag.id for tag in watchlist.tags} == {"military", "sanctions", "diplomacy", "discourse"}


def test_an_empty_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="has no watch-list files"):
        load_watchlist(tmp_path)


def test_the_version_is_a_hash_of_the_content(tmp_path: Path) -> None:
    good = "tags: [{id: alpha, title: Alpha}]\n"
    (tmp_path / "list.yaml").write_text(good, encoding="utf-8")
    first = load_watchlist(tmp_path).version
    (tmp_path / "list.yaml").write_text(f"# a comment\n{good}", encoding="utf-8")
    assert load_watchlist(tmp_path).version == first
    (tmp_path / "list.yaml").write_text(good.replace("Alpha", "Beta"), encoding="utf-8")
    assert load_watchlist(tmp_path).version != first
