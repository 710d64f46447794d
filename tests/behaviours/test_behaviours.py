"""Every case of ``tests/data/feeds/behaviours/``, through ``newswatch poll``, ``items --json`` and ``feeds --json``."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from newswatch import fetch, jobs
from newswatch.model.fetch import FetchSettings
from tests.behaviours.replay import Case, Seen, cases, moment, play, span

CONFIG = Path(__file__).parent.parent.parent / "config"
CASES = {case.name: case for case in cases()}


@pytest.fixture(scope="module")
def played(
    request: pytest.FixtureRequest, es_url: str, shared_namespace: str, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Case]:
    """The cases that were asked for, played together: a feed that misbehaves must not trouble the others."""
    nodes = (node for node in request.session.items if "played" in getattr(node, "fixturenames", ()))
    asked = [node.callspec.params["name"] for node in nodes]
    chosen = [CASES[name] for name in asked]
    folder = tmp_path_factory.mktemp("behaviours")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ELASTICSEARCH_URL", es_url)
        hasty = fetch.settings_from

        def settings(*words: Any) -> FetchSettings:
            return replace(hasty(*words), deadline=10.0, read=5.0, spacing_allowed=0.0)

        patch.setattr(fetch, "settings_from", settings)
        # read once, not at each of the polls
        tagger = jobs.tagger(jobs.Where(config=CONFIG))
        patch.setattr(jobs.place, "tagger", lambda _: tagger)
        asyncio.run(play(chosen, shared_namespace, folder, CONFIG))
    return {case.name: case for case in chosen}


def test_there_are_cases() -> None:
    assert len(CASES) >= 100


@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", CASES)
def test_behaviour(name: str, played: dict[str, Case]) -> None:
    case = played[name]
    for step, seen in zip(case.steps, case.seen, strict=True):
        check(case, step, seen)


def check(case: Case, step: dict[str, Any], seen: Seen) -> None:
    now = moment(step.get("at"))
    rows = step.get("rows", {"f": step["row"]} if "row" in step else {})
    for feed, wanted in rows.items():
        assert fits(case, seen.rows[feed], wanted), (step.get("at"), wanted, seen.rows[feed])
    if "items" in step:
        left = list(seen.items)
        for wanted in step["items"]:
            found = next((item for item in left if fits(case, item, wanted)), None)
            assert found is not None, (step.get("at"), wanted, left)
            left.remove(found)
        assert not left, (step.get("at"), "too many", left)
    if "count" in step:
        assert len(seen.items) == step["count"], (step.get("at"), seen.items)
    if "next" in step:
        due = datetime.fromisoformat(seen.rows["f"]["next_poll"])
        least, most = step["next"].split("..")
        assert now + span(least) <= due <= now + span(most), (step.get("at"), due)
    if "asked" in step:
        assert [request.path for request in seen.requests] == [case.filled(path) for path in step["asked"]]
    for name, value in step.get("sent", {}).items():
        given = seen.requests[-1].headers.get(name.lower())
        assert fits(case, None if given is None else given.decode("latin-1"), value), (step.get("at"), name, given)


def fits(case: Case, found: Any, wanted: Any) -> bool:
    """Whether ``found`` has all of ``wanted``; ``~`` begins a pattern that must be found, ``!`` one that must not."""
    if isinstance(wanted, dict):
        return isinstance(found, dict) and all(fits(case, found[name], value) for name, value in wanted.items())
    if isinstance(wanted, list):
        return (
            isinstance(found, list)
            and len(found) == len(wanted)
            and all(fits(case, one, want) for one, want in zip(found, wanted, strict=True))
        )
    if isinstance(wanted, str) and wanted[:1] in ("~", "!"):
        return bool(re.search(case.filled(wanted[1:]), str(found))) is (wanted[0] == "~")
    return bool(found == (case.filled(wanted) if isinstance(wanted, str) else wanted))
