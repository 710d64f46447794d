"""``newswatch feeds``: how the feeds are, what one address would bring, and OPML in and out."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from newswatch import jobs
from newswatch.cli import common

if TYPE_CHECKING:
    from newswatch.model.feed import FeedSpec
    from newswatch.pipeline.trial import Trial

group = typer.Typer(help="Show the feeds, sorted by trouble; try an address; import and export OPML.")
Feeds = Annotated[Path | None, typer.Option("--feeds", help="The list of feeds.", show_default="feeds.yaml")]
Allow = Annotated[list[str] | None, typer.Option("--allow", help="HOST:PORT that may be asked; may be repeated.")]


def register(app: typer.Typer) -> None:
    """Put the commands on ``app``."""
    app.add_typer(group, name="feeds")


@group.callback(invoke_without_command=True)
def feeds(
    context: typer.Context,
    feeds: Feeds = None,
    config: common.Config = None,
    namespace: common.Namespace = "newswatch",
    now: common.Now = None,
    json: common.Json = False,
) -> None:
    """Show the state of every feed, those in trouble first."""
    if context.invoked_subcommand is not None:
        return
    from newswatch.config.feeds import load_feeds
    from newswatch.index.feeds import all_states
    from newswatch.pipeline.feeds import of_this_list
    from newswatch.pipeline.feeds import rows as rows_of

    where = jobs.Where(namespace, config, feeds)
    moment = common.clock(now)
    states = all_states(jobs.open_store(namespace))
    specs = load_feeds(where.feeds or where.folder / "feeds.yaml")
    rows = rows_of(specs if where.feeds else of_this_list(specs, states), states, moment)
    if json:
        common.emit(rows)
    else:
        _table(rows, moment)


@group.command("test")
def try_address(
    url: Annotated[str, typer.Argument(help="The address of a feed, or of a page that names one.")],
    allow: Allow = None,
    config: common.Config = None,
    now: common.Now = None,
    json: common.Json = False,
) -> None:
    """Fetch one address once and print what would be stored and why. Stores nothing."""
    moment = common.clock(now)
    spec, found = jobs.try_feed(jobs.Where(config=config, allow=tuple(allow or ())), url, moment)
    if json:
        common.emit([_summary(spec, found, moment)])
    else:
        _print(spec, found, moment)
    if found.state.failure is not None:
        raise typer.Exit(1)


@group.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="An OPML file.")],
    into: Annotated[Path | None, typer.Option("--into", help="The list of feeds to add to.")] = None,
    config: common.Config = None,
) -> None:
    """Add the feeds of an OPML file to the list; those that are there already stay as they are."""
    from newswatch.config import opml

    outlines, faults = opml.read(file)
    target = into or jobs.Where(config=config).folder / "feeds.yaml"
    new = opml.add(target, outlines)
    for fault in faults:
        common.complain(f"left out: {fault}")
    known = len(outlines) - len(new)
    typer.echo(f"{len(new)} feeds added to {target}, {known} were there already, {len(faults)} left out.")


@group.command("export")
def export(
    out: Annotated[Path | None, typer.Option("--out", help="Where to write; standard output without it.")] = None,
    feeds: Feeds = None,
    config: common.Config = None,
) -> None:
    """Write the list of feeds as OPML. Passwords and keys in addresses are taken out, and said so."""
    from newswatch.config import opml
    from newswatch.config.feeds import load_feeds

    specs = load_feeds(feeds or jobs.Where(config=config).folder / "feeds.yaml")
    text, shortened = opml.write(specs)
    if out is None:
        sys.stdout.buffer.write(text.encode("utf-8"))
        sys.stdout.buffer.flush()
    else:
        out.write_text(text, encoding="utf-8")
    for name in shortened:
        common.complain(f"the address of {name} is written without its password or key")


def _summary(spec: FeedSpec, found: Trial, now: datetime) -> dict[str, Any]:
    from newswatch.index.items import document, flat
    from newswatch.schedule import shown

    return {
        **shown(spec, found.state, now),
        "final_url": found.answer.final_url,
        "format": found.format,
        "alternate": found.alternate,
        "permanent_url": found.answer.permanent_url,
        "etag": found.answer.etag,
        "last_modified": found.answer.last_modified,
        "content_type": found.answer.content_type,
        "elapsed": round(found.answer.elapsed, 3),
        "would_store": [flat(one.item.id, document(one, now)) for one in found.items],
    }


def _print(spec: FeedSpec, found: Trial, now: datetime) -> None:
    from rich.console import Console
    from rich.table import Table

    row = _summary(spec, found, now)
    console = Console(highlight=False, markup=False)
    facts = Table(box=None, show_header=False, pad_edge=False)
    names = (
        "status error http_status final_url alternate permanent_url note format title language content_type etag "
        "last_modified damage empty entries next_poll hub elapsed"
    )
    for name in names.split():
        if row[name] not in (None, "", False):
            facts.add_row(name.replace("_", " "), str(row[name]))
    console.print(facts)
    if not row["would_store"]:
        console.print("Nothing would be stored.")
        return
    items = Table("published", "origin", "lang", "tags", "title", "doubts", box=None, pad_edge=False)
    for item in row["would_store"]:
        when = str(item["published"] or "no date")[:16]
        tags, doubts = ", ".join(item["tags"]), ", ".join(item["quality"])
        items.add_row(when, item["origin"], str(item["lang"]), tags, item["title"], doubts)
    console.print(items)


def _table(rows: list[dict[str, Any]], now: datetime) -> None:
    from rich.console import Console
    from rich.table import Table

    if not rows:
        typer.echo("No feeds yet: list some in config/feeds.yaml.")
        return
    table = Table("feed", "status", "last success", "last new", "next poll", "items", "what", box=None, pad_edge=False)
    for row in rows:
        flags = [name for name in ("stale", "empty", "damaged") if row[name]]
        what = row["error"] or "; ".join([*flags, *([row["note"]] if row["note"] else [])])
        times = (_ago(row[name], now) for name in ("last_success", "last_new_item", "next_poll"))
        table.add_row(row["feed"], row["status"], *times, str(row["items"]), what)
    Console(highlight=False, markup=False).print(table)


def _ago(moment: datetime | None, now: datetime) -> str:
    if moment is None:
        return "-"
    seconds = int(abs((now - moment).total_seconds()))
    for unit, size in (("d", 86_400), ("h", 3600), ("min", 60)):
        if seconds >= size:
            return f"{seconds // size} {unit} ago" if moment <= now else f"in {seconds // size} {unit}"
    return "now"
