"""Parts of a poll in processes of their own: what they bring arrives, whoever fails, and none is left behind."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from newswatch.errors import NewswatchError, StoreError
from newswatch.model.feed import FeedState
from newswatch.pipeline.apart import Settle, apart

PLUGINS = Path(__file__).parent.parent.parent / "plugins"
PARTS = [["a", "b"], ["c"], ["d"]]


def state(name: str) -> FeedState:
    return FeedState(name, "", "")


def work(part: Sequence[str], settle: Settle) -> int:
    settle([state(name) for name in part])
    if "c" in part:
        raise StoreError("the store is full")
    return os.getpid()


def dying(part: Sequence[str], settle: Settle) -> int:
    settle([state(name) for name in part])
    if "a" in part:
        os.kill(os.getpid(), signal.SIGKILL)
    return os.getpid()


def test_each_part_has_a_process() -> None:
    seen: list[FeedState] = []
    pids = apart([["a", "b"], ["d"]], work, seen.extend)
    assert len({*pids, os.getpid()}) == 3
    assert sorted(one.feed for one in seen) == ["a", "b", "d"]


@pytest.mark.parametrize(
    ("doing", "said"),
    [(work, "^the store is full$"), (dying, r"^a part of the poll ended early \(SIGKILL\); the next poll asks")],
)
def test_one_that_fails_leaves_the_others_their_work(doing: object, said: str) -> None:
    seen: list[FeedState] = []
    with pytest.raises(NewswatchError, match=said):
        apart(PARTS, doing, seen.extend)  # type: ignore[arg-type]
    assert sorted(one.feed for one in seen) == ["a", "b", "c", "d"]


def test_states_that_are_refused_do_not_stop_the_rest() -> None:
    seen: list[str] = []

    def settle(states: list[FeedState]) -> None:
        seen.extend(one.feed for one in states)
        if "d" in seen:
            raise StoreError("the state could not be kept")

    with pytest.raises(StoreError, match="could not be kept"):
        apart([["d"], ["a"], ["b"]], work, settle)
    assert sorted(seen) == ["a", "b", "d"]


def test_none_holds_a_connection_that_another_opened() -> None:
    """As when the server of the feeds runs in this process: what it closes must be closed."""
    listener = socket.create_server(("127.0.0.1", 0))
    accepted: list[socket.socket] = []

    def serve() -> None:
        for _ in range(8):
            accepted.append(listener.accept()[0])

    def connecting(part: Sequence[str], settle: Settle) -> set[int]:
        held = {os.fstat(int(fd)).st_ino for fd in os.listdir("/proc/self/fd") if Path(f"/proc/self/fd/{fd}").exists()}
        socket.create_connection(listener.getsockname())
        return held

    serving = threading.Thread(target=serve)
    serving.start()
    held = set().union(*apart([[str(number)] for number in range(8)], connecting, print))
    serving.join()
    assert held.isdisjoint(os.fstat(one.fileno()).st_ino for one in accepted)
    for one in (listener, *accepted):
        one.close()


# a shell's background jobs, and so what they start, have Ctrl-C switched off
SLEEPING = """
import os, signal, time
signal.signal(signal.SIGINT, signal.default_int_handler)
from newswatch.model.feed import FeedState
from newswatch.pipeline.apart import apart

def work(part, settle):
    settle([FeedState(str(os.getpid()), "", "")])
    time.sleep(60)

try:
    apart([["a"], ["b"]], work, lambda states: print(states[0].feed, flush=True))
except KeyboardInterrupt:
    print("stopped", flush=True)
"""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_parts_end_with_the_process_that_started_them(how: signal.Signals) -> None:
    """Killed outright, or by Ctrl-C, which reaches the whole group."""
    started = subprocess.Popen(
        [sys.executable, "-c", SLEEPING],
        env={**os.environ, "PYTHONPATH": str(PLUGINS)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert started.stdout is not None
    with contextlib.ExitStack() as left:
        left.callback(started.wait)
        left.callback(started.kill)
        pids = [int(started.stdout.readline()) for _ in range(2)]
        if how is signal.SIGINT:
            os.killpg(started.pid, how)
        else:
            started.kill()
        said, complaints = started.communicate(timeout=20)
    assert (said, complaints) == ("stopped\n" if how is signal.SIGINT else "", "")
    end = time.monotonic() + 10
    while any(_runs(pid) for pid in pids) and time.monotonic() < end:
        time.sleep(0.05)
    assert not any(_runs(pid) for pid in pids)


def _runs(pid: int) -> bool:
    """Whether the process is there and no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
