"""``channels.yaml``: each file of tests/data/channels holds one fault, named with line and key in its first line."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from newswatch.config import everything
from newswatch.config.channels import life_cycle, load_channels
from newswatch.errors import ConfigError, NewswatchError
from newswatch.model.alert import Escalation, Interval
from newswatch.pipeline import timetable

ROOT = Path(__file__).parents[2]
FAULTS = sorted((ROOT / "tests/data/channels").glob("bad-*.yaml"))
KNOWN = {"tag": {"military"}, "actor": {"russia"}}
GOOD = """
channels:
  - {id: mail, type: email, to: ops@example.org}
  - {id: boss, type: email, to: boss@example.org}
routes:
  - id: ops
    to: [mail]
    match: {severity: [warning, critical], rule: spike, tag: military, actor: russia, language: [ko, ja], desk: asia}
    group_by: [rule, tag]
    group_wait: 1m
    group_interval: 10m
    repeat_interval: 65m
    send_resolved: false
    quiet: night
    quiet_mode: digest
    escalate: {after: 40m, to: boss}
    continue: true
  - {id: rest, to: mail}
inhibit:
  - {source: {rule: spike, severity: critical}, target: {rule: kw}, equal: [tag]}
time_intervals:
  night: {zone: Europe/Kyiv, from: "22:00", to: "07:00"}
catch_up_after: 1h
"""


@pytest.mark.parametrize("file", FAULTS, ids=lambda file: file.stem)
def test_a_fault_is_named_with_its_place(file: Path) -> None:
    wanted = file.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ")
    with pytest.raises(ConfigError) as caught:
        load_channels(file, KNOWN)
    assert f"{caught.value.line}: {caught.value.key}: {caught.value.message}".startswith(wanted)


def test_everything_that_can_be_said(tmp_path: Path) -> None:
    (tmp_path / "channels.yaml").write_text(GOOD)
    life = life_cycle(load_channels(tmp_path / "channels.yaml", KNOWN), ())
    route, rest = life.routes
    assert route.match["language"] == ("ko", "ja")
    assert (route.group_wait, route.proceed, route.send_resolved) == (timedelta(minutes=1), True, False)
    assert route.escalate == (Escalation(timedelta(minutes=40), ("boss",)),)
    assert life.intervals == {"night": Interval("Europe/Kyiv", 22 * 60, 7 * 60)}
    assert life.inhibit[0].equal == ("tag",)
    assert life.catch_up_after == timedelta(hours=1)
    # the defaults: the first of a group at once, later ones every five minutes, repeated every four hours
    assert (rest.group_wait, rest.group_interval, rest.repeat_interval, rest.send_resolved) == (
        timedelta(0),
        timedelta(minutes=5),
        timedelta(hours=4),
        True,
    )


def test_the_timetable_of_a_rule(tmp_path: Path) -> None:
    found = everything.load_alerting(ROOT / "config")
    spike = next(rule for rule in found.rules if rule.type == "volume")
    (tmp_path / "channels.yaml").write_text(GOOD.replace("rule: spike, tag: military, ", f"rule: {spike.id}, "))
    file = tmp_path / "channels.yaml"
    file.write_text(file.read_text().replace("actor: russia, language: [ko, ja], desk: asia", ""))
    life = life_cycle(load_channels(file), found.rules)
    assert timetable.of_rule((life, found.rules), spike.id)[2:] == [
        f"Route ops takes it (severity is warning or critical, rule is {spike.id}) and tells mail:",
        "  first message 1m after the first alert of a group, grouped by rule, tag;",
        "  then every 10m when there is news;",
        "  while it goes on firing it is repeated every 1h10m (1h5m on the grid of the group);",
        "  its recovery is not told.",
        "  Quiet hours 22:00 to 07:00 in Europe/Kyiv: messages are left to the digest.",
        "  Not acknowledged 40m after it was first accepted: boss are told.",
        "Route rest takes it (it takes everything) and tells mail:",
        "  first message at once, grouped by rule;",
        "  then every 5m when there is news;",
        "  while it goes on firing it is repeated every 4h;",
        "  its recovery is told.",
    ]
    with pytest.raises(NewswatchError, match="there is no rule nothing in rules"):
        timetable.of_rule((life, found.rules), "nothing")
