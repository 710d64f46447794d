"""``newswatch backtest``: what the rules would have said."""

from __future__ import annotations

import contextlib
import dataclasses
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from newswatch import jobs
from newswatch.cli import common
from newswatch.errors import UsageError

if TYPE_CHECKING:
    from newswatch.model.rules import Rule
    from newswatch.model.signal import Signal
    from newswatch.pipeline.backtest import History, Outcome

_SHOWN = 20


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command("backtest")(backtest)


def backtest(
    series: Annotated[
        Path | None, typer.Option("--series", help="Judge a CSV of timestamp,value[,feeds,top] instead of the store.")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Where to write the judged series.")] = None,
    since: Annotated[str | None, typer.Option("--since", help="How far back, such as 30d, or a time.")] = None,
    rule: Annotated[list[str] | None, typer.Option("--rule", help="Only this rule; may be repeated.")] = None,
    rules: Annotated[
        Path | None, typer.Option("--rules", help="Another rules file: what it would add and take away.")
    ] = None,
    config: common.Config = None,
    namespace: common.Namespace = "newswatch",
    now: common.Now = None,
    as_json: common.Json = False,
) -> None:
    """Replay the past through detection and the alert life cycle, or judge one series."""
    if series is not None:
        if out is None:
            raise UsageError("--series wants --out OUT.csv as well")
        _judge_series(series, out, as_json)
        return
    if since is None:
        raise UsageError("give --since 30d to replay what is stored, or --series IN.csv --out OUT.csv")
    moment = common.clock(now)
    _replay(jobs.Where(namespace, config), (_since(since, moment), moment), rule or [], rules, as_json)


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


def _since(text: str, now: datetime) -> datetime:
    """``30d``, ``12h``, ``2w`` before now, or an ISO 8601 time."""
    from newswatch.model.duration import duration

    with contextlib.suppress(ValueError):
        return now - duration(text)
    try:
        moment = common.clock(text)
    except UsageError:
        raise UsageError(f"--since wants 30d, 12h, 2w or a time, not {text!r}") from None
    if moment >= now:
        raise UsageError("--since should be before now")
    return moment


def _replay(
    where: jobs.Where, span: tuple[datetime, datetime], only: list[str], other: Path | None, as_json: bool
) -> None:
    from newswatch.config.channels import life_cycle
    from newswatch.config.everything import load_alerting, names_of
    from newswatch.config.rules import load_rules
    from newswatch.pipeline.backtest import difference, read_history, run

    alerting = load_alerting(where.folder)
    changed = load_rules(other, known=names_of(alerting.watchlist)) if other else None
    if other and not other.exists():
        raise UsageError(f"{other}: there is no such file")
    chosen = _chosen(alerting.rules, only) if changed is None or not only else alerting.rules
    history = read_history(jobs.open_store(where.namespace), *span)
    outcome = run(history, chosen, life_cycle(alerting.channels, chosen))
    if changed is None:
        _show(history, outcome, chosen, as_json)
        return
    second = _chosen(changed, only)
    new = run(history, second, life_cycle(alerting.channels, second))
    added, removed = difference(_of(outcome.signals, only), new.signals)
    if not as_json:
        _show(history, new, second, as_json)
    _show_difference(added, removed, as_json)


def _chosen(rules: tuple[Rule, ...], only: list[str]) -> tuple[Rule, ...]:
    known = {rule.id for rule in rules}
    for name in only:
        if name not in known:
            raise UsageError(f"there is no rule {name!r} (there are: {', '.join(sorted(known))})")
    return tuple(rule for rule in rules if not only or rule.id in only)


def _of(signals: tuple[Signal, ...], only: list[str]) -> list[Signal]:
    return [signal for signal in signals if not only or signal.rule in only]


def _show(history: History, outcome: Outcome, rules: tuple[Rule, ...], as_json: bool) -> None:
    if as_json:
        common.emit({"kind": "signal", **dataclasses.asdict(signal)} for signal in outcome.signals)
        common.emit({"kind": "message", "message": message} for message in outcome.messages)
        return
    from rich.console import Console

    console = Console(highlight=False)
    if not history.items:
        console.print(f"Nothing is stored of the time since {history.since:%Y-%m-%d %H:%M} UTC.")
        return
    per_rule, messages = outcome.per_rule(), len(outcome.messages)
    console.print(
        f"{history.since:%Y-%m-%d %H:%M} to {history.until:%Y-%m-%d %H:%M} UTC, {history.weeks:.1f} weeks: "
        f"{sum(per_rule.values())} signals, {messages} messages, {messages / history.weeks:.1f} messages a week."
    )
    console.print(_table(per_rule, rules, history.weeks))
    _chart(console, outcome, history)
    for signal in [one for one in outcome.signals if one.kind.value != "state-under"][-_SHOWN:]:
        console.print(_line(signal), soft_wrap=True, markup=False)
        for story in signal.stories[:3]:
            console.print(f"    {story.publisher}: {story.title} {story.url or ''}", soft_wrap=True, markup=False)


def _table(per_rule: dict[str, int], rules: tuple[Rule, ...], weeks: float) -> Any:
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for name in ("rule", "type", "fired", "a week"):
        table.add_column(name, justify="left" if name in ("rule", "type") else "right")
    for rule in rules:
        fired = per_rule.get(rule.id, 0)
        table.add_row(rule.id, rule.type, str(fired), f"{fired / weeks:.2f}")
    return table


def _chart(console: Any, outcome: Outcome, history: History) -> None:
    """Signals per day as bars."""
    from rich.bar import Bar
    from rich.table import Table

    days = Counter(signal.at.date() for signal in outcome.signals if signal.kind.value != "state-under")
    most = max(days.values(), default=0)
    table = Table(box=None, pad_edge=False, show_header=False)
    day = history.since.date()
    while most and day <= history.until.date():
        table.add_row(f"{day:%m-%d}", Bar(most, 0, days[day], width=50), str(days[day] or ""))
        day += timedelta(days=1)
    console.print(table)


def _line(signal: Signal) -> str:
    numbers = ""
    if signal.observed is not None and signal.expected is not None:
        numbers = f"  {signal.observed:g} {signal.unit} where {signal.expected:.1f} were expected {signal.note}"
    key = f" [{signal.key}]" if signal.key else ""
    return f"{signal.at:%Y-%m-%d %H:%M}  {signal.rule}{key}{numbers or '  ' + signal.note}".rstrip()


def _show_difference(added: list[Signal], removed: list[Signal], as_json: bool) -> None:
    if as_json:
        for change, signals in (("added", added), ("removed", removed)):
            common.emit({"kind": change, **dataclasses.asdict(signal)} for signal in signals)
        return
    typer.echo(f"Against the present rules: {len(added)} signals more, {len(removed)} fewer.")
    for sign, signals in (("+", added), ("-", removed)):
        for signal in signals[:_SHOWN]:
            typer.echo(f"{sign} {_line(signal)}")
