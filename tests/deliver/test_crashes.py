"""A crash, or a fault of the store, at every request and every message: everybody hears everything once.

The one window in which a message may come twice, between its acceptance and its mark, is proven to be the only one.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import pytest
from elastic_transport import ApiResponseMeta, ConnectionTimeout, HttpHeaders, NodeConfig, TransportApiResponse

from newswatch.errors import StoreError
from newswatch.index.client import Store
from tests.deliver.conftest import Mailbox, Service
from tests.deliver.harness import ANN, MINUTE, OPS, POSTED, Crash, Newsroom, Trap, trapped_store

STEP = timedelta(minutes=20)
#: requests of detection and of the look at newswatch itself come first; their own tests prove them
DETECTION = 9
#: a run makes some thirty requests; a loaded machine takes a tenth of a second for each
pytestmark = pytest.mark.timeout(1200)


@pytest.fixture
def room(store: Store, smtp: Mailbox, service: Service, hook: Service, monkeypatch: pytest.MonkeyPatch) -> Newsroom:
    service.answers = [POSTED]
    made = Newsroom(store, smtp, service, hook, to=(ANN, OPS))
    trapped_store(store, lambda: made.trap, monkeypatch)
    made.watch(made.start - MINUTE)
    return made


def run_of(room: Newsroom, now: datetime) -> list[str]:
    """The requests and messages of a run with one message for everybody."""
    room.event(f"measure{room.name}", now)
    room.trap = trap = Trap()
    room.watch(now)
    return trap.log


def again(room: Newsroom, name: str, now: datetime, copies: int = 1) -> None:
    """Runs, a minute apart, as the DAG would go on, until everybody heard."""
    room.trap = Trap()
    for number in range(1, 5):
        room.watch(now + number * MINUTE)
        if all(len(room.heard(name)[to]) >= copies for to in room.to):
            return


def once_each(room: Newsroom, name: str, trap: Trap) -> int:
    """Everybody heard of it once; twice only in the window, and then the same. Returns how many heard it twice."""
    where = f"{name}: struck at {trap.at} ({trap.struck})"
    heard = {to: room.heard(name)[to] for to in room.to}
    for to, copies in heard.items():
        assert copies, f"{to} heard nothing of {where}"
        assert len(set(copies)) == 1, f"{to} heard different things of {where}"
        assert len(copies) == 1 or (trap.unmarked and len(copies) == 2), f"{to} heard {len(copies)} times of {where}"
    return sum(len(copies) - 1 for copies in heard.values())


def test_a_crash_between_any_two_writes(room: Newsroom) -> None:
    """A crash before a request is a crash after the one before it: nothing but pure code lies between."""
    now, struck = room.start, {}
    log = run_of(room, now)
    for at in range(DETECTION, len(log)):
        now += STEP
        name = f"crash{at}{room.name}"
        room.event(name, now)
        room.trap = struck[name] = Trap(at)
        with pytest.raises(Crash):
            room.watch(now)
        again(room, name, now)
    room.watch(now + STEP)
    twice = sum(once_each(room, name, trap) for name, trap in struck.items())
    assert twice, "the window between acceptance and mark is there"


def test_a_crash_while_a_recovery_is_told(room: Newsroom) -> None:
    room.to = (ANN,)
    names = [f"spike{number}{room.name}" for number in range(30)]
    for name in names:
        room.state(name, room.start)
    room.watch(room.start)
    now, struck = room.start, {}
    for at, name in enumerate(names, DETECTION):
        now += STEP
        room.state(name, now, over=False, start=room.start)
        room.trap = trap = Trap(at)
        try:
            room.watch(now)
        except Crash:
            struck[name] = trap
        again(room, name, now, 2)
    assert len(struck) > 20
    for name, trap in struck.items():
        firing, *recovered = room.heard(name)[ANN]
        where = f"{name}: struck at {trap.at} ({trap.struck})"
        assert len(set(recovered)) == 1, where
        assert firing not in recovered, where
        assert len(recovered) == 1 or trap.unmarked, where


def answer(code: int, body: Any) -> Any:
    kind = "text/html" if isinstance(body, str) else "application/json"
    headers = HttpHeaders({"content-type": kind, "x-elastic-product": "Elasticsearch"})
    return TransportApiResponse(ApiResponseMeta(code, "1.1", headers, 0.1, NodeConfig("http", "127.0.0.1", 9200)), body)


def timeout() -> Any:
    raise ConnectionTimeout("timed out")


BLOCK = {"error": {"type": "cluster_block_exception", "reason": "index [x] blocked by: [FORBIDDEN/12/index read-only"}}
BUSY = {"error": {"type": "es_rejected_execution_exception", "reason": "rejected"}}
FAULTS: dict[str, Callable[[], Any]] = {
    "busy": lambda: answer(429, BUSY),
    "unavailable": lambda: answer(503, {"error": "down"}),
    "full": lambda: answer(403, BLOCK),
    "timeout": timeout,
    "page": lambda: answer(200, "<html>proxy</html>"),
    "no-page": lambda: answer(404, "<html>not here</html>"),
}


def test_a_fault_of_the_store_at_any_request(room: Newsroom) -> None:
    """Each request meets one of the faults; a timeout comes after the request was applied."""
    log = run_of(room, room.start)
    strike(room, [(at, "", list(FAULTS)[at % len(FAULTS)]) for at in range(DETECTION, len(log))])


def test_any_fault_of_the_store_at_the_mark(room: Newsroom) -> None:
    """Read again, then marked: the message was accepted, and is not sent again."""
    strike(room, [(2, "send slack", fault) for fault in FAULTS])


def strike(room: Newsroom, places: list[tuple[int, str, str]]) -> None:
    """Runs that meet a fault at a place, and what everybody heard in the end."""
    now, struck = room.start, {}
    for at, after, fault in places:
        now += STEP
        name = f"{fault}{at}at{len(struck)}{room.name}"
        room.event(name, now)
        room.trap = struck[name] = Trap(at, fault != "timeout", FAULTS[fault], after)
        with suppress(StoreError):
            room.watch(now)
        again(room, name, now)
    room.watch(now + STEP)
    for name, trap in struck.items():
        trap.unmarked = False
        once_each(room, name, trap)
