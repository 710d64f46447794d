"""``newswatch watchlist``: check it, try a change on stored items, ask for words; ``newswatch retag``."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from newswatch.cli import common
from newswatch.errors import UsageError

if TYPE_CHECKING:
    from newswatch.tag.compare import Text

group = typer.Typer(help="The watch-list: check it, compare two, ask what it lacks.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the command group and ``retag`` to ``app``."""
    app.add_typer(group, name="watchlist")
    app.command("retag")(retag)


@group.callback()
def _group() -> None:
    pass


@group.command("check")
def check(config: common.Config = None) -> None:
    """Read the watch-list and try every should-hit and should-miss sentence."""
    from newswatch import jobs
    from newswatch.config.watchlist import check_watchlist

    watchlist = check_watchlist(jobs.Where(config=config).folder)
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


@group.command("diff")
def diff(
    old: Annotated[Path, typer.Argument(help="Folder of the old watch-list.")],
    new: Annotated[Path, typer.Argument(help="Folder of the new watch-list.")],
    since: Annotated[str, typer.Option("--since", help="How far back to replay: 12h, 30d, 8w.")] = "30d",
    namespace: common.Namespace = "newswatch",
    now: common.Now = None,
    as_json: common.Json = False,
) -> None:
    """Replay stored items against two watch-lists: what each tag and concept gains and loses, with examples."""
    from newswatch.config.watchlist import load_watchlist
    from newswatch.tag.compare import compare

    start = common.clock(now) - common.span("--since", since)
    count, changes = compare(load_watchlist(old), load_watchlist(new), _stored(namespace, start))
    if as_json:
        common.emit([{"name": name, "change": change} for name, change in changes.items()])
        return
    typer.echo(f"{count} items since {start:%Y-%m-%d %H:%M} UTC, {len(changes)} tags and concepts change")
    for name, change in changes.items():
        typer.echo(f"{name}: {change.gained} gained, {change.lost} lost")
        for sign, titles in (("+", change.examples_gained), ("-", change.examples_lost)):
            for title in titles:
                typer.echo(f"  {sign} {title}")


@group.command("suggest")
def suggest(
    tag: Annotated[str, typer.Option("--tag", help="The tag whose items are read.")],
    since: Annotated[str, typer.Option("--since", help="How far back: 12h, 30d, 8w.")] = "30d",
    most: Annotated[int, typer.Option("--limit", min=1, max=100, help="Suggestions per language.")] = 20,
    config: common.Config = None,
    namespace: common.Namespace = "newswatch",
    now: common.Now = None,
    as_json: common.Json = False,
) -> None:
    """Words that a tag's recent items use far more than others do and that the watch-list lacks, per language."""
    from newswatch import jobs
    from newswatch.pipeline import suggest as suggesting

    tagger = jobs.tagger(jobs.Where(namespace, config))
    known = [spec.id for spec in tagger.watchlist.tags]
    if tag not in known:
        raise UsageError(f"there is no tag {tag!r} (there are: {', '.join(known)})")
    start = common.clock(now) - common.span("--since", since)
    found = suggesting.suggest(jobs.open_store(namespace), tagger, tag, start, most)
    if as_json:
        common.emit(dataclasses.asdict(one) for one in found)
        return
    typer.echo(f"{len(found)} words stand out in {tag} since {start:%Y-%m-%d %H:%M} UTC and are not in the watch-list")
    for one in found:
        typer.echo(f"{one.language}  {one.term}  {one.items} of {one.everywhere} items  {one.example}")


def retag(config: common.Config = None, namespace: common.Namespace = "newswatch", now: common.Now = None) -> None:
    """Tag stored items anew by the present watch-list, silently, and count them again. May be run again at any time."""
    from newswatch import jobs

    def progress(done: int) -> None:
        typer.echo(f"{done} items tagged anew", err=True)

    report = jobs.retag(jobs.Where(namespace, config), common.clock(now), progress)
    typer.echo(
        f"{report.retagged} items had another version of the watch-list, {report.changed} of them change; "
        f"counts were made anew from {report.counted} items"
    )


def _stored(namespace: str, start: datetime) -> Iterator[Text]:
    from newswatch import jobs
    from newswatch.index import documents
    from newswatch.tag.compare import Text

    store = jobs.open_store(namespace)
    wanted = {
        "query": {"range": {"@timestamp": {"gte": start.isoformat()}}},
        "sort": [{"@timestamp": "asc"}, {"event.created": "asc"}, {"_seq_no": "asc"}],
        "_source": ["title", "summary", "content", "language"],
    }
    documents.refresh(store, store.index("items"))
    for page in documents.pages(store, wanted, store.index("items")):
        for found in page:
            source = found.source
            title, summary, content = (source.get(name) or "" for name in ("title", "summary", "content"))
            yield Text(title, summary, content, source.get("language"))
