"""Parts of the suite that need something of the system: they run when it is there and are listed when it is not."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path


def _initdb() -> str | None:
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return str(installed[-1]) if installed else shutil.which("initdb")


# what a part may need → where it is, or None
FOUND: dict[str, Callable[[], str | None]] = {
    "javac": lambda: shutil.which("javac"),
    "chromium": lambda: shutil.which("chromium"),
    "redis": lambda: shutil.which("redis-server"),
    "postgresql": _initdb,
}


def missing(*names: str) -> list[str]:
    """Which of ``names`` this machine lacks. Raises KeyError for a name that nobody knows."""
    return [name for name in names if FOUND[name]() is None]
