"""Processes that outlive the command that started them: remembered by pid and start time, ended by exactly those."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

# processes that this very process started: kept so that their end can be collected
_OURS: dict[int, subprocess.Popen[bytes]] = {}


@dataclass(frozen=True)
class Processes:
    """The processes of one state folder. ``folder`` holds ``pids/NAME.json`` and ``logs/NAME.log``."""

    folder: Path

    def start(self, name: str, command: Sequence[str], env: Mapping[str, str], cwd: Path) -> int:
        """Start ``command`` in a session of its own, its output in the log, and remember it. Returns the pid."""
        for pid in [pid for pid, one in _OURS.items() if one.poll() is not None]:
            del _OURS[pid]
        self._sweep(name)
        log = self.log(name)
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as out:
            process = subprocess.Popen(
                command,
                env=dict(env),
                cwd=cwd,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )
        _OURS[process.pid] = process
        note = self._note(name)
        note.parent.mkdir(parents=True, exist_ok=True)
        note.write_text(json.dumps({"pid": process.pid, "started": psutil.Process(process.pid).create_time()}))
        return process.pid

    def running(self, name: str) -> psutil.Process | None:
        """The process that was started under ``name``, when it is still that one and alive."""
        try:
            note = json.loads(self._note(name).read_text())
            process = psutil.Process(note["pid"])
        except (OSError, ValueError, KeyError, psutil.NoSuchProcess):
            return None
        ours = abs(process.create_time() - note["started"]) < 1
        return process if ours and process.status() != psutil.STATUS_ZOMBIE else None

    def stop(self, name: str, patience: float = 40) -> bool:
        """End it and its children: TERM, then KILL for what is left. True when there was something to end."""
        process = self.running(name)
        if process is not None:
            family = [process, *_children(process)]
            with contextlib.suppress(psutil.NoSuchProcess):
                process.send_signal(signal.SIGTERM)
            _, alive = psutil.wait_procs(family, timeout=patience)
            for one in alive:
                with contextlib.suppress(psutil.NoSuchProcess):
                    one.kill()
            psutil.wait_procs(family, timeout=10)
            _reap(process.pid)
        self._sweep(name)
        self._note(name).unlink(missing_ok=True)
        return process is not None

    def log(self, name: str) -> Path:
        """Where the process writes."""
        return self.folder / "logs" / f"{name}.log"

    def names(self) -> list[str]:
        """What was started and not yet stopped."""
        return sorted(note.stem for note in (self.folder / "pids").glob("*.json"))

    def _sweep(self, name: str) -> None:
        """End what is left of a process that has ended: each leads a session, and some workers outlive their leader."""
        try:
            leader = json.loads(self._note(name).read_text())["pid"]
        except (OSError, ValueError, KeyError):
            return
        if not _alive(leader):
            for one in _session(leader):
                with contextlib.suppress(psutil.NoSuchProcess):
                    one.kill()

    def _note(self, name: str) -> Path:
        return self.folder / "pids" / f"{name}.json"


def tail(log: Path, lines: int = 12) -> str:
    """The last lines of a log, for an error message."""
    try:
        return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
    except OSError:
        return ""


def _children(process: psutil.Process) -> list[psutil.Process]:
    try:
        return process.children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def _alive(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def _session(leader: int) -> list[psutil.Process]:
    found = []
    for one in psutil.process_iter():
        with contextlib.suppress(ProcessLookupError):
            if os.getsid(one.pid) == leader:
                found.append(one)
    return found


def _reap(pid: int) -> None:
    """Collect our own child, so that no zombie is left when the same process started and stopped it."""
    ours = _OURS.pop(pid, None)
    if ours is not None:
        ours.wait(timeout=10)
