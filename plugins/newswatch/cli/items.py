"""``newswatch seed``, ``poll`` and ``items``: bring items in, and list them."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from newswatch import jobs
from newswatch.cli import common

if TYPE_CHECKING:
    from newswatch.model.feed import FeedState

ITEMS_SHOWN = 10_000
Allow = Annotated[
    list[str] | None, typer.Option("--allow", help="HOST:PORT of an intranet that may be asked; may be repeated.")
]
Feeds = Annotated[Path | None, typer.Option("--feeds", help="The list of feeds.", show_default="feeds.yaml")]


def register(app: typer.Typer) -> None:
    """Put the commands on ``app``."""
    app.command("seed")(seed)
    app.command("poll")(poll)
    app.command("items")(items)


def seed(
    folder: Annotated[Path | None, typer.Option("--seeds", help="Folder with *.txt files.")] = None,
    config: common.Config = None,
    namespace: common.Namespace = "newswatch",
    now: common.Now = None,
    json: common.Json = False,
) -> None:
    """Load the seed articles; may be repeated."""
    done = jobs.seed(jobs.Where(namespace, config), common.clock(now), folder)
    if json:
        common.emit([{"created": sorted(done.created), "known": sorted(done.known)}])
        return
    typer.echo(f"{len(done.created)} seed articles stored, {len(done.known)} were there already.")


def poll(
    feeds: Feeds = None,
    allow: Allow = None,
    config: common.Config = None,
    namespace: common.Namespace = "newswatch",
    now: common.Now = None,
    json: common.Json = False,
) -> None:
    """Poll the feeds that are due, once. A feed that fails is shown and does not fail the command."""
    where = jobs.Where(namespace, config, feeds, tuple(allow or ()))
    report = jobs.poll(where, common.clock(now), _say if sys.stderr.isatty() else lambda _: None)
    if json:
        common.emit([asdict(report)])
        return
    typer.echo(
        f"{report.feeds} feeds polled, {report.failed} failed; {report.created} new items, "
        f"{report.corrected} corrected, {report.refused} set aside."
    )


def items(
    tag: Annotated[str | None, typer.Option("--tag", help="Only items with this tag.")] = None,
    origin: Annotated[str | None, typer.Option("--origin", help="live, backfill or seed.")] = None,
    feed: Annotated[str | None, typer.Option("--feed", help="Only items that this feed carried.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=ITEMS_SHOWN, help="At most so many.")] = ITEMS_SHOWN,
    namespace: common.Namespace = "newswatch",
    json: common.Json = False,
) -> None:
    """List stored items, newest first."""
    from newswatch.index import documents
    from newswatch.index.items import flat

    store = jobs.open_store(namespace)
    documents.refresh(store, store.index("items"))
    wanted = {"tags": tag, "origin": origin, "feeds": feed}
    request: dict[str, Any] = {
        "query": {"bool": {"filter": [{"term": {name: value}} for name, value in wanted.items() if value]}},
        "sort": [{"@timestamp": "desc"}, {"story.id": "asc"}],
        "size": limit,
    }
    hits = documents.search(store, store.index("items"), request)["hits"]["hits"]
    rows = [flat(hit["_id"], hit["_source"]) for hit in hits]
    if json:
        common.emit(rows)
    else:
        _table(rows)


def _say(state: FeedState) -> None:
    sys.stderr.write(f"  {state.feed}: {state.error or f'{state.status}, {state.items_last} new'}\n")


def _table(rows: list[dict[str, Any]]) -> None:
    from rich.console import Console
    from rich.table import Table

    if not rows:
        typer.echo("No items yet: newswatch poll brings some, newswatch seed loads the seed articles.")
        return
    table = Table("when", "lang", "tags", "title", "publisher", "origin", box=None, pad_edge=False)
    for row in rows:
        when = row["timestamp"][:16].replace("T", " ")
        cells = (when, row["lang"], ", ".join(row["tags"]), row["title"], row["publisher"], row["origin"])
        table.add_row(*(str(cell or "") for cell in cells))
    Console(highlight=False, markup=False).print(table)
