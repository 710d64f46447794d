"""The life cycle, case by case: every document of ``tests/data/alerts/*.yaml`` is a timeline and what must come of it.

A case's ``config`` and times are laid over the defaults below; times of day without a date are those of 2 March 2026.
``messages`` are ``time recipient kind alert…``, in any order within one time; ``ledger`` and ``failed`` are compared
when they are given.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from newswatch.alert.replay import play
from newswatch.config.case import parse

CASES = Path(__file__).parent.parent / "data" / "alerts"
DAY = "2026-03-02"
ROUTE = {"id": "ops", "to": ["mail"], "group_by": ["rule"]}
RULES = {"kw": {"type": "event"}, "spike": {"type": "state"}}


def cases() -> Iterator[Any]:
    for file in sorted(CASES.glob("*.yaml")):
        for case in yaml.safe_load_all(file.read_text(encoding="utf-8")):
            yield pytest.param(case, id=f"{file.stem}: {case['case']}")


def full(case: dict[str, Any]) -> dict[str, Any]:
    """The case in the form that ``newswatch replay`` reads."""
    config = {"routes": [{}], "rules": RULES, **case.get("config", {})}
    config["routes"] = [{**ROUTE, **route} for route in config["routes"]]
    timeline = [{**one, "t": moment(one["t"])} for one in case["timeline"]]
    for one in timeline:
        if "until" in one:
            one["until"] = moment(one["until"])
    return {
        "config": config,
        "tick": case.get("tick", 60),
        "from": moment(case.get("from", "10:00")),
        "until": moment(case.get("until", "11:00")),
        "timeline": timeline,
    }


def moment(text: str) -> str:
    """``10:05``, ``10:05:30``, ``03-03 07:00`` or a whole ISO time."""
    day, _, clock = text.rpartition(" ")
    if "T" in text:
        return text
    clock = clock if clock.count(":") == 2 else f"{clock}:00"
    return f"2026-{day}T{clock}Z" if day else f"{DAY}T{clock}Z"


def line(message: dict[str, Any]) -> str:
    return " ".join([message["t"], message["to"], message["kind"], *message["alerts"]])


def expected(text: str) -> str:
    found = text.split(" ")
    if "-" in found[0]:
        found[:2] = [" ".join(found[:2])]
    return " ".join([moment(found[0]), *found[1:]])


@pytest.mark.parametrize("case", list(cases()))
def test_case(case: dict[str, Any]) -> None:
    played = play(parse(full(case), case["case"]))
    wanted = sorted(expected(text) for text in case["messages"])
    assert sorted(line(message) for message in played["messages"]) == wanted
    if "ledger" in case:
        assert played["ledger"] == case["ledger"]
    assert played["failed"] == case.get("failed", [])


def test_there_are_cases_for_every_part_of_the_life_cycle() -> None:
    assert sum(1 for _ in cases()) >= 60
