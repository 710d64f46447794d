"""``newswatch dashboards export|import`` and ``newswatch panel``."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from newswatch.cli import common
from newswatch.errors import UsageError

if TYPE_CHECKING:
    from newswatch.model.panel import Table

boards = typer.Typer(
    help="Kibana dashboards: write them to a file, or import them into a Kibana.", no_args_is_help=True
)

Space = Annotated[str | None, typer.Option("--space", help="Kibana space.", show_default="the default space")]
ApiKey = Annotated[str | None, typer.Option("--api-key", envvar="KIBANA_API_KEY", help="Kibana API key.")]


@boards.command("export")
def export(
    out: Annotated[Path, typer.Option("--out", help="File to write; its name should end in .ndjson. - is stdout.")],
    namespace: common.Namespace = "newswatch",
) -> None:
    """Write the dashboards as a Kibana saved-objects file: the same bytes every time."""
    body = _ndjson(namespace)
    if str(out) == "-":
        sys.stdout.buffer.write(body)
        return
    try:
        out.write_bytes(body)
    except OSError as error:
        raise UsageError(f"{out} cannot be written: {error.strerror}") from error
    typer.echo(
        f"{len(body.splitlines())} saved objects written to {out}; import them with: newswatch dashboards import"
    )


@boards.command("import")
def import_(
    kibana: Annotated[str, typer.Option("--kibana", help="Address of Kibana, may carry user:password.")],
    space: Space = None,
    api_key: ApiKey = None,
    namespace: common.Namespace = "newswatch",
) -> None:
    """Import the dashboards into a Kibana (8.19 or later), replacing earlier versions of them."""
    from newswatch.kibana import importer

    target = importer.Target.parse(kibana, space=space, api_key=api_key)
    done = importer.post(target, _ndjson(namespace))
    typer.echo(f"{done.count} saved objects imported into Kibana {done.version}.")
    typer.echo(f"Open {target.address('/app/dashboards')}#/view/{namespace}-overview")


def panel(
    name: Annotated[str | None, typer.Argument(help="Panel to show; without it, all are listed.", metavar="ID")] = None,
    since: Annotated[str, typer.Option("--since", help="How far back, such as 24h or 7d.")] = "7d",
    namespace: common.Namespace = "newswatch",
    now: common.Now = None,
    json: common.Json = False,
) -> None:
    """Show what one dashboard panel shows, as a table."""
    from newswatch.panels import catalog

    if name is None:
        if json:
            common.emit({"panel": one.id, "title": one.title} for one in catalog.PANELS.values())
            return
        for one in catalog.PANELS.values():
            typer.echo(f"{one.id:28} {one.title}")
        return
    if name not in catalog.PANELS:
        raise UsageError(f"there is no panel {name!r}; newswatch panel lists them")
    until = common.clock(now)
    _show(name, namespace, until - common.span("--since", since), until, json)


def register(app: typer.Typer) -> None:
    """Put the commands on ``app``."""
    app.add_typer(boards, name="dashboards")
    app.command("panel")(panel)


def _show(name: str, namespace: str, since: datetime, until: datetime, json: bool) -> None:
    from newswatch import jobs
    from newswatch.index import documents
    from newswatch.model.panel import Listing
    from newswatch.panels import catalog, query

    panel = catalog.PANELS[name]
    store = jobs.open_store(namespace)
    index = store.index(panel.source.index)
    if isinstance(panel, Listing):
        asked = query.listing(panel, namespace, since, until).to_dict()
        table = query.rows(panel, documents.search(store, index, asked))
    else:
        found = query.searches(panel, namespace, since, until)
        answers = {shift: documents.search(store, index, one.to_dict()) for shift, one in found.items()}
        table = query.table(panel, answers)
    if json:
        common.emit(dict(zip(table.columns, row, strict=True)) for row in table.rows)
        return
    _draw(panel.title, panel.empty, table)


def _draw(title: str, empty: str, table: Table) -> None:
    from rich.console import Console
    from rich.table import Table as Drawn

    # a table's own title would be broken at the table's width
    drawn = Drawn(*table.columns, box=None, pad_edge=False)
    for row in table.rows:
        drawn.add_row(*(f"{cell:,.0f}" if isinstance(cell, float) else str(cell or "") for cell in row))
    console = Console(highlight=False, markup=False)
    console.print(title)
    console.print(drawn if table.rows else empty)


def _ndjson(namespace: str) -> bytes:
    from newswatch.kibana import objects
    from newswatch.panels import catalog

    return objects.export(namespace, catalog.VIEWS, catalog.DASHBOARDS)
