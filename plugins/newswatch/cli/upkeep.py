"""``newswatch upkeep``, ``backup`` and ``restore``: the store's daily care, by hand."""

from __future__ import annotations

from typing import Annotated

import typer

from newswatch import daily, jobs
from newswatch.cli import common


def register(app: typer.Typer) -> None:
    """Put the commands on ``app``."""
    app.command("upkeep")(upkeep)
    app.command("backup")(backup)
    app.command("restore")(restore)


def upkeep(config: common.Config = None, namespace: common.Namespace = "newswatch", now: common.Now = None) -> None:
    """Do now what the upkeep DAG does every day: mappings, snapshot, retention."""
    steps = daily.upkeep(jobs.Where(namespace, config), common.clock(now))
    for step in steps:
        typer.echo(f"{'failed' if step.failed else 'done':7} {step.name:12} {step.said}")
    if any(step.failed for step in steps):
        raise typer.Exit(1)


def backup(
    list_: Annotated[bool, typer.Option("--list", help="Show the snapshots that there are instead.")] = False,
    config: common.Config = None,
    namespace: common.Namespace = "newswatch",
) -> None:
    """Take a snapshot of the namespace into the repository that upkeep.yaml names."""
    where = jobs.Where(namespace, config)
    if list_:
        for one in daily.backups(where):
            typer.echo(f"{one.name}  {one.state}  {len(one.indices)} indices")
        return
    made = daily.backup(where, common.clock(None))
    typer.echo(f"{made.name}: {len(made.indices)} indices. Restore it with: newswatch restore {made.name}")


def restore(
    snapshot: Annotated[str | None, typer.Argument(help="Its name; backup --list shows them.")] = None,
    into: Annotated[
        str | None, typer.Option("--into", help="Namespace to restore into.", show_default="its own")
    ] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Drop what is in that namespace first.")] = False,
    config: common.Config = None,
    namespace: common.Namespace = "newswatch",
) -> None:
    """Restore a snapshot (the newest unless named). Pause the DAGs first when it goes into the namespace in use."""
    name, indices = daily.restore(jobs.Where(namespace, config), snapshot, into or namespace, replace=replace)
    typer.echo(f"{name} restored: {len(indices)} indices in the namespace {into or namespace}.")
