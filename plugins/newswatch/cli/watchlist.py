"""``newswatch watchlist``: check it, and say what it holds."""

from __future__ import annotations

from pathlib import Path

import typer

from newswatch.cli import common

group = typer.Typer(help="The watch-list: check it.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the command group to ``app``."""
    app.add_typer(group, name="watchlist")


@group.callback()
def _group() -> None:
    pass


@group.command("check")
def check(config: common.Config = None) -> None:
    """Read the watch-list and try every should-hit and should-miss sentence."""
    from newswatch.config.watchlist import check_watchlist

    watchlist = check_watchlist(config or Path("config"))
    terms = sum(len(texts) for concept in watchlist.concepts for texts in concept.terms.values())
    names = sum(len(texts) for actor in watchlist.actors for texts in actor.terms.values())
    sentences = sum(
        len(texts)
        for concept in watchlist.concepts
        for given in (concept.should_hit, concept.should_miss)
        for texts in given.values()
    )
    typer.echo(
        f"watch-list {watchlist.version}: {len(watchlist.tags)} tags, {len(watchlist.concepts)} concepts, "
        f"{len(watchlist.actors)} actors, {terms + names} terms, {sentences} sentences, all right"
    )
