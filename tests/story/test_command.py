"""``newswatch stories``: a file of items in, their stories out."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import orjson
import pytest
from typer.testing import CliRunner

from newswatch.cli import app
from newswatch.errors import UsageError

FIRST = {
    "id": "a",
    "lang": "en",
    "title": "Twelve killed in Dnipro strike",
    "summary": "At least 12 people were killed when a Russian missile hit an apartment block in Dnipro on Tuesday, "
    "officials said. Rescuers were searching the rubble for survivors.",
    "publisher": "reuters",
    "published": "2026-03-03T10:00:00Z",
}
COPY = FIRST | {"id": "b", "title": "Missile hits Ukrainian city", "publisher": "bbc", "published": "2026-03-03T12:00Z"}
OTHER = FIRST | {
    "id": "c",
    "summary": str(FIRST["summary"]).replace("Dnipro", "Kharkiv"),
    "published": "2026-03-03T13:00:00+00:00",
}


def run(folder: Path, lines: list[Any]) -> dict[str, str]:
    source, out = folder / "in.jsonl", folder / "out.jsonl"
    source.write_bytes(b"\n".join(line if isinstance(line, bytes) else orjson.dumps(line) for line in lines))
    result = CliRunner().invoke(app, ["stories", "--in", str(source), "--out", str(out)], catch_exceptions=False)
    assert result.exit_code == 0
    rows = [orjson.loads(line) for line in out.read_bytes().splitlines()]
    assert all(set(row) == {"id", "story"} for row in rows)
    return {row["id"]: row["story"] for row in rows}


def refused(folder: Path, line: bytes) -> str:
    source = folder / "in.jsonl"
    source.write_bytes(orjson.dumps(FIRST) + b"\n\n" + line)
    with pytest.raises(UsageError) as caught:
        CliRunner().invoke(app, ["stories", "--in", str(source)], catch_exceptions=False)
    return str(caught.value)


def test_items_join_in_order_of_publication_whatever_the_order_of_the_file(tmp_path: Path) -> None:
    wanted = {"a": "a", "b": "a", "c": "c"}
    lines = [FIRST, COPY, OTHER]
    for seed in range(4):
        random.Random(seed).shuffle(lines)
        assert run(tmp_path, lines) == wanted


def test_the_output_keeps_the_order_of_the_file(tmp_path: Path) -> None:
    assert list(run(tmp_path, [OTHER, COPY, FIRST])) == ["c", "b", "a"]


@pytest.mark.parametrize("published", [None, "", "soon", "2026-13-77", 5, True, [], {}])
def test_an_item_without_a_readable_date_counts_as_published_with_the_one_before_it(
    tmp_path: Path, published: Any
) -> None:
    found = run(tmp_path, [FIRST, COPY | {"published": published}, OTHER])
    assert found == {"a": "a", "b": "a", "c": "c"}


def test_fields_may_be_missing_or_null(tmp_path: Path) -> None:
    bare = {"id": "d"}
    nulls = dict.fromkeys(FIRST) | {"id": "e"}
    assert run(tmp_path, [FIRST, bare, nulls]) == {"a": "a", "d": "d", "e": "e"}


def test_a_missing_language_is_read_off_the_text(tmp_path: Path) -> None:
    assert run(tmp_path, [FIRST, COPY | {"lang": None}])["b"] == "a"


def test_dates_of_feeds_are_read_too(tmp_path: Path) -> None:
    late = COPY | {"published": "Sat, 07 Mar 2026 10:00:01 GMT"}
    assert run(tmp_path, [FIRST, late])["b"] == "b"


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        (b"{", ":3: not JSON"),
        (b"[1]", ":3: not an object"),
        (b'{"title": "no id"}', ":3: the id should be"),
        (b'{"id": 7}', ":3: the id should be"),
        (b'{"id": "x", "title": 7}', ":3: title should be a text or null"),
        (b'{"id": "a"}', ":3: the id 'a' stands in line 1 already"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, line: bytes, complaint: str) -> None:
    assert complaint in refused(tmp_path, line)


def test_lone_surrogates_do_no_harm(tmp_path: Path) -> None:
    line = b'{"id": "x", "title": "\\ud800 broken", "summary": "text", "published": "2026-03-03"}'
    assert run(tmp_path, [line])["x"] == "x"


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"nowhere\.jsonl"):
        CliRunner().invoke(app, ["stories", "--in", str(tmp_path / "nowhere.jsonl")], catch_exceptions=False)
