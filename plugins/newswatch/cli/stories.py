"""``newswatch stories``: join a file of items to stories without Elasticsearch."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO

import orjson
import typer

from newswatch.errors import UsageError

if TYPE_CHECKING:
    from newswatch.model.story import StoryText

_TEXTS = ("lang", "title", "summary", "publisher", "content")


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command("stories")(stories)


def stories(
    source: Annotated[
        Path, typer.Option("--in", help="JSON lines: id, lang, title, summary, publisher, published; in any order.")
    ],
    out: Annotated[Path | None, typer.Option("--out", help="Where to write: id and story per line.")] = None,
) -> None:
    """Join items to stories as if they had arrived in the order of their publication."""
    from newswatch.story import assign

    try:
        with source.open("rb") as lines:
            texts = _texts(lines, source)
        found = assign(texts)
        if out is None:
            _write(sys.stdout.buffer, texts, found)
        else:
            with out.open("wb") as target:
                _write(target, texts, found)
    except OSError as error:
        raise UsageError(f"{error.filename}: {error.strerror}") from error


def _write(target: BinaryIO, texts: list[StoryText], found: dict[str, str]) -> None:
    for one in texts:
        target.write(orjson.dumps({"id": one.id, "story": found[one.id]}, option=orjson.OPT_APPEND_NEWLINE))
    target.flush()


def _texts(lines: BinaryIO, source: Path) -> list[StoryText]:
    """The items, in the order of the file; one without a readable date counts as published with the line before it."""
    seen: dict[str, int] = {}
    items: list[tuple[dict[str, Any], datetime | None]] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        where = f"{source}:{number}"
        item = _item(line, where)
        if item["id"] in seen:
            raise UsageError(f"{where}: the id {item['id']!r} stands in line {seen[item['id']]} already")
        seen[item["id"]] = number
        items.append((item, _moment(item.get("published"))))
    last = next((published for _, published in items if published), datetime(1970, 1, 1, tzinfo=UTC))
    texts = []
    for item, published in items:
        last = published or last
        texts.append(_text(item, last))
    return texts


def _item(line: bytes, where: str) -> dict[str, Any]:
    try:
        item = _loads(line)
    except ValueError as error:
        raise UsageError(f"{where}: not JSON: {error}") from error
    if not isinstance(item, dict):
        raise UsageError(f"{where}: not an object with id, lang, title, summary, publisher and published")
    if not isinstance(item.get("id"), str) or not item["id"]:
        raise UsageError(f"{where}: the id should be a text that is not empty")
    wrong = next((name for name in _TEXTS if not isinstance(item.get(name, ""), str | None)), None)
    if wrong:
        raise UsageError(f"{where}: {wrong} should be a text or null")
    return {name: _encodable(value) for name, value in item.items()}


def _encodable(value: Any) -> Any:
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value


def _loads(line: bytes) -> Any:
    """JSON, with lone surrogates allowed as other writers escape them."""
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError:
        return json.loads(line.decode("utf-8", "replace"))


def _text(item: dict[str, Any], time: datetime) -> StoryText:
    from newswatch.model.story import StoryText
    from newswatch.tag.language import identify

    title, summary = item.get("title") or "", item.get("summary") or ""
    return StoryText(
        id=item["id"],
        language=item.get("lang") or identify(f"{title} {summary}"),
        title=title,
        summary=summary,
        publisher=item.get("publisher") or "",
        time=time,
        content=item.get("content") or "",
    )


def _moment(value: Any) -> datetime | None:
    """A time of publication in UTC, as feeds write it or in seconds since 1970; None when it cannot be read."""
    from newswatch.parse import dates

    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    return dates.read(str(value))
