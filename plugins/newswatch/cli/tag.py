"""``newswatch tag``: tag headlines without Elasticsearch."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, BinaryIO

import orjson
import typer

from newswatch.cli import common
from newswatch.errors import UsageError


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command("tag")(tag)


def tag(
    headline: Annotated[str | None, typer.Argument(help="A headline to tag.")] = None,
    summary: Annotated[str, typer.Option("--summary", help="Its summary.")] = "",
    lang: Annotated[str | None, typer.Option("--lang", help="The language that its feed declares.")] = None,
    explain: Annotated[bool, typer.Option("--explain", help="Show what spoke for and against each tag.")] = False,
    source: Annotated[
        Path | None, typer.Option("--in", help="JSON lines: id, title, summary, and perhaps content and lang.")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Where to write: id, tags, evidence per line.")] = None,
    config: common.Config = None,
    as_json: common.Json = False,
) -> None:
    """Tag a headline, or a file of items, against the watch-list."""
    from newswatch.config.watchlist import load_watchlist
    from newswatch.tag import Tagger

    if (headline is None) == (source is None):
        raise UsageError("give either a headline or --in FILE")
    tagger = Tagger(load_watchlist(config or Path("config")))
    if source is not None:
        _tag_file(tagger, source, out)
    elif headline is not None:
        if explain and not as_json:
            from newswatch.cli.explain import draw

            draw(tagger, headline, summary, lang)
        else:
            row = _row(tagger, {"id": "", "title": headline, "summary": summary, "lang": lang})
            if as_json:
                common.emit([row])
            else:
                typer.echo(" ".join(row["tags"]) or "(no tag)")


def _tag_file(tagger: Any, source: Path, out: Path | None) -> None:
    try:
        with source.open("rb") as lines:
            if out is None:
                _write(sys.stdout.buffer, tagger, lines, source)
            else:
                with out.open("wb") as target:
                    _write(target, tagger, lines, source)
    except OSError as error:
        raise UsageError(f"{error.filename}: {error.strerror}") from error


def _write(target: BinaryIO, tagger: Any, lines: BinaryIO, source: Path) -> None:
    for item in _items(lines, source):
        target.write(orjson.dumps(_row(tagger, item), option=orjson.OPT_APPEND_NEWLINE))
    target.flush()


def _items(lines: BinaryIO, source: Path) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            item = _loads(line)
        except ValueError as error:
            raise UsageError(f"{source}:{number}: not JSON: {error}") from error
        if not isinstance(item, dict) or not isinstance(item.get("title", ""), str | None):
            raise UsageError(f"{source}:{number}: not an object with id, title and summary")
        yield item


def _loads(line: bytes) -> Any:
    """JSON, with lone surrogates allowed as other writers escape them."""
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError:
        return json.loads(line.decode("utf-8", "replace"))


def _row(tagger: Any, item: dict[str, Any]) -> dict[str, Any]:
    tagging = tagger.tag(
        item.get("title") or "",
        item.get("summary") or "",
        item.get("content") or "",
        item.get("lang") or item.get("language"),
    )
    return {
        "id": _encodable(item.get("id")),
        "tags": list(tagging.tags),
        "evidence": list(tagging.evidence),
        "concepts": list(tagging.concepts),
        "actors": list(tagging.actors),
        "language": tagging.language,
        "version": tagging.version,
    }


def _encodable(value: Any) -> Any:
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value
