"""``newswatch check``: all configuration, before anything runs."""

from __future__ import annotations

from pathlib import Path

import typer

from newswatch import jobs
from newswatch.cli import common


def register(app: typer.Typer) -> None:
    """Put the command on ``app``."""
    app.command("check")(check)


def check(config: common.Config = None) -> None:
    """Check every file of the configuration: types, names, timers, and the watch-list's own sentences."""
    for line in check_all(jobs.Where(config=config).folder):
        typer.echo(line)


def check_all(folder: Path) -> list[str]:
    """One line per file that is right. Raises ConfigError (file, line, key) at the first that is not."""
    from newswatch.config import everything
    from newswatch.config.watchlist import check_watchlist

    check_watchlist(folder)
    found = everything.load(folder)
    return [f"{name}: {said}" for name, said in found.summary()]
