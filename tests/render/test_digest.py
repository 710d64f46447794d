"""Golden digests, and what must hold for every one of them. ``UPDATE_GOLDEN=1`` rewrites the files."""

from __future__ import annotations

import json
import os
import re
from dataclasses import replace
from pathlib import Path

import pytest

from newswatch.digest.rank import compose
from newswatch.model.rendered import Image, Links
from newswatch.render.digest import digest
from tests.render.digests import CASES, NORMAL, SPEC, WINDOW

GOLDEN = Path(__file__).parents[1] / "data" / "digests"
LINKS = Links(desk="https://air.example/plugin/news-desk", kibana="https://kibana.example/app/dashboards")


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("form", ["html", "txt", "json"])
def test_golden(name: str, form: str) -> None:
    made = digest(CASES[name], images=[Image("volume-military", b"png", "61 stories, 24 expected")], links=LINKS)
    slack = json.dumps(made.slack, ensure_ascii=False, indent=1) + "\n"
    text = {"html": made.html, "txt": f"Subject: {made.subject}\n\n{made.text}", "json": slack}[form]
    file = GOLDEN / f"{name}.{form}"
    if os.environ.get("UPDATE_GOLDEN"):
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")
    assert text == file.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", CASES)
def test_size_and_shape(name: str) -> None:
    made = digest(CASES[name], links=LINKS)
    assert len(made.html.encode()) < 100_000
    assert "\n" not in made.subject
    assert len(made.subject) <= 150
    assert len(made.slack) <= 50
    assert all(len(block.get("text", {}).get("text", "")) <= 3000 for block in made.slack)


def test_hostile_text_is_only_text() -> None:
    made = digest(CASES["hostile"], links=LINKS)
    assert "<script" not in made.html
    assert 'href="javascript' not in made.html
    assert "onmouseover=alert(1)|" not in made.html.replace("%22onmouseover", "")
    assert "{{ 7*7 }}" in made.text
    assert "49" not in made.subject
    slack = json.dumps(made.slack, ensure_ascii=False)
    assert "<!channel>" not in slack
    assert "<@U123>" not in slack
    for text in (made.subject, made.text, made.html, slack):
        assert "\u202e" not in text
        assert "\r" not in text
    assert not any(line.startswith("Bcc:") for line in made.text.splitlines())


def test_an_empty_day_says_whether_silence_can_be_trusted() -> None:
    assert "Nothing on the watch-list was reported; the pipeline was healthy." in digest(CASES["empty"]).text


def test_an_outage_is_told_before_the_stories() -> None:
    text = digest(CASES["outage"]).text
    assert text.index("Nothing was polled from Sun 1 Mar 19:00 to Mon 2 Mar 02:00") < text.index("North Korean troops")
    assert "Only 12 of 44 feeds answered" in text


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("spring-forward", "Sat 28 Mar 07:00 to Sun 29 Mar 07:00"),
        ("fall-back", "Sat 24 Oct 07:00 to Sun 25 Oct 07:00"),
        ("first-deployment", "The store holds 0 days of news; what is new is told from 7 on."),
        ("late-catch-up", "This digest comes late and tells of 3 days."),
    ],
)
def test_what_a_special_day_says(name: str, said: str) -> None:
    made = digest(CASES[name])
    assert said in made.text
    assert made.text.count("07:00") >= 2 or name == "late-catch-up"


def test_the_whole_mail_stays_below_what_mail_programs_clip() -> None:
    report, volume = CASES["normal"].top[0].report, NORMAL.volumes[0]
    tags = [f"tag-{n}" for n in range(12)]
    many = [
        replace(report, id=f"x{n}", title=f"{n} {'long title ' * 20}", concepts=(f"c{n}",), tags=(tags[n % 12],))
        for n in range(900)
    ]
    volumes = tuple(replace(volume, tag=tag) for tag in tags)
    facts = replace(NORMAL, reports=tuple(many), fired=NORMAL.fired * 60, new=NORMAL.new * 60, volumes=volumes)
    spec = SPEC.model_copy(update={"stories": 50, "tags": ()})
    made = digest(compose(spec, WINDOW, facts, late=False), links=LINKS)
    assert 40_000 < len(made.html.encode()) < 100_000
    assert len(made.slack) <= 50
    assert "more stories" in made.html
    # addresses as long as those of some aggregators, in every list
    far = "https://news.example/" + "a" * 2000
    fired = tuple(replace(NORMAL.fired[0], id=str(n), url=far, tags=()) for n in range(60))
    kept = (replace(NORMAL.kept_back[0], examples=((report.title, far),) * 10),) * 4
    facts = replace(facts, reports=tuple(replace(one, url=far) for one in many), fired=fired, kept_back=kept)
    made = digest(compose(spec, WINDOW, facts, late=False), links=LINKS)
    assert 40_000 < len(made.html.encode()) < 100_000
    assert re.search(r"and [4-6]\d more alerts", made.html)


def test_each_story_stands_once() -> None:
    text = digest(CASES["normal"]).text
    for ranked in CASES["normal"].top:
        assert text.count(f"* {ranked.report.title}") == 1
