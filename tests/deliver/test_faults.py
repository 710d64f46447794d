"""Everything that a mail server, Slack or a webhook may answer: the others are told, and what failed says why."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from threading import Event
from typing import Any

import pytest

from newswatch.index import documents
from newswatch.index.client import Store
from newswatch.model.alert import LifeCycle, Route, RuleTimers
from newswatch.model.envelope import Envelope
from newswatch.pipeline import send
from newswatch.pipeline.status import lines, read
from tests.deliver.conftest import Mailbox, Service
from tests.deliver.harness import ANN, BOB, HOOK, MINUTE, OPS, POSTED, Newsroom

JSON = {"Content-Type": "application/json"}
SECRETS = ("xoxb-secret-token", "s3cret")


@pytest.fixture
def room(store: Store, smtp: Mailbox, service: Service, hook: Service) -> Newsroom:
    service.answers = [POSTED]
    hook.answers = [(202, {}, "")]
    made = Newsroom(store, smtp, service, hook)
    made.watch(made.start - MINUTE)
    return made


def found(room: Newsroom, index: str, query: dict[str, Any]) -> list[dict[str, Any]]:
    documents.refresh(room.store, room.store.index(index))
    hits: list[dict[str, Any]] = documents.search(room.store, room.store.index(index), {"query": query})["hits"]["hits"]
    return hits


def slack(code: int, body: Any, **headers: str) -> Callable[[Newsroom], None]:
    text = body if isinstance(body, str) else json.dumps(body)

    def script(room: Newsroom) -> None:
        room.slack.answers = [(code, {**JSON, **headers}, text), POSTED]

    return script


def hook_(code: int, **headers: str) -> Callable[[Newsroom], None]:
    def script(room: Newsroom) -> None:
        room.hook.answers = [(code, headers, ""), (202, {}, "")]

    return script


def smtp_(**given: Any) -> Callable[[Newsroom], None]:
    def script(room: Newsroom) -> None:
        for name, value in given.items():
            setattr(room.box, name, value)

    return script


def mended(room: Newsroom) -> None:
    box = room.box
    box.mail = box.rcpt = box.data = "250 OK"
    box.refused, box.hangs, box.drops = {}, set(), set()


# fault, who does not hear of it at first, what is said of it, whether it is for good
FAULTS: dict[str, tuple[Callable[[Newsroom], None], tuple[str, ...], str, bool]] = {
    "smtp-450-one": (smtp_(refused={"ann@ops.example": "450 busy"}), (ANN,), "450 busy", False),
    "smtp-550-one": (smtp_(refused={"ann@ops.example": "550 no such user"}), (ANN,), "550 no such user", True),
    "smtp-hang": (smtp_(hangs={"ann@ops.example"}), (ANN,), "did not take", False),
    "smtp-drop": (smtp_(drops={"ann@ops.example"}), (ANN,), "did not take", False),
    "smtp-mail-451": (smtp_(mail="451 later"), (ANN, BOB), "451 later", False),
    "smtp-mail-553": (smtp_(mail="553 not you"), (ANN, BOB), "553 not you", True),
    "smtp-mail-530": (smtp_(mail="530 log in first"), (ANN, BOB), "530 log in first", False),
    "smtp-data-451": (smtp_(data="451 later"), (ANN, BOB), "451 later", False),
    "smtp-data-554": (smtp_(data="554 spam"), (ANN, BOB), "554 spam", True),
    "slack-429": (
        slack(429, {"ok": False, "error": "ratelimited"}, **{"Retry-After": "90"}),
        (OPS,),
        "slow down",
        False,
    ),
    "slack-500": (slack(500, "oops"), (OPS,), "500", False),
    "slack-html": (slack(200, "<html>gateway</html>", **{"Content-Type": "text/html"}), (OPS,), "Slack", False),
    "slack-invalid-auth": (slack(200, {"ok": False, "error": "invalid_auth"}), (OPS,), "invalid_auth", False),
    "slack-channel": (slack(200, {"ok": False, "error": "channel_not_found"}), (OPS,), "channel_not_found", True),
    "slack-reset": (slack(0, ""), (OPS,), "Slack", False),
    "hook-503": (hook_(503, **{"Retry-After": "90"}), (HOOK,), "503", False),
    "hook-410": (hook_(410), (HOOK,), "410", True),
    "hook-reset": (hook_(0), (HOOK,), "webhook", False),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_others_are_told_and_the_fault_is_named(
    room: Newsroom, fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    script, missed, said, final = FAULTS[fault]
    caplog.set_level(logging.DEBUG)
    script(room)
    room.event(room.name, room.start)
    room.watch(room.start)
    took = {to: len(copies) for to, copies in room.heard(room.name).items()}
    if missed == (OPS,) or missed == (HOOK,):
        took |= {missed[0]: 0}  # its peer saw the request, and did not take it
    assert took == {to: int(to not in missed) for to in room.to}
    stands = room.outbox(room.name)
    for to in missed:
        assert stands[to]["state"] == ("failed" if final else "waiting")
    assert said in stands[missed[0]]["error"]
    shown = "\n".join(lines(read(room.store)))
    assert said in shown
    assert missed[0].partition(":")[0] in shown
    (entry,) = found(room, "ledger", {"term": {"alert": f"kw/{room.name}"}})
    assert said in entry["_source"]["channels"][missed[0]]
    assert entry["_source"]["word"] == "sent"
    letters = found(room, "dead-letter", {"range": {"@timestamp": {"gte": room.start.isoformat()}}})
    assert len(letters) == (len(missed) if final else 0)

    mended(room)
    for minutes in range(1, 5):
        room.watch(room.start + timedelta(minutes=minutes))
    for to, copies in room.heard(room.name).items():
        extra = 1 if to in (OPS, HOOK) and to in missed and not final else 0
        expected = (0 if to in (ANN, BOB) else 1) if final and to in missed else 1 + extra
        assert len(copies) == expected, to
        assert len(set(copies)) <= 1, "the same again"
    everything = caplog.text + json.dumps([stands, entry["_source"]]) + shown
    assert not any(secret in everything for secret in SECRETS)


def test_who_refused_the_firing_hears_no_recovery(room: Newsroom) -> None:
    room.box.refused = {"ann@ops.example": "451 later"}
    room.state(room.name, room.start)
    room.watch(room.start)
    room.state(room.name, room.start + MINUTE, over=False, start=room.start)
    room.watch(room.start + 5 * MINUTE)
    assert len(room.mails("bob@ops.example", room.name)) == 2
    assert room.mails("ann@ops.example", room.name) == [], "no recovery before its firing"
    room.box.refused = {"ann@ops.example": "550 gone"}
    for minutes in range(6, 12):
        room.watch(room.start + timedelta(minutes=minutes))
    room.box.refused = {}
    for minutes in range(12, 30):
        room.watch(room.start + timedelta(minutes=minutes))
    assert room.mails("ann@ops.example", room.name) == []
    assert room.outbox(room.name)[ANN]["state"] == "dropped"


def test_mails_thread_and_slack_has_one_message_per_alert(room: Newsroom) -> None:
    room.state(room.name, room.start)
    room.watch(room.start)
    room.state(room.name, room.start + MINUTE, over=False, start=room.start)
    room.watch(room.start + 5 * MINUTE)
    # the namespace is shared, and newswatch may have something to tell about itself
    mine = [one for one in room.box.messages if room.name in one["Subject"]]
    first, second = [one for one in mine if one["To"] == "ann@ops.example"]
    assert second["References"] == second["In-Reply-To"] == first["Message-ID"]
    asked = [(path, body) for path, _, body in room.slack.requests if room.name in str(body)]
    assert [path for path, _ in asked] == ["/api/chat.postMessage", "/api/chat.update", "/api/chat.postMessage"]
    assert json.loads(asked[2][1])["thread_ts"] == "17.1"
    told, over = [json.loads(body) for _, body in room.hooks(room.name)]
    assert told["groupKey"] == over["groupKey"] == f"all/spike/{room.name}", "a receiver puts them together"
    assert (told["status"], over["status"]) == ("firing", "resolved")


def test_a_webhooks_group_goes_on_while_one_of_it_fires(room: Newsroom) -> None:
    one, other = f"one{room.name}", f"other{room.name}"
    route = Route("all", (HOOK,), group_by=("rule",), group_interval=5 * MINUTE)
    life = LifeCycle((route,), {"spike": RuleTimers(True)}, catch_up_after=timedelta(days=365))
    for name in (one, other):
        room.state(name, room.start)
    room.watch(room.start, life=life)
    for name, minutes in ((one, 1), (other, 6)):
        room.state(name, room.start + minutes * MINUTE, over=False, start=room.start)
        room.watch(room.start + (minutes + 4) * MINUTE, life=life)
    found = [json.loads(body) for _, body in room.hooks(room.name)]
    statuses = [(body["status"], [alert["status"] for alert in body["alerts"]]) for body in found]
    assert statuses == [("firing", ["firing", "firing"]), ("firing", ["resolved"]), ("resolved", ["resolved"])]
    assert {body["groupKey"] for body in found} == {"all/spike"}


class Dripping:
    """A channel whose peer never comes to an end."""

    def __init__(self) -> None:
        self.over = Event()

    def send(self, _: Envelope) -> dict[str, str]:
        self.over.wait(60)
        return {}


def test_a_peer_that_answers_drop_by_drop_is_left(room: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(send, "LONGEST", timedelta(milliseconds=200))
    drip, people = Dripping(), room.recipients
    room.event(room.name, room.start)
    room.watch(room.start, recipients={**people, HOOK: replace(people[HOOK], channel=drip)})
    drip.over.set()
    stands = room.outbox(room.name)
    assert (stands[HOOK]["state"], stands[OPS]["state"]) == ("waiting", "sent")
    assert "no answer within" in stands[HOOK]["error"]


def test_a_channel_that_cannot_be_reached_waits_as_a_whole_and_then_catches_up(room: Newsroom) -> None:
    port, room.box.port = room.box.port, 1
    for number in range(3):
        room.event(f"{number}{room.name}", room.start + number * MINUTE)
        room.watch(room.start + number * MINUTE)
    tries = [room.outbox(f"{number}{room.name}")[ANN]["attempts"] for number in range(3)]
    assert tries == [2, 0, 0], "one message a turn tries the door"
    room.box.port = port
    for minutes in range(3, 6):
        room.watch(room.start + timedelta(minutes=minutes))
    assert all(
        len(room.mails(f"{who}@ops.example", f"{n}{room.name}")) == 1 for who in ("ann", "bob") for n in range(3)
    )


def test_an_unknown_channel_and_a_missing_secret_hold_up_nobody(room: Newsroom) -> None:
    people = {name: one for name, one in room.recipients.items() if name != OPS}
    room.event(room.name, room.start)
    room.watch(room.start, recipients=people)
    assert {to: len(copies) for to, copies in room.heard(room.name).items()} == {ANN: 1, BOB: 1, HOOK: 1, OPS: 0}
    assert "no channel slack" in room.outbox(room.name)[OPS]["error"]
    room.watch(room.start + MINUTE)
    assert len(room.posts(room.name)) == 1
