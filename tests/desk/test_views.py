"""Every view over a filled namespace: what it says, in how many requests, and that nothing hostile gets through."""

from __future__ import annotations

import html.parser
import logging
import re
import shutil
import socket
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest

from newswatch import jobs
from newswatch.desk import setup
from newswatch.index import documents
from tests.desk.conftest import NOW, Client, Filled, make_client
from tests.desk.world import HOSTILE

VIEWS = (
    "",
    "?span=7d",
    "/search",
    "/search?q=missile&tag=military&span=7d&leads=1&sort=best",
    "/stories/missile-copy",
    "/stories/" + quote(f"hostile {HOSTILE}"[:200], safe=""),
    "/alerts",
    "/alerts/tag-spike%2Fmilitary",
    "/alerts/" + quote(f"actor-spike/{HOSTILE[:120]}", safe=""),
    "/silence?match=rule%3Dtag-spike",
    "/feeds",
    "/watchlist",
    "/watchlist?try=" + quote(f"Russia troops {HOSTILE}"),
    "/watchlist/troops",
    "/digests",
    "/digests/preview/morning",
)
PICTURES = ("/charts/volume.svg?tag=military&span=7d", "/charts/alerts-by-rule.svg?theme=dark")


class Reader(html.parser.HTMLParser):
    """Collects elements and the addresses and handlers in them."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def read(text: str) -> Reader:
    reader = Reader()
    reader.feed(text)
    return reader


def words(text: str) -> str:
    return " ".join(" ".join(read(text).text).split())


@pytest.mark.parametrize("path", VIEWS)
def test_a_view_is_safe_whatever_the_news_says(client: Client, path: str) -> None:
    answer = client().get(f"/desk{path}")
    assert answer.status_code == 200, words(answer.text)
    page = read(answer.text)
    assert page.tags.count("script") == 1
    assert not {"svg", "object", "style"} & set(page.tags)
    assert "iframe" not in page.tags or path.startswith("/digests/")
    assert all(not name.startswith("on") and name not in ("style", "srcdoc") for _, name, _ in page.attributes)
    links = [value for _, name, value in page.attributes if name in ("href", "src", "action")]
    assert all(value.startswith(("/desk", "https://", "#")) for value in links)
    assert not re.search("[\u0000-\u0008\u202a-\u202e\u2066-\u2069]", answer.text)
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize("path", VIEWS + PICTURES)
def test_a_view_takes_few_requests(client: Client, path: str, caplog: pytest.LogCaptureFixture) -> None:
    someone = client()
    someone.get(f"/desk{path}")
    caplog.clear()
    with caplog.at_level(logging.INFO, logger="elastic_transport.transport"):
        someone.get(f"/desk{path}")
    asked = [record for record in caplog.records if record.name == "elastic_transport.transport"]
    assert 0 <= len(asked) <= 6


@pytest.mark.parametrize("path", VIEWS)
def test_a_view_that_did_not_change_is_not_sent_again(client: Client, path: str) -> None:
    first = client().get(f"/desk{path}")
    again = client().get(f"/desk{path}", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("path", PICTURES)
def test_a_chart_is_a_picture_without_script(client: Client, path: str) -> None:
    answer = client().get(f"/desk{path}")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/svg+xml")
    assert b"<path" in answer.content
    assert b"<script" not in answer.content
    assert client().get(f"/desk{path}", headers={"If-None-Match": answer.headers["etag"]}).status_code == 304


@pytest.mark.parametrize("path", ["/charts/nothing.svg", "/charts/volume.svg?span=9y", "/static/nothing.css", "/x/y"])
def test_what_is_not_there_is_said_in_a_sentence(client: Client, path: str) -> None:
    answer = client().get(f"/desk{path}")
    assert answer.status_code == 404
    assert "There is no" in words(answer.text)


def test_what_is_usual_is_told_only_of_what_could_be_judged(client: Client) -> None:
    day, week = (words(client().get(f"/desk?span={span}").text) for span in ("24h", "7d"))
    assert re.search(r"diplomacy \d+ stories where \d+ are usual", day)
    assert re.search(r"discourse \d+ stories, not enough history to say what is usual", day)
    usual = {
        tag: float(number.replace(",", ""))
        for tag, number in re.findall(r"(diplomacy|discourse) [\d,]+ stories where ([\d,]+) are usual", week)
    }
    assert usual["discourse"] == pytest.approx(usual["diplomacy"], rel=0.02), "six judged days stand for seven"
    judged, not_judged = (
        client().get(f"/desk/charts/volume.svg?tag={tag}&span=24h").content for tag in ("diplomacy", "discourse")
    )
    assert b"FillBetweenPolyCollection" in judged
    assert b"FillBetweenPolyCollection" not in not_judged


def test_now_tells_what_fires_against_what_is_expected(client: Client) -> None:
    said = words(client().get("/desk").text)
    assert "military: Unusually many stories" in said
    assert "61 stories where 24 are usual (18 to 31); 41 of 44 feeds answered" in said
    assert "2 of 4 feeds answered" in said
    assert "BBC, reuters en 2 copies" in said
    assert "troops troop(|s)" in said
    page = client().get("/desk").text
    assert "<mark>North Korea</mark> fires <mark>ballistic</mark> <mark>missile</mark>" in page
    newest = page[page.index("The newest stories") :]
    assert newest.index("North Korea</mark> fires") < newest.index("/desk/stories/russian")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("북한군", {"korean"}),
        ("북한군은", {"korean"}),
        ("ракет", {"russian"}),
        ("ракета", {"russian"}),
        ("missil", {"missile", "missile-copy"}),
        ("MISSILE fires", {"missile", "missile-copy"}),
        ('"sanctions against"', {"sanction"}),
        ('"against sanctions"', set()),
        ("弾道", {"japanese"}),
        ("派遣军队", {"chinese"}),
        ("军派", set()),
        ("صاروخ", {"arabic"}),
        ("missile &publisher=reuters", {"missile"}),
        ("&publisher=reuters&publisher=bbc", {"missile", "missile-copy"}),
        ("&publisher=nobody", set()),
        ("missile &leads=1", {"missile-copy"}),
        ("***", None),
    ],
)
def test_search_finds_words_by_their_beginnings(client: Client, query: str, found: set[str] | None) -> None:
    text, _, more = query.partition("&")
    page = client().get(f"/desk/search?q={quote(text)}{'&' + more if more else ''}")
    links = {value for tag, name, value in read(page.text).attributes if tag == "a" and name == "href"}
    articles = {
        link.removeprefix("https://news.example/") for link in links if link.startswith("https://news.example/")
    }
    if found is None:
        assert len(articles) >= 10
    else:
        assert articles == found


def test_search_keeps_its_state_in_its_address(client: Client) -> None:
    page = read(client().get("/desk/search?q=missile&tag=military&lang=en&span=7d&leads=1").text)
    links = [value for tag, name, value in page.attributes if tag == "a" and name == "href"]
    assert "/desk/search?q=missile&span=7d&leads=1&lang=en" in links, "takes the tag away again"
    assert ("input", "value", "missile") in page.attributes
    marked = client().get("/desk/search?q=missile").text
    assert "<mark>missile</mark>" in marked


def test_a_story_shows_copies_thread_revisions_evidence_and_alerts(client: Client) -> None:
    page = client().get("/desk/stories/missile-copy").text
    said = words(page)
    assert "2 copies" in said
    assert "Earlier: North Korea fires ballistic missile" in said
    assert "Military news" in said
    assert "Россия и КНДР" in said[said.index("Its thread") :] or "北朝鮮" in said[said.index("Its thread") :]
    assert '<h3 lang="en" dir="auto">' in page
    arabic = client().get("/desk/stories/arabic").text
    assert '<h1 lang="ar" dir="rtl">' in arabic


def test_publishers_are_called_by_their_names(client: Client, filled: Filled, tmp_path: Path) -> None:
    shown = client().get("/desk/stories/korean").text
    assert "Yonhap News Agency" in shown
    assert "Yonhap News Agency" in client().get("/desk/search?q=쿠르스크").text
    broken = Path(shutil.copytree(filled.config, tmp_path / "config"))
    (broken / "feeds.yaml").write_text("feeds: [")
    assert "yonhap" in make_client(filled.store.namespace, broken, "uma").get("/desk/stories/korean").text


@pytest.mark.parametrize("path", ["/items/missile", "/stories/missile"])
def test_an_item_leads_to_its_story(client: Client, path: str) -> None:
    answer = client().get(f"/desk{path}")
    assert (answer.status_code, answer.headers["location"]) == (303, "/desk/stories/missile-copy#missile")


@pytest.mark.parametrize("name", ["unknown", "x" * 3000, "a%2Fb%00c", "%F0%9F%92%A3"])
@pytest.mark.parametrize("kind", ["stories", "items", "alerts"])
def test_an_unknown_id_is_said_in_a_sentence(client: Client, kind: str, name: str) -> None:
    answer = client().get(f"/desk/{kind}/{name}")
    assert answer.status_code == 404
    assert "Nothing is known of" in words(answer.text)


def test_an_alert_tells_why_it_did_or_did_not_reach_anybody(client: Client) -> None:
    said = words(client().get("/desk/alerts/tag-spike%2Fmilitary").text)
    assert "began critical" in said
    assert "told to folder" in said
    assert "a match was sent : it was sent" in said
    assert "firing to folder: sent after 1 try" in said


def test_feeds_are_sorted_by_trouble_with_a_reason(client: Client, filled: Filled) -> None:
    page = client().get("/desk/feeds").text
    said = words(page)
    order = [said.index(text) for text in ("410 Gone", "broken", "damaged", "good")]
    assert order == sorted(order)
    assert "no answer within 20 s" in said
    only = words(client().get("/desk/feeds?show=trouble").text)
    assert "good (not in the list)" not in only
    assert "broken" in only


def test_the_watch_list_tries_a_headline_and_tells_what_concepts_matched(client: Client) -> None:
    said = words(client().get("/desk/watchlist?try=North Korean troops reach Kursk").text)
    assert re.search(r"military 0\.\d\d yes .*troops \+\d", said)
    assert "out of scope" in words(client().get("/desk/watchlist?try=A quiet day").text).lower()
    assert "North Korean troops reach Kursk" in words(client().get("/desk/watchlist/troops").text)


def test_a_digest_is_shown_as_it_was_sent_and_runs_nothing(client: Client) -> None:
    listed = client().get("/desk/digests").text
    assert "News digest, yesterday" in words(listed)
    (name,) = re.findall(r'href="/desk/digests/([0-9a-f]{32})"', listed)
    assert f'src="/desk/digests/{name}/mail"' in client().get(f"/desk/digests/{name}").text
    for path in (f"{name}/mail", "preview/morning/mail"):
        mail = client().get(f"/desk/digests/{path}")
        assert mail.status_code == 200
        assert "North Korea fires ballistic missile" in words(mail.text)
        assert "sandbox" in mail.headers["content-security-policy"]
        assert "script-src" not in mail.headers["content-security-policy"]
    dark, light = (client().get(f"/desk/digests/{name}/mail?theme={theme}").text for theme in ("dark", "light"))
    assert ("@media all" in dark, "color-scheme: dark;" in dark) == (True, True)
    assert ("@media not all" in light, "color-scheme: light;" in light) == (True, True)
    for path in ("nothing", "nothing/mail", "preview/nothing", "x" * 600):
        assert client().get(f"/desk/digests/{path}").status_code == 404


@pytest.mark.parametrize(
    ("path", "status", "sentence"),
    [
        ("/search?q=" + "a" * 501, 400, "at most 500 characters"),
        ("/search?q=" + "a" * 60_000, 414, "at most 500 characters"),
        ("/search?page=0", 400, "There are pages 1 to 500"),
        ("/search?page=x", 400, "There are pages 1 to 500"),
        ("/search?page=501", 400, "narrow the search"),
        ("/silence?for=9y", 400, "A silence lasts"),
        ("/watchlist?try=" + "a" * 2001, 400, "at most 2,000 characters"),
        ("/watchlist/nothing", 404, "no concept nothing"),
    ],
)
def test_bad_input_is_answered_with_a_sentence(client: Client, path: str, status: int, sentence: str) -> None:
    answer = client().get(f"/desk{path}")
    assert answer.status_code == status
    assert sentence in words(answer.text)
    assert "Traceback" not in answer.text


@pytest.mark.parametrize(
    "path", [*VIEWS, *PICTURES, "/static/desk.css", "/static/desk.js", "/static/icon.svg", "/no", "/../docs"]
)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"])
def test_without_a_session_every_path_leads_to_the_login(client: Client, path: str, method: str) -> None:
    answer = client(None).request(method, f"/desk{path}")
    assert answer.status_code == 401
    if method != "HEAD":
        assert "session has ended" in words(answer.text)
        assert '<a href="/auth/login?next=http://desk.test/' in answer.text


@pytest.mark.parametrize("path", ["/openapi.json", "/docs", "/redoc"])
def test_nothing_tells_how_the_application_is_made(client: Client, path: str) -> None:
    assert client().get(path).status_code == 404
    assert client(None).get(path).status_code == 401


def test_an_empty_namespace_says_what_to_wait_for(filled: Filled) -> None:
    empty = make_client("nwtest-empty", filled.config, "uma")
    for path, sentence in {
        "": "Nothing is firing.",
        "/search": "No items yet",
        "/search?q=x": "Nothing is stored that fits",
        "/alerts": "No alert yet",
        "/watchlist": "matched in the last seven days",
        "/silence?match=tag%3Dx": "Nothing would have been muted",
        "/digests/preview/morning/mail": "Nothing on the watch-list was reported",
    }.items():
        answer = empty.get(f"/desk{path}")
        assert answer.status_code == 200, words(answer.text)
        assert sentence in words(answer.text)


def test_a_store_that_is_away_is_said_and_nothing_is_lost(filled: Filled, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ELASTICSEARCH_URL", "http://127.0.0.1:9")
    away = make_client(filled.store.namespace, filled.config, "uma")
    for path in (*(view for view in VIEWS if "preview" not in view), *PICTURES):
        answer = away.get(f"/desk{path}")
        assert answer.status_code == 503, path
        assert "Nothing answers at http://127.0.0.1:9" in words(answer.text)


def test_a_store_that_never_answers_is_said_within_the_time_of_one_request(
    filled: Filled, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(setup, "PATIENCE", 0.5)
    # a store of its own would wait longer than the desk's
    monkeypatch.delattr(jobs, "open_store")
    paths = [view for view in VIEWS if "preview" not in view]
    paths += [*PICTURES, "/digests/some/mail", "/digests/preview/morning/mail"]
    # connections are taken by the system, and nobody ever answers them
    with socket.create_server(("127.0.0.1", 0), backlog=100) as server, ThreadPoolExecutor(len(paths)) as pool:
        monkeypatch.setenv("ELASTICSEARCH_URL", f"http://127.0.0.1:{server.getsockname()[1]}")
        slow = make_client(filled.store.namespace, filled.config, "uma")
        asked = {path: pool.submit(slow.get, f"/desk{path}") for path in paths}
        answers = {path: one.result(timeout=200) for path, one in asked.items()}
    for path, answer in answers.items():
        assert (answer.status_code, path) == (503, path)
        assert "did not answer in time" in words(answer.text)


def test_an_item_that_comes_in_changes_the_page(client: Client, filled: Filled) -> None:
    first = client().get("/desk")
    store = filled.store
    documents.refresh(store, store.index("items"))
    index = documents.search(store, store.index("items"), {"size": 1})["hits"]["hits"][0]["_index"]
    source = documents.get(store, index, "troops")
    assert source is not None
    later = {**source.source, "title": "Fresh news", "evidence": [], "story": {"id": "fresh", "lead": True}}
    documents.create(store, index, "fresh", {**later, "@timestamp": (NOW - timedelta(seconds=5)).isoformat()})
    documents.refresh(store, store.index("items"))
    again = client().get("/desk", headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 200
    assert "Fresh news" in again.text
