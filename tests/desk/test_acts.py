"""Acknowledge, silence, test an address: who may, from where, and what a stale form gets."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import quote, urlencode

import pytest
from fastapi import Request
from fastapi.testclient import TestClient

from newswatch import jobs
from newswatch.desk.app import build
from newswatch.desk.setup import Desk
from tests.desk import world
from tests.desk.conftest import NOW, ROLES, Client, Filled
from tests.desk.world import HOSTILE

ACTS = ("acknowledge", "silences", "silences/end", "feeds/test")
SPIKE = "tag-spike/military"
LATER = NOW + timedelta(minutes=3)


def post(client: TestClient, act: str, *pairs: tuple[str, str], **headers: str) -> tuple[int, str]:
    answer = client.post(f"/desk/{act}", content=urlencode(pairs), headers=headers)
    return answer.status_code, " ".join(answer.text.split())


def token(client: TestClient, match: str, span: str = "2h") -> str:
    page = client.get(f"/desk/silence?match={quote(match)}&for={span}").text
    found = re.search(r'name="token" value="([^"]+)"', page)
    assert found, page
    return found[1]


@pytest.mark.parametrize("act", ACTS)
def test_a_viewer_who_posts_is_told_so(client: Client, act: str) -> None:
    status, said = post(client("vera"), act, ("alert", SPIKE), ("match", "tag=military"), ("url", "https://x.example"))
    assert (status, said[:40]) == (403, "Your role in Airflow may look, and not a")
    assert "<button>Acknowledge" not in client("vera").get("/desk").text
    assert "(reads only)" in client("vera").get("/desk").text


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://elsewhere.test"},
        {"Origin": "null"},
        {"Origin": ""},
        {"X-Newswatch": ""},
        {"Origin": "http://desk.test.elsewhere.test"},
    ],
)
def test_a_request_from_elsewhere_does_nothing(client: Client, act: str, headers: dict[str, str]) -> None:
    status, said = post(client(), act, ("alert", SPIKE), **headers)
    assert (status, said) == (
        403,
        "This did not come from the news desk, so nothing was done; reload the page and try again.",
    )


@pytest.mark.parametrize("act", ACTS)
def test_a_form_that_is_too_long_or_no_form_is_refused(client: Client, act: str) -> None:
    assert client().post(f"/desk/{act}", content=b"x=" + b"a" * 10_000_000).status_code == 413
    answer = client().post(f"/desk/{act}", content=b"\xff\xfe\x00")
    assert (answer.status_code, "reload the page" in answer.text) == (400, True)
    assert client().post(f"/desk/{act}", content="&".join(["x=1"] * 200)).status_code == 400


@pytest.mark.parametrize(
    ("act", "pairs", "status", "sentence"),
    [
        ("acknowledge", [("alert", "tag-spike/nothing")], 404, "Nothing is known of the alert"),
        ("acknowledge", [("alert", HOSTILE * 50)], 404, "Nothing is known of the alert"),
        ("acknowledge", [], 404, "Nothing is known of the alert"),
        ("silences", [], 400, "at least one matcher"),
        ("silences", [("match", "military")], 400, "a matcher looks like tag=military"),
        ("silences", [("match", "tag="), ("for", "2h")], 400, "a matcher looks like tag=military"),
        ("silences", [("match", "tag=x"), ("for", "9y")], 400, "A silence lasts"),
        ("silences", [("match", "tag=x"), ("for", "2h")], 409, "preview it again"),
        ("silences", [("match", "tag=x"), ("for", "2h"), ("token", "99999999999999.x")], 409, "preview it again"),
        ("silences/end", [("silence", "nothing")], 404, "no such silence"),
        ("silences/end", [], 404, "no such silence"),
        ("feeds/test", [("url", "not an address")], 400, "cannot be polled"),
        ("feeds/test", [("url", "file:///etc/passwd")], 400, "cannot be polled"),
    ],
)
def test_bad_input_is_answered_with_a_sentence(
    client: Client, act: str, pairs: list[tuple[str, str]], status: int, sentence: str
) -> None:
    found, said = post(client(), act, *pairs)
    assert (found, sentence.lower() in said.lower()) == (status, True), said
    assert "Traceback" not in said


def test_an_alert_is_acknowledged_by_the_next_watch_run(client: Client, filled: Filled) -> None:
    key = "any-military/missile-copy"
    status, said = post(client(), "acknowledge", ("alert", key))
    assert (status, said) == (200, "Acknowledged. It counts from the next watch run on, within a minute.")
    assert "uma took it on" in client().get(f"/desk/alerts/{quote(key, safe='')}").text
    world.watch(filled.store, filled.config, LATER)
    page = client(now=LATER).get(f"/desk/alerts/{quote(key, safe='')}").text
    assert "Acknowledged by uma." in page
    assert "<button>Acknowledge" not in page[page.index("<main") : page.index("The stories behind it")]
    status, said = post(client(), "acknowledge", ("alert", key))
    assert (status, said) == (409, "That alert is acknowledged already, by uma: nothing was left to do.")


def test_a_silence_is_previewed_made_and_ended(client: Client, filled: Filled) -> None:
    match = "rule=any-military severity=warning"
    page = client().get(f"/desk/silence?match={quote(match)}").text
    assert re.search(r"would have muted [3-9]\d? alerts", page)
    assert quote("any-military/missile-copy", safe="") in page
    assert "North Korea fires ballistic missile towards the East Sea</a>" in page
    fields = [("match", match), ("for", "4h"), ("comment", HOSTILE), ("token", token(client(), match))]
    status, said = post(client(), "silences", *fields)
    assert (status, said) == (
        200,
        "Silenced until 2026-03-02 16:07 UTC, from the next watch run on, within a minute.",
    )
    listed = client().get("/desk/alerts").text
    assert "rule=any-military severity=warning" in listed
    assert "<script>document" not in listed
    name = re.findall(r'name="silence" value="([^"]+)"', listed)
    ended = [post(client(), "silences/end", ("silence", one)) for one in name]
    assert {status for status, _ in ended} == {200}
    assert post(client(), "silences/end", ("silence", name[0])) == (409, "That silence has ended already.")
    assert 'value="' + name[0] not in client().get("/desk/alerts").text


def test_a_stale_silence_form_must_be_previewed_again(client: Client) -> None:
    seen = token(client(), "tag=military")
    fields = [("match", "tag=military"), ("for", "2h"), ("token", seen)]
    other = [("match", "tag=sanctions"), ("for", "2h"), ("token", seen)]
    assert post(client(), "silences", *other)[0] == 409
    status, said = post(client(now=NOW + timedelta(minutes=20)), "silences", *fields)
    assert (status, "preview it again" in said) == (409, True)
    assert post(client(now=NOW - timedelta(minutes=1)), "silences", *fields)[0] == 409
    assert post(client(now=NOW + timedelta(minutes=10)), "silences", *fields)[0] == 200


def test_an_address_is_tested_as_a_poll_would(filled: Filled, client: Client, feed_server: str) -> None:
    status, said = post(client(), "feeds/test", ("url", f"{feed_server}/feed.xml"))
    assert status == 200
    assert "The host leads to a loopback address." in said
    allowed = jobs.Where(filled.store.namespace, filled.config, allow=(feed_server.removeprefix("http://"),))

    def guard(request: Request) -> None:
        request.state.person = ROLES["uma"]

    desk = Desk(allowed, lambda: NOW, lambda back: back)
    open_ = TestClient(
        build(desk, guard), base_url="http://desk.test", headers={"Origin": "http://desk.test", "X-Newswatch": "desk"}
    )
    status, said = post(open_, "feeds/test", ("url", f"{feed_server}/feed.xml"))
    assert (status, "2 items would be stored" in said, "part 1" in said) == (200, True, True), said
    status, said = post(open_, "feeds/test", ("url", f"{feed_server}/gone"))
    assert (status, "404" in said) == (200, True), said
