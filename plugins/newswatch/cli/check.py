"""``newswatch check``: all configuration, before anything runs."""

from __future__ import annotations

from pathlib import Path

import typer

from newswatch import jobs
from newswatch.cli import common


def register(app: typer.Typer) -> None:
    """Put the command on ``app``."""
    app.command("check")(check)


def check(config: common.Config = None, json: common.Json = False) -> None:
    """Check every file of the configuration: types, names, timers, and the watch-list's own sentences."""
    found = check_all(jobs.Where(config=config).folder)
    if json:
        common.emit({"file": name, "holds": said} for name, said in found)
        return
    for name, said in found:
        typer.echo(f"{name}: {said}")


def check_all(folder: Path) -> list[tuple[str, str]]:
    """File → what stands in it. Raises ConfigError (file, line, key) at the first that is not right."""
    from newswatch.config import everything
    from newswatch.config.watchlist import check_watchlist

    check_watchlist(folder)
    return everything.load(folder).summary()
