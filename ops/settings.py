"""The state folder, and the two files of settings in it (mode 600)."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def home() -> Path:
    """``NEWSWATCH_HOME``, else ``.newswatch`` in the repository."""
    return Path(os.environ.get("NEWSWATCH_HOME") or ROOT / ".newswatch").resolve()


def read(file: Path) -> dict[str, str]:
    """``KEY=VALUE`` lines; blank lines and those that begin with # are skipped."""
    if not file.exists():
        return {}
    pairs = (line.split("=", 1) for line in file.read_text().splitlines() if "=" in line and not line.startswith("#"))
    return {key.strip(): value.strip() for key, value in pairs}


def update(file: Path, values: dict[str, str]) -> None:
    """Set ``values`` in the file, keep every other line as it is; only its owner may read it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    lines = file.read_text().splitlines() if file.exists() else []
    kept = [line for line in lines if line.split("=", 1)[0].strip() not in values]
    write(file, "\n".join([*kept, *(f"{key}={value}" for key, value in values.items())]) + "\n")


def write(file: Path, text: str) -> None:
    """Replace the file at once, mode 600 from the start."""
    file.parent.mkdir(parents=True, exist_ok=True)
    new = file.with_name(f"{file.name}.new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.write(text)
    new.replace(file)
