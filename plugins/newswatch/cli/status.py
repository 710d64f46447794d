"""``newswatch status``: the store, the feeds, the items and the deliveries at a glance."""

from __future__ import annotations

import typer

from newswatch import jobs
from newswatch.cli import common


def register(app: typer.Typer) -> None:
    """Put the command on ``app``."""
    app.command("status")(status)


def status(namespace: common.Namespace = "newswatch", json: common.Json = False) -> None:
    """Show how things stand. Exit code 1 when Elasticsearch cannot be used."""
    from newswatch.pipeline.status import lines, read

    found = read(jobs.open_store(namespace))
    if json:
        common.emit([found])
        return
    for line in lines(found):
        typer.echo(line)
