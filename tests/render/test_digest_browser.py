"""The digest mail in a real browser: on a phone and a desk, in light and dark, with the pictures it is sent with."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from newswatch.model.digest import Digest, Volume
from newswatch.model.rendered import Image, Links
from newswatch.panels import chart
from newswatch.render.digest import digest, standalone
from tests.render.digests import CASES

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip
LINKS = Links(desk="https://air.example/plugin/news-desk", kibana="https://kibana.example/app/dashboards")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as started:
        opened = started.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield opened
        opened.close()


def page_of(made: Digest) -> str:
    images = [Image(f"volume-{one.volume.tag}", spark(one.volume), "stories") for one in made.sections if one.volume]
    return standalone(digest(made, images=images, links=LINKS))


def spark(volume: Volume) -> bytes:
    points = [
        chart.Point(at, seen + 2 * math.sin(number / 4), None, 0.0, 3.0)
        for number, (at, seen) in enumerate(zip(volume.times, volume.observed, strict=True))
    ]
    return chart.spark(points, "Europe/Amsterdam")


@pytest.mark.parametrize("width", [400, 1200])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["normal", "empty", "hostile"])
def test_it_fits_and_runs_nothing(browser: Browser, name: str, width: int, scheme: str) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    said: list[str] = []
    page.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.set_content(page_of(CASES[name]))
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("[...document.images].every(image => image.naturalWidth > 0)")
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (ground == "rgb(255, 255, 255)") == (scheme == "light")
    assert said == []
    assert [url for url in asked if not url.startswith("data:")] == []
    context.close()


def test_the_best_stories_stand_on_the_first_screen_of_a_phone(browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 400, "height": 800})
    page = context.new_page()
    page.set_content(page_of(CASES["normal"]))
    bottom = page.evaluate("document.querySelector('ul li:last-child').getBoundingClientRect().bottom")
    assert bottom <= 800
    context.close()
