"""Golden notices, and what must hold for every one of them. ``UPDATE_GOLDEN=1`` rewrites the files."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from jinja2 import ChoiceLoader, DictLoader

from newswatch.model.rendered import Image, Links
from newswatch.render.alert import marked, notice
from newswatch.render.environment import environment
from tests.render.notices import CASES, STORY

GOLDEN = Path(__file__).parents[1] / "data" / "notices"
LINKS = Links(desk="https://air.example/plugin/news-desk", kibana="https://kibana.example/app/dashboards")
CHART = Image("series-1", b"png", "61 stories where 24 are usual")


@pytest.mark.parametrize("name", [name for name in CASES if name != "many"])
@pytest.mark.parametrize("form", ["html", "txt", "json", "webhook.json"])
def test_golden(name: str, form: str) -> None:
    made = notice(CASES[name], images=[CHART], links=LINKS)
    text = {
        "html": made.html,
        "txt": f"Subject: {made.subject}\n\n{made.text}",
        "json": json.dumps(made.slack, ensure_ascii=False, indent=1) + "\n",
        "webhook.json": json.dumps(made.data, ensure_ascii=False, indent=1) + "\n",
    }[form]
    file = GOLDEN / f"{name}.{form}"
    if os.environ.get("UPDATE_GOLDEN"):
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")
    assert text == file.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", CASES)
def test_every_message_keeps_the_limits(name: str) -> None:
    made = notice(CASES[name], links=LINKS)
    assert "\n" not in made.subject
    assert len(made.subject) <= 150
    assert len(made.html.encode()) < 100_000
    assert 0 < len(made.slack) <= 50
    for block in made.slack:
        assert len(block.get("text", {}).get("text", "")) <= 3000
        assert block["type"] != "header" or len(block["text"]["text"]) <= 150


def test_hostile_text_is_only_text() -> None:
    made = notice(CASES["hostile"], links=LINKS)
    slack = json.dumps(made.slack, ensure_ascii=False)
    assert "<script" not in made.html
    assert "javascript:" not in made.html.replace("href", "") or 'href="javascript' not in made.html
    assert "<!channel>" not in slack
    assert "<@U123>" not in slack
    assert "{{ 7*7 }}" in made.text
    for text in (made.subject, made.text, made.html, slack):
        assert "\u202e" not in text
        assert "\r" not in text
    assert not any(line.startswith("Bcc:") for line in made.text.splitlines())


def test_evidence_is_marked_and_the_rest_escaped() -> None:
    assert str(marked(STORY)).startswith("<mark>North Korean troops</mark> reach <mark>Kursk</mark>")


def test_a_webhook_body_is_what_alertmanager_receivers_expect() -> None:
    data = notice(CASES["recovered"], links=LINKS).data
    assert data["version"] == "4"
    assert data["status"] == "resolved"
    (alert,) = data["alerts"]
    assert alert["labels"] == {"alertname": "volume-tag", "severity": "critical", "tag": "military"}
    assert alert["endsAt"] == "2026-03-02T10:00:00+00:00"
    assert alert["generatorURL"].endswith("/alerts/spike%2Fmilitary%2F2026-03-02T09%3A00%3A00Z")


def test_a_message_about_many_alerts_says_how_many_more() -> None:
    made = notice(CASES["many"], links=LINKS)
    assert "and 180 more alerts" in made.text
    assert made.subject.endswith("(+199)")


def test_a_template_that_fails_costs_the_looks_only(monkeypatch: pytest.MonkeyPatch) -> None:
    good = environment().loader
    assert good is not None
    broken = DictLoader({"alert/mail.html": "{{ notice.nonsense.more }}", "alert/slack.json": "[{% broken"})
    monkeypatch.setattr(environment(), "loader", ChoiceLoader([broken, good]))
    monkeypatch.setattr(environment(), "cache", None)
    made = notice(CASES["hostile"], links=LINKS)
    assert made.text.startswith("Alert\n")
    assert made.html.startswith("<p>Alert</p>")
    assert "<script" not in made.html
    assert made.slack[0]["type"] == "section"
    assert "<!channel>" not in json.dumps(made.slack)
    assert "mail.html failed (UndefinedError)" in made.fault
    assert "slack.json failed (TemplateSyntaxError)" in made.fault


def test_a_link_to_kibana_sets_the_time_around_the_alert() -> None:
    made = notice(CASES["recovered"], links=LINKS)
    span = "_g=(time:(from:'2026-03-01T09:00:00.000Z',to:'2026-03-02T11:00:00.000Z'))"
    assert f"https://kibana.example/app/dashboards#/view/newswatch-overview?{span}" in made.text
