"""What all commands share: options, output, the clock."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from newswatch.errors import UsageError


def sound(config: Path | None) -> Path | None:
    """Refuse a configuration that has a fault before anything is done, whichever of its files the command reads."""
    from newswatch import jobs
    from newswatch.config import everything

    everything.look_over(jobs.Where(config=config).folder)
    return config


Config = Annotated[
    Path | None,
    typer.Option("--config", help="Folder with the configuration.", show_default="config/", callback=sound),
]
Unread = Annotated[Path | None, typer.Option("--config")]
Namespace = Annotated[str, typer.Option("--namespace", help="Prefix of the indices.", envvar="NEWSWATCH_NAMESPACE")]
Now = Annotated[
    str | None,
    typer.Option("--now", help="The time to take as now (ISO 8601, UTC unless it says otherwise)."),
]
Json = Annotated[bool, typer.Option("--json", help="JSON lines on standard output.")]


def complete(command: Any) -> Any:
    """Let every command take ``--config``, ``--namespace`` and ``--now``, also where it has no use for one of them.

    So a script can give the same options to all. The help of a command shows only those that it uses.
    """
    if hasattr(command, "commands"):
        for inner in command.commands.values():
            complete(inner)
        return command
    taken = {name for parameter in command.params for name in parameter.opts}
    command.params += [option for option in _spare() if taken.isdisjoint(option.opts)]
    return command


def _spare() -> list[Any]:
    """The common options as a command gets them that ignores them."""
    ignoring = typer.Typer(add_completion=False)

    @ignoring.command()
    def none(config: Unread = None, namespace: Namespace = "newswatch", now: Now = None) -> None:
        """Take the options."""

    options = list(typer.main.get_command(ignoring).params)
    for option in options:
        option.expose_value = False
        option.hidden = True  # type: ignore[attr-defined]
    return options


def complain(message: str) -> None:
    """One sentence on standard error."""
    sys.stderr.write(f"newswatch: {message}\n")


def emit(rows: Iterable[dict[str, Any]]) -> None:
    """JSON lines on standard output; times as ISO 8601 with ``Z``."""
    for row in rows:
        sys.stdout.buffer.write(orjson.dumps(row, option=orjson.OPT_UTC_Z | orjson.OPT_APPEND_NEWLINE))
    sys.stdout.buffer.flush()


def span(option: str, text: str) -> timedelta:
    """How long an option says. Raises UsageError that names the option."""
    from newswatch.model.duration import duration

    try:
        given = duration(text)
    except ValueError as error:
        raise UsageError(f"{option}: {error}") from None
    if not given:
        raise UsageError(f"{option}: {text!r} is no time at all")
    return given


def clock(now: str | None) -> datetime:
    """The time of this run: ``--now``, or the clock, read here and nowhere deeper."""
    if now is None:
        return datetime.now(UTC)
    try:
        moment = datetime.fromisoformat(now)
    except ValueError:
        raise UsageError(f"--now wants an ISO 8601 time such as 2026-03-02T10:00:00Z, not {now!r}") from None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
