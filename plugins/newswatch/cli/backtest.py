"""``newswatch backtest``: what the rules would have said."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from newswatch.cli import common
from newswatch.errors import UsageError


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command("backtest")(backtest)


def backtest(
    series: Annotated[
        Path | None, typer.Option("--series", help="Judge a CSV of timestamp,value[,feeds,top] instead of the store.")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Where to write the judged series.")] = None,
    as_json: common.Json = False,
) -> None:
    """Replay the past through detection."""
    if series is None:
        raise UsageError("give --series IN.csv --out OUT.csv")
    if out is None:
        raise UsageError("--series wants --out OUT.csv as well")
    _judge_series(series, out, as_json)


def _judge_series(source: Path, out: Path, as_json: bool) -> None:
    from newswatch.cli.series import read_series, write_series
    from newswatch.detect.volume import judge

    read = read_series(source)
    judged = judge(read.rows)
    write_series(out, read, judged)
    found = [at for at in range(len(judged.alert)) if judged.alert[at]]
    if as_json:
        common.emit(
            {
                "timestamp": read.timestamps[at],
                "value": float(read.rows.value[at]),
                "expected": float(judged.expected[at]),
                "score": float(judged.score[at]),
            }
            for at in found
        )
        return
    typer.echo(f"{len(read.timestamps)} rows, {len(found)} alerts, written to {out}")
    for at in found:
        typer.echo(
            f"{read.timestamps[at]}  {read.values[at]} where {judged.expected[at]:.1f} was expected, "
            f"score {judged.score[at]:.2f}"
        )
