"""Every ``tests/data/feeds/*.feed`` says what its ``.json`` expects, on the fast path and on the careful one."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from newswatch.model.feed import ParsedFeed, Refused
from newswatch.parse import charset, entries, lenient, mend, parse, strict

CASES = sorted((Path(__file__).parent.parent / "data" / "feeds").glob("*.feed"))
URL = "https://desk.example/feed"


def plain(value: Any) -> Any:
    """``value`` as JSON has it: dates as text, sets sorted, tuples as lists."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, tuple | list):
        return [plain(one) for one in value]
    return value


def outcome(path: Path) -> tuple[ParsedFeed | Refused, dict[str, Any]]:
    expected = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    url = expected.get("url", URL)
    return parse(path.read_bytes(), content_type=expected.get("content_type"), url=url), expected


def test_there_are_cases() -> None:
    assert len(CASES) >= 100
    assert {path.stem for path in CASES} == {path.stem for path in CASES[0].parent.glob("*.json")}


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_case(path: Path) -> None:
    found, expected = outcome(path)
    if "refused" in expected:
        assert isinstance(found, Refused), found
        refused = expected["refused"]
        assert found.failure == refused["failure"]
        assert refused["error"] in found.error
        assert "\n" not in found.error
        assert list(found.alternates) == refused.get("alternates", [])
        return
    assert isinstance(found, ParsedFeed), found
    feed = plain(asdict(found))
    wanted = expected.get("feed", {})
    assert {key: feed[key] for key in wanted} == wanted
    if "entries" in expected:
        assert len(feed["entries"]) == len(expected["entries"])
        for entry, want in zip(feed["entries"], expected["entries"], strict=True):
            assert {key: entry[key] for key in want} == want


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_both_paths_give_the_same(path: Path) -> None:
    """What strict parsing accepts, feedparser must read alike."""
    expected = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    text, _ = mend.undoctyped(charset.decode(path.read_bytes(), expected.get("content_type")).text)
    try:
        raw = strict.read(text.encode("utf-8", "surrogatepass"))
    except (strict.MalformedError, strict.OtherRootError):
        return
    url = expected.get("url", URL)
    fast = entries.parsed(raw, url, guessed=False)
    careful = entries.parsed(lenient.read(text), url, guessed=False)
    assert replace(fast, entries=()) == replace(careful, entries=())
    assert fast.entries == careful.entries
