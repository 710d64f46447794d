"""The desk in a real browser, inside the real Airflow: every view, what people do there, and no fault on the way."""

from __future__ import annotations

import contextlib
import re
import socket
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import urllib3
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Frame, FrameLocator, Page, expect, sync_playwright

from newswatch.index.client import Settings, Store, connect
from newswatch.index.templates import drop
from tests import parts
from tests.desk import world
from tests.desk.stage import PASSWORD, Stage

pytestmark = pytest.mark.needs("chromium")
ARGUMENTS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
VIEWS = {
    "": "Now",
    "/search": "Search",
    "/stories/missile-copy": "North Korea fires ballistic missile",
    "/stories/arabic": "كوريا الشمالية",
    "/alerts": "Alerts",
    "/alerts/tag-spike%2Fmilitary": "military: Unusually many stories",
    "/silence?match=rule%3Dtag-spike": "Silence",
    "/feeds": "Feeds",
    "/watchlist?try=North+Korean+troops": "Watch-list",
    "/watchlist/troops": "troops",
    "/digests": "Digests",
    "/digests/preview/morning": "News digest",
}
PATIENCE = 60_000
expect.set_options(timeout=PATIENCE)


@dataclass(frozen=True)
class Place:
    """Where Airflow runs, over which store."""

    url: str
    store: Store
    config: Path

    def watch(self) -> None:
        world.watch(self.store, self.config, datetime.now(UTC))


@dataclass
class Tab:
    """One page of Airflow with the desk in its frame, and everything that went wrong in it."""

    page: Page
    place: Place
    faults: list[str] = field(default_factory=list)
    statuses: list[tuple[int, str]] = field(default_factory=list)

    def listen(self) -> None:
        self.page.on("console", lambda said: said.type == "error" and self.faults.append(said.text))
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("dialog", lambda dialog: self.faults.append(f"a dialog: {dialog.message}"))
        self.page.on("response", lambda answer: self.statuses.append((answer.status, urlsplit(answer.url).path)))

    def open(self, path: str, title: str = "") -> FrameLocator:
        self.page.goto(f"{self.place.url}/plugin/news-desk/newswatch/desk{path}")
        expect(self.desk.locator("h1")).to_contain_text(title)
        return self.desk

    @property
    def desk(self) -> FrameLocator:
        return self.page.frame_locator("iframe")

    @property
    def frame(self) -> Frame:
        (found,) = [one for one in self.page.frames if one.parent_frame == self.page.main_frame]
        return found


@pytest.fixture(scope="module")
def place(es_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    name = f"nwtest-{uuid.uuid4().hex[:8]}"
    store = connect(Settings.from_environment({"ELASTICSEARCH_URL": es_url}), name)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ELASTICSEARCH_URL", es_url)
        patch.setenv("NEWSWATCH_HOME", str(tmp_path_factory.mktemp("home")))
        config = world.fill(store, datetime.now(UTC), tmp_path_factory.mktemp("world"))
        more = {"ELASTICSEARCH_URL": es_url, "NEWSWATCH_NAMESPACE": name, "NEWSWATCH_CONFIG": str(config)}
        stage = Stage(tmp_path_factory.mktemp("stage"), more)
        try:
            yield Place(stage.up(), store, config)
        finally:
            stage.down()
            drop(store)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=parts.FOUND["chromium"](), args=ARGUMENTS)
        yield started
        started.close()


def log_in(browser: Browser, place: Place, name: str) -> BrowserContext:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.goto(f"{place.url}/plugin/news-desk")
    sign_in(page.locator("body"), name)
    expect(page.frame_locator("iframe").locator("h1")).to_have_text("Now")
    page.close()
    return context


def sign_in(form: object, name: str) -> None:
    form.locator("input[name=username]").fill(name)  # type: ignore[attr-defined]
    form.locator("input[name=password]").fill(PASSWORD)  # type: ignore[attr-defined]
    form.locator("input[name=password]").press("Enter")  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
def uma(browser: Browser, place: Place) -> Iterator[BrowserContext]:
    context = log_in(browser, place, "uma")
    yield context
    context.close()


@pytest.fixture
def tab(uma: BrowserContext, place: Place) -> Iterator[Tab]:
    opened = Tab(uma.new_page(), place)
    opened.listen()
    yield opened
    opened.page.close()
    assert opened.faults == []
    assert [one for one in opened.statuses if one[0] >= 400] == []


