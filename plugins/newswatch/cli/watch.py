"""``newswatch watch`` and ``drill``: a run of the alert life cycle, and the canary."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import Annotated

import typer

from newswatch import jobs
from newswatch.cli import common


def register(app: typer.Typer) -> None:
    """Put the commands on ``app``."""
    app.command("watch")(watch)
    app.command("drill")(drill)


def watch(
    config: common.Config = None,
    namespace: common.Namespace = "newswatch",
    now: common.Now = None,
    json: common.Json = False,
) -> None:
    """Detect, decide and deliver once, as the watch DAG does every minute."""
    where = jobs.Where(namespace, config)
    report = jobs.watch(where, common.clock(now), lambda: common.clock(now))
    if json:
        common.emit([asdict(report)])
        return
    typer.echo(
        f"{report.signals} signals, {report.messages} messages decided; "
        f"{report.sent} sent, {report.waiting} to be tried again, {report.failed} refused."
    )


def drill(
    local: Annotated[bool, typer.Option("--local", help="Without Airflow, right here.")] = False,
    config: common.Config = None,
    namespace: common.Namespace = "newswatch",
) -> None:
    """Send a canary article the whole way, from a loopback feed to the folder channel."""

    def say(text: str) -> None:
        sys.stderr.write(f"  … {text}\n")

    api = None if local else jobs.airflow_api()
    for line in jobs.drill(jobs.Where(namespace, config), say, lambda: common.clock(None), api):
        typer.echo(line)
