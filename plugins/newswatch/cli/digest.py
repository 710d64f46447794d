"""``newswatch digest``: look at a digest, send one by hand, list those that were sent."""

from __future__ import annotations

import datetime as dates
import sys
import tempfile
import webbrowser
from pathlib import Path
from typing import Annotated

import typer

from newswatch import daily, jobs
from newswatch.cli import common
from newswatch.errors import UsageError

commands = typer.Typer(help="Digests: look at one before it goes out, or send one by hand.", no_args_is_help=True)

Day = Annotated[
    str | None,
    typer.Option("--date", help="The day on which it falls due (2026-03-02).", show_default="the next one, so far"),
]
Which = Annotated[str | None, typer.Option("--id", help="Which digest of digests.yaml.", show_default="the first")]


def register(app: typer.Typer) -> None:
    """Put the commands on ``app``."""
    app.add_typer(commands, name="digest")


@commands.command("preview")
def preview(
    date: Day = None,
    digest: Which = None,
    open_: Annotated[bool, typer.Option("--open", help="Show it in the browser.")] = False,
    out: Annotated[
        Path | None, typer.Option("--out", help="Write it: .html, .txt or .json (Slack). - is text.")
    ] = None,
    config: common.Config = None,
    namespace: common.Namespace = "newswatch",
    now: common.Now = None,
) -> None:
    """Build a digest from what the store holds now; nothing is sent and nothing is remembered."""
    if not open_ and out is None:
        raise UsageError("say what to do with it: --open shows it in the browser, --out FILE writes it")
    made = daily.digest_preview(jobs.Where(namespace, config), digest, _day(date), common.clock(now))
    if out is not None and str(out) == "-":
        sys.stdout.write(made.text)
    elif out is not None:
        _write(out, made.form(out.suffix))
        typer.echo(f"{made.subject}\nwritten to {out}")
    if open_:
        file = Path(tempfile.mkdtemp(prefix="newswatch-")) / "digest.html"
        _write(file, made.form(".html"))
        typer.echo(f"{made.subject}\n{file}")
        webbrowser.open(file.as_uri())


@commands.command("send")
def send(
    date: Annotated[str, typer.Option("--date", help="The day on which it fell due (2026-03-02).")],
    to: Annotated[str, typer.Option("--to", help="A channel of channels.yaml, or a mail address.")],
    digest: Which = None,
    config: common.Config = None,
    namespace: common.Namespace = "newswatch",
    now: common.Now = None,
) -> None:
    """Send the digest of a day to somebody, past days included; nobody is sent the same digest twice."""
    where = jobs.Where(namespace, config)
    typer.echo(daily.digest_send(where, digest, _parsed(date), to, lambda: common.clock(now)))


@commands.command("list")
def list_(namespace: common.Namespace = "newswatch", json: common.Json = False) -> None:
    """The digests that were sent, newest first."""
    rows = daily.digest_list(namespace)
    if json:
        common.emit(rows)
        return
    for row in rows:
        typer.echo(f"{row['until']:%Y-%m-%d %H:%M}  {row['digest']:20} {row['subject']}")
    if not rows:
        typer.echo("No digest was sent yet; newswatch digest preview --open shows what the next one would say.")


def _day(text: str | None) -> dates.date | None:
    return None if text is None else _parsed(text)


def _parsed(text: str) -> dates.date:
    try:
        return dates.date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"--date wants a day such as 2026-03-02, not {text!r}") from None


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error.strerror}") from error