def faults(frame: Frame, *rules: str) -> list[tuple[str, list[str]]]:
    """What axe-core finds serious, by all its rules or by some."""
    options = {"runOnly": list(rules)} if rules else {}
    found = Axe().run(frame, options=options).response["violations"]  # type: ignore[arg-type]
    serious = [one for one in found if one["impact"] in ("serious", "critical")]
    return [(one["id"], [node["html"][:200] for node in one["nodes"]]) for one in serious]


@pytest.mark.parametrize(("path", "title"), VIEWS.items())
def test_a_view_opens_in_the_frame_and_everybody_can_use_it(tab: Tab, path: str, title: str) -> None:
    tab.open(path, title)
    assert faults(tab.frame) == []
    assert "owned" not in tab.frame.title()
    expect(tab.desk.locator("html[data-theme=light]")).to_have_count(1)
    tab.page.evaluate("document.documentElement.className = 'dark'")
    expect(tab.desk.locator("html[data-theme=dark]")).to_have_count(1)
    assert faults(tab.frame, "color-contrast") == []
    if path.startswith("/digests/"):
        expect(tab.desk.locator("iframe.mail")).to_have_attribute("src", re.compile(r"/mail\?theme=dark$"))
    tab.page.set_viewport_size({"width": 400, "height": 800})
    wide = tab.frame.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert wide[0] <= wide[1]


def test_a_chart_is_drawn_in_the_frame(tab: Tab) -> None:
    desk = tab.open("", "Now")
    chart = desk.locator("figure img.light").first
    chart.scroll_into_view_if_needed()
    expect(chart).not_to_have_js_property("naturalWidth", 0)
    expect(chart).to_have_attribute("alt", re.compile(r"\d+ stories where \d+ are usual"))


def test_times_are_in_the_readers_zone_and_utc_on_hover(tab: Tab) -> None:
    tab.open("/alerts/tag-spike%2Fmilitary")
    one = tab.desk.locator("main time").first
    expect(one).to_have_attribute("title", re.compile(r"\d\d\d\d-\d\d-\d\d \d\d:\d\d UTC"))
    expect(one).to_contain_text("ago")


def test_search_by_typing_and_by_facets(tab: Tab) -> None:
    desk = tab.open("/search", "Search")
    tab.page.keyboard.press("Escape")
    expect(desk.locator("#q")).to_be_focused()
    desk.locator("#q").fill("북한군")
    desk.locator("#q").press("Enter")
    expect(desk.locator(".results article")).to_have_count(1)
    expect(desk.locator(".results h4")).to_contain_text("북한군이")
    expect(desk.locator(".results mark").first).to_contain_text("북한군")
    desk.locator(".facet a", has_text="military").click()
    expect(desk.locator(".facet a[aria-current]")).to_contain_text("military")
    assert "tag=military" in tab.frame.url
    expect(tab.page).to_have_url(re.compile(r"/plugin/news-desk/newswatch/desk/search\?.*tag=military"))
    desk.locator(".results h4 a").click()
    expect(desk.locator("h1")).to_contain_text("북한군이")


def test_a_link_to_an_article_opens_beside_airflow(tab: Tab, uma: BrowserContext) -> None:
    uma.route(
        "https://news.example/**", lambda route: route.fulfill(body="<p>the article</p>", content_type="text/html")
    )
    desk = tab.open("/stories/missile-copy")
    with uma.expect_page() as opened:
        desk.get_by_role("link", name="Read the article").first.click()
    expect(opened.value).to_have_url("https://news.example/missile-copy")
    assert opened.value.evaluate("window.opener") is None
    opened.value.close()


def test_an_alert_is_acknowledged_and_the_page_follows(tab: Tab, place: Place) -> None:
    desk = tab.open("", "Now")
    card = desk.locator("article.alert", has=desk.locator("a", has_text="military: Unusually many stories"))
    card.get_by_role("button", name="Acknowledge").click()
    expect(desk.locator("#said")).to_contain_text("Acknowledged. It counts from the next watch run on")
    expect(card).to_contain_text("uma took it on")
    place.watch()
    expect(card).to_contain_text("Acknowledged by uma.")
    with tab.page.expect_response(lambda answer: answer.status == 304 and answer.url.endswith("/newswatch/desk")):
        pass


def test_a_silence_is_previewed_and_made(tab: Tab) -> None:
    desk = tab.open("/alerts/any-military%2Ftroops")
    desk.get_by_role("link", name="Silence").first.click()
    expect(desk.locator("#h-preview")).to_contain_text("would have muted")
    desk.locator("#for").select_option("4h")
    desk.locator("#comment").fill("known since yesterday")
    desk.get_by_role("button", name="Preview").click()
    desk.get_by_role("button", name="Silence for 4h").click()
    expect(desk.locator("#said")).to_contain_text("Silenced until")
    expect(desk.locator("table")).to_contain_text("known since yesterday")
    desk.get_by_role("button", name="End it").first.click()
    expect(desk.locator("#said")).to_contain_text("The silence ends")


