"""``newswatch replay`` prints what a case comes to, and says what is wrong with one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from newswatch.cli import app

CASE = {
    "config": {"routes": [{"id": "ops", "match": {}, "to": ["mail:ops"], "escalate": {"after": "5m", "to": "boss"}}]},
    "tick": 60,
    "from": "2026-03-02T10:00:00Z",
    "until": "2026-03-02T10:10:00Z",
    "timeline": [
        {"t": "2026-03-02T10:00:00Z", "do": "channel", "name": "boss", "answer": "permanent"},
        {"t": "2026-03-02T12:01:00+02:00", "do": "match", "id": "m1", "rule": "kw", "story": "s1", "severity": None},
    ],
}


def test_as_json(tmp_path: Path) -> None:
    file = tmp_path / "case.json"
    file.write_text(json.dumps(CASE))
    shown = CliRunner().invoke(app, ["replay", "--case", str(file), "--json"])
    assert json.loads(shown.stdout) == {
        "messages": [{"t": "2026-03-02T10:01:00Z", "to": "mail:ops", "kind": "firing", "alerts": ["kw/s1"]}],
        "ledger": {"m1": "sent"},
        "failed": [["boss", "escalation"]],
    }


def test_for_people(tmp_path: Path) -> None:
    file = tmp_path / "case.json"
    file.write_text(json.dumps(CASE))
    shown = CliRunner().invoke(app, ["replay", "--case", str(file)]).stdout
    assert [line.split() for line in shown.splitlines()] == [
        ["2026-03-02T10:01:00Z", "mail:ops", "firing", "kw/s1"],
        ["ledger", "m1:", "sent"],
        ["failed", "boss:", "escalation"],
    ]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"from": "soon"}, "Invalid isoformat"),
        ({"config": {"routes": [{"to": "b", "quiet": "night"}]}}, "there is no time interval named 'night'"),
        ({"config": {"time_intervals": {"n": {"zone": "Kiew", "from": "1:00", "to": "2:00"}}}}, "no time zone 'Kiew'"),
        ({"timeline": [{"do": "match"}]}, "'t' is missing"),
        ({"timeline": [{"t": CASE["from"], "do": "mach"}]}, "'mach' is nothing to do"),
        ({"timeline": [{"t": CASE["from"], "do": "channel", "name": "b", "answer": "no"}]}, "not 'no'"),
        ({"tick": 0}, "'tick' must be more than 0"),
        ({"config": {"routes": [{"id": "a"}]}}, "'to' is missing"),
        ({"config": {"routes": [{"id": "a", "to": "b", "group_wait": "soon"}]}}, "'soon' is not a duration"),
    ],
)
def test_a_wrong_case_is_named(tmp_path: Path, change: dict[str, object], said: str) -> None:
    file = tmp_path / "case.json"
    file.write_text(json.dumps({**CASE, **change}))
    shown = CliRunner().invoke(app, ["replay", "--case", str(file)])
    assert shown.exit_code != 0
    assert said in str(shown.output) + str(shown.exception)
