"""``newswatch replay``: one case of the alert life cycle on the event clock, without Elasticsearch or network."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import orjson
import typer

from newswatch.cli import common
from newswatch.errors import UsageError


def register(app: typer.Typer) -> None:
    """Put the command on ``app``."""
    app.command("replay")(replay)


def replay(
    case: Annotated[Path, typer.Option("--case", help="File with the case, JSON.")],
    json: common.Json = False,
) -> None:
    """Play a case through the life cycle and show its messages, ledger and failed deliveries."""
    from newswatch.alert.replay import play
    from newswatch.config.case import parse

    try:
        found = orjson.loads(case.read_bytes())
    except OSError as error:
        raise UsageError(f"{case} cannot be read: {error.strerror}") from error
    except orjson.JSONDecodeError as error:
        raise UsageError(f"{case} is not JSON: {error}") from error
    played = play(parse(found, str(case)))
    if json:
        common.emit([played])
        return
    for message in played["messages"]:
        typer.echo(f"{message['t']}  {message['to']:20} {message['kind']:16} {', '.join(message['alerts'])}")
    for signal, word in played["ledger"].items():
        typer.echo(f"ledger  {signal}: {word}")
    for to, kind in played["failed"]:
        typer.echo(f"failed  {to}: {kind}")