def test_an_address_is_tested(tab: Tab) -> None:
    desk = tab.open("/feeds", "Feeds")
    desk.locator("#url").fill("http://127.0.0.1/feed")
    desk.get_by_role("button", name="Test").click()
    expect(desk.locator("#trial h2")).to_have_text("http://127.0.0.1/feed")
    expect(desk.locator("#trial .wrong")).not_to_be_empty()


def test_keys_lead_everywhere(tab: Tab) -> None:
    desk = tab.open("", "Now")
    press = tab.page.keyboard.press
    for _ in range(5):  # the second key must follow soon, which a busy machine may miss
        desk.locator("h1").click()
        press("g")
        press("a")
        try:
            expect(desk.locator("h1")).to_have_text("Alerts", timeout=10_000)
            break
        except AssertionError:
            continue
    expect(desk.locator("h1")).to_have_text("Alerts")
    desk.locator("h1").click()
    press("j")
    expect(desk.locator("article").first).to_be_focused()
    press("j")
    expect(desk.locator("article").nth(1)).to_be_focused()
    press("/")
    expect(desk.locator("#q")).to_be_focused()


def test_a_viewer_reads_and_cannot_act(browser: Browser, place: Place) -> None:
    context = log_in(browser, place, "vera")
    tab = Tab(context.new_page(), place)
    desk = tab.open("", "Now")
    expect(desk.locator(".who")).to_contain_text("vera (reads only)")
    expect(desk.get_by_role("button", name="Acknowledge")).to_have_count(0)
    post = """async () => {
        const form = { method: "POST", headers: { "X-Newswatch": "desk" }, body: "alert=tag-spike/military" };
        const answer = await fetch("/newswatch/desk/acknowledge", form);
        return [answer.status, await answer.text()];
    }"""
    status, said = tab.frame.evaluate(post)
    assert (status, said[:48]) == (403, "Your role in Airflow may look, and not acknowled")
    context.close()


def test_a_session_that_ends_says_so_and_leads_back(browser: Browser, place: Place) -> None:
    context = log_in(browser, place, "uma")
    tab = Tab(context.new_page(), place)
    desk = tab.open("/alerts", "Alerts")
    context.clear_cookies()
    desk.get_by_role("button", name="Acknowledge").first.click()
    expect(desk.locator("#said")).to_contain_text("Your session in Airflow has ended; nothing was changed.")
    desk.get_by_role("link", name="Log in again").click()
    expect(desk.locator("h1")).to_have_text("You are not logged in, or your session has ended.")
    desk.get_by_role("link", name="Log in to Airflow").click()
    sign_in(desk.locator("body"), "uma")
    expect(desk.locator("h1")).to_have_text("Alerts")
    context.close()


@pytest.mark.parametrize(
    "path", [*VIEWS, "/charts/volume.svg", "/static/desk.css", "/static/desk.js", "/static/icon.svg", "/nothing"]
)
def test_without_a_session_nothing_is_shown(place: Place, path: str) -> None:
    pool = urllib3.PoolManager(retries=False)
    for headers in ({}, {"Cookie": "_token=nonsense"}, {"Authorization": "Bearer nonsense"}):
        answer = pool.request("GET", f"{place.url}/newswatch/desk{path}", headers=headers, redirect=False)
        assert answer.status in (401, 403)
        assert b"session has ended" in answer.data
        assert b"/auth/login" in answer.data


@pytest.mark.parametrize("path", ["/newswatch/docs", "/newswatch/openapi.json", "/newswatch/"])
def test_what_the_application_is_made_of_is_not_told(place: Place, path: str) -> None:
    answer = urllib3.PoolManager(retries=False).request("GET", f"{place.url}{path}", redirect=True)
    assert answer.status == 401
    assert b"session has ended" in answer.data


def test_a_query_of_ten_megabytes_is_refused(place: Place) -> None:
    where = urlsplit(place.url)
    with socket.create_connection((where.hostname or "", where.port or 80), timeout=60) as line:
        request = b"GET /newswatch/desk/search?q=" + b"a" * 10_000_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n"
        with contextlib.suppress(OSError):
            line.sendall(request)
        said = line.recv(2000)
    assert re.match(rb"HTTP/1.1 4\d\d ", said), said
    assert b"Traceback" not in said
    assert urllib3.PoolManager().request("GET", f"{place.url}/api/v2/monitor/health").status == 200
