"""``newswatch replay`` prints what a case comes to, and says what is wrong with one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from newswatch.cli import app
from newswatch.errors import ConfigError, UsageError

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


def changed(**given: object) -> dict[str, object]:
    return {**CASE, **given}


def step(**given: object) -> dict[str, object]:
    return changed(timeline=[{"do": "stop", "t": CASE["from"]}, {"t": CASE["from"], **given}])


def route(**given: object) -> dict[str, object]:
    return changed(config={"routes": [{"id": "a", "to": "b", **given}]})


@pytest.mark.parametrize(
    ("case", "said"),
    [
        ([CASE], "a case is a JSON object with config, from, until and timeline"),
        (changed(**{"from": "soon"}), "from: 'soon' is not a time such as"),
        (changed(until="2026-03-01"), "until: is before 'from'"),
        (changed(tick=0), "tick: must be more than 0"),
        (changed(config=[]), "config: should be keys with values"),
        (changed(timeline={}), "timeline: should be a list"),
        (changed(config={"time_intervals": {"n": {"zone": "Kiew", "from": "1:00", "to": "2:00"}}}), "zone 'Kiew'"),
        (changed(config={"time_intervals": {"n": {"from": "25:00", "to": "2:00"}}}), "n.from: '25:00' is not a time"),
        (changed(config={"routes": [{"id": "a"}]}), "config.routes[0].to: is required"),
        (changed(config={"routes": [{"id": "a", "to": "b"}, {"id": "a", "to": "b"}]}), "two routes named 'a'"),
        (changed(config={"rules": {"kw": {"type": "evnt"}}}), "config.rules.kw.type: input should be 'event' or"),
        (route(quiet="night"), "there is no time interval named 'night'"),
        (route(group_wait="soon"), "config.routes[0].group_wait: 'soon' is not a duration"),
        (route(group_wait=-60), "config.routes[0].group_wait: must not be less than 0"),
        (route(group_interval=0), "config.routes[0].group_interval: must be more than 0"),
        (step(t=None, do="stop"), "timeline[1].t: none is not a time"),
        (step(do="mach"), "timeline[1].do: 'mach' is nothing to do"),
        (step(do="match", story="s1"), "timeline[1].rule: is required"),
        (step(do="match", rule="kw"), "timeline[1].story: is required"),
        (step(do="match", rule="kw", story=""), "timeline[1].story: takes a name"),
        (
            step(do="match", rule="kw", story="s", severity="huge"),
            "timeline[1].severity: severities are info, warning,",
        ),
        (step(do="match", rule="kw", story="s", actors={}), "timeline[1].actors: takes a name or a list of names"),
        (step(do="match", rule="kw", story="s", origin="past"), "timeline[1].origin: input should be 'live', "),
        (step(do="over", rule="spike"), "timeline[1].key: is required"),
        (step(do="silence", match={}), "timeline[1].until: is required"),
        (step(do="unsilence"), "timeline[1].id: is required"),
        (step(do="ack", by="ann"), "timeline[1].alert: is required"),
        (step(do="channel", name="b", answer="no"), "timeline[1].answer: input should be 'ok', 'temporary' or"),
    ],
)
def test_a_wrong_case_is_named(tmp_path: Path, case: object, said: str) -> None:
    file = tmp_path / "case.json"
    file.write_text(json.dumps(case))
    error = CliRunner().invoke(app, ["replay", "--case", str(file)]).exception
    assert isinstance(error, ConfigError | UsageError)
    assert str(error).startswith(str(file))
    assert said in str(error)
