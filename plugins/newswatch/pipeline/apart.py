"""Parts of one poll in processes of their own, so that each may use a core; forked, so that they share the watch-list.

A part that fails, or is killed, leaves the others their work. Parts end with the process that started them.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any

from newswatch.errors import NewswatchError
from newswatch.model.feed import FeedState

#: seconds for which a thread may go on while another waits: a tenth less CPU an item than by default
SWITCH = 0.05
Settle = Callable[[list[FeedState]], None]
Work = Callable[[Sequence[str], Settle], Any]


def apart(parts: Sequence[Sequence[str]], work: Work, settle: Settle) -> list[Any]:
    """What ``work`` makes of each part, in a process per part; the states that it settles come to ``settle`` here.

    Nothing may hold a lock or run a loop meanwhile in this process. Raises NewswatchError when a part met one, or
    ended before it was done, once the others are through.
    """
    results: list[Any] = []
    errors: list[NewswatchError] = []
    with _started(parts, work) as running:
        while running:
            for pipe in wait(list(running)):
                assert isinstance(pipe, Connection)
                message = _message(pipe, running[pipe])
                if isinstance(message, list):
                    try:
                        settle(message)
                    except NewswatchError as error:
                        errors.append(error)
                else:
                    del running[pipe]
                    (errors if isinstance(message, NewswatchError) else results).append(message)
    if errors:
        raise errors[0]
    return results


def _message(pipe: Connection, process: BaseProcess) -> Any:
    """What a part says next: states, and at last its result or the error that it met."""
    try:
        return pipe.recv()
    except (EOFError, OSError):
        process.join()
    code = process.exitcode or 0
    how = signal.Signals(-code).name if code < 0 else f"exit code {code}"
    return NewswatchError(f"a part of the poll ended early ({how}); the next poll asks its feeds again")


@contextmanager
def _started(parts: Sequence[Sequence[str]], work: Work) -> Iterator[dict[Connection, BaseProcess]]:
    """The processes by the pipes that lead to them; none outlives this."""
    context = multiprocessing.get_context("fork")
    started: dict[Connection, BaseProcess] = {}
    try:
        for _ in parts:
            here, there = context.Pipe()
            process: BaseProcess = context.Process(target=_part, args=(work, there), daemon=True)
            process.start()
            there.close()
            started[here] = process
        # only now, so that none inherits a connection that another one's requests opened
        for pipe, part in zip(started, parts, strict=True):
            pipe.send(part)
        yield dict(started)
    finally:
        for process in started.values():
            process.terminate()
            process.join()


def _part(work: Work, pipe: Connection) -> None:
    """Work off what the pipe brings. Ctrl-C reaches the whole group: the process that started this one ends it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    # the thread that parses and tags is interrupted less often by the one that fetches (0.005 by default)
    sys.setswitchinterval(SWITCH)
    # what was there before is not looked through for garbage, which would copy it
    gc.freeze()
    try:
        pipe.send(work(pipe.recv(), pipe.send))
    except NewswatchError as error:
        pipe.send(error)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)
