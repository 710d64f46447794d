"""The command ``newswatch``: one module per group of commands, the same functions as the DAGs.

Each module offers ``register(app)``; nothing heavy (Airflow, Elasticsearch, numpy) is imported before a command needs
it. Exit codes: 0 done, 1 something failed and was reported, 2 usage or configuration.
"""

from __future__ import annotations

import sys

import typer

from newswatch import __version__
from newswatch.cli import (
    alerts,
    backtest,
    check,
    common,
    dashboards,
    digest,
    feeds,
    items,
    replay,
    status,
    stories,
    tag,
    upkeep,
    watch,
    watchlist,
)
from newswatch.errors import ConfigError, NewswatchError, UsageError

app = typer.Typer(
    name="newswatch",
    help="Watch the news: poll feeds, tag items against a watch-list, alert, digest.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(value: bool) -> None:
    if value:
        typer.echo(f"newswatch {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Say which version this is."
    ),
) -> None:
    pass


check.register(app)
alerts.register(app)
feeds.register(app)
items.register(app)
status.register(app)
stories.register(app)
backtest.register(app)
dashboards.register(app)
digest.register(app)
replay.register(app)
tag.register(app)
upkeep.register(app)
watch.register(app)
watchlist.register(app)


def main() -> None:
    """Run the command line; every expected error is one sentence on standard error."""
    try:
        common.complete(typer.main.get_command(app))(prog_name="newswatch")
    except (ConfigError, UsageError) as error:
        common.complain(str(error))
        sys.exit(2)
    except NewswatchError as error:
        common.complain(str(error))
        sys.exit(1)
