"""``newswatch alerts``, ``why``, ``ack``, ``silence`` and ``routes``: what was told, and what people do about it."""

from __future__ import annotations

import getpass
from typing import Annotated

import typer

from newswatch import jobs
from newswatch.cli import common
from newswatch.errors import NewswatchError, UsageError

silences = typer.Typer(help="Silences: mute what matches for a while.", no_args_is_help=True)
routes = typer.Typer(help="Routes: who is told of what, and when.", no_args_is_help=True)
By = Annotated[str, typer.Option("--by", help="Who.", default_factory=getpass.getuser, show_default="you")]
Match = Annotated[list[str], typer.Argument(help="Matchers, such as tag=military.", metavar="NAME=VALUE…")]


def register(app: typer.Typer) -> None:
    """Put the commands on ``app``."""
    app.command("alerts")(alerts)
    app.command("why")(why)
    app.command("ack")(ack)
    app.add_typer(silences, name="silence")
    app.add_typer(routes, name="routes")


def alerts(
    alert: Annotated[str | None, typer.Argument(help="One alert's history.", metavar="[RULE/KEY]")] = None,
    state: Annotated[str | None, typer.Option("--state", help="Only alerts in this state.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000)] = 50,
    namespace: common.Namespace = "newswatch",
    json: common.Json = False,
) -> None:
    """List alerts, newest first; or show what happened to one of them."""
    if alert is not None:
        _history(namespace, alert, json)
        return
    found = jobs.alerts(namespace, state, limit)
    if json:
        common.emit(found)
        return
    if not found:
        typer.echo("No alert yet: one comes when a rule first matches live news. newswatch drill tries the whole way.")
    for one in found:
        when = one["@timestamp"][:16].replace("T", " ")
        typer.echo(f"{when}  {one['state']:12} {one['severity']:8} {one['alert']}  {one['title']}")


def _history(namespace: str, alert: str, json: bool) -> None:
    found = jobs.alert_history(namespace, alert)
    if not found:
        raise NewswatchError(f"there is no alert {alert}; newswatch alerts lists them")
    if json:
        common.emit(found)
        return
    for one in found:
        typer.echo(f"{one['id']}  {one['severity']}")
        rows = [(step["at"], f"{step['what']} {step['detail']}".rstrip()) for step in one["steps"]]
        rows += [(sent["at"], f"{sent['kind']} to {sent['to']}: {sent['state']}") for sent in one["deliveries"]]
        rows += [(entry["at"], f"signal {entry['signal']}: {entry['word']}") for entry in one["ledger"]]
        for at, what in sorted(rows):
            typer.echo(f"  {at[:19].replace('T', ' ')}  {what}")


def why(
    name: Annotated[str, typer.Argument(help="An alert (rule/story), a signal, an item or a story.", metavar="ID")],
    namespace: common.Namespace = "newswatch",
) -> None:
    """Tell why an alert or an item did, or did not, reach anybody."""
    lines = jobs.why(namespace, name)
    if not lines:
        raise NewswatchError(f"nothing is known of {name}; newswatch alerts and newswatch items list ids")
    for line in lines:
        typer.echo(line)


def ack(
    alert: Annotated[str, typer.Argument(help="An alert, as newswatch alerts shows it, or a story.", metavar="ID")],
    by: By,
    namespace: common.Namespace = "newswatch",
    now: common.Now = None,
) -> None:
    """Take an alert on: no repeat, update or escalation until it recovers or changes materially."""
    jobs.acknowledge(namespace, alert, by, common.clock(now))
    typer.echo(f"{alert} is acknowledged by {by} from the next watch run on.")


@silences.command("add")
def add(
    match: Match,
    by: By,
    duration: Annotated[str, typer.Option("--for", help="How long, such as 2h or 3d.")] = "1h",
    comment: Annotated[str, typer.Option("--comment", help="Why.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what it would have muted.")] = False,
    namespace: common.Namespace = "newswatch",
    now: common.Now = None,
) -> None:
    """Mute what matches; says what it would have muted in the last 7 days."""
    moment, wanted = common.clock(now), _matchers(match)
    until = moment + common.span("--for", duration)
    muted = jobs.would_mute(namespace, wanted, moment)
    if not dry_run:
        name = jobs.silence(namespace, wanted, by, until, moment, comment=comment)
        typer.echo(f"Silence {name} until {until:%Y-%m-%d %H:%M} UTC.")
    many = "1 alert" if len(muted) == 1 else f"{len(muted)} alerts"
    typer.echo(f"In the last 7 days it would have muted {many}{':' if muted else '.'}")
    for one in muted[:10]:
        typer.echo(f"  {one['at'][:16].replace('T', ' ')}  {one['severity']:8} {one['alert']}")


@silences.command("list")
def list_(namespace: common.Namespace = "newswatch", now: common.Now = None, json: common.Json = False) -> None:
    """List silences, the one that ends last first."""
    found = jobs.silences(namespace, common.clock(now))
    if json:
        common.emit(found)
        return
    if not found:
        typer.echo("No silence; newswatch silence add makes one.")
    for one in found:
        match = " ".join(f"{name}={','.join(values)}" for name, values in (one["match"] or {}).items())
        until = one["until"][:16].replace("T", " ")
        comment = f": {one['comment']}" if one["comment"] else ""
        typer.echo(f"{one['id']}  {one['state']:7} until {until}  {match or 'everything'}  by {one['author']}{comment}")


@silences.command("expire")
def expire(
    silence: Annotated[str, typer.Argument(help="The silence's id.", metavar="ID")],
    by: By,
    namespace: common.Namespace = "newswatch",
    now: common.Now = None,
) -> None:
    """End a silence before its time."""
    jobs.expire_silence(namespace, silence, by, common.clock(now))
    typer.echo(f"Silence {silence} ends with the next watch run.")


@routes.command("explain")
def explain(
    rule: Annotated[str | None, typer.Option("--rule", help="A rule of rules.yaml.")] = None,
    alert: Annotated[str | None, typer.Option("--alert", help="An alert, RULE/KEY.")] = None,
    config: common.Config = None,
    namespace: common.Namespace = "newswatch",
) -> None:
    """Say which route would take it, and by which timetable."""
    if (rule is None) == (alert is None):
        raise UsageError("give either --rule ID or --alert RULE/KEY")
    for line in jobs.timetable(jobs.Where(namespace, config), rule, alert):
        typer.echo(line)


def _matchers(given: list[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for one in given:
        name, equals, value = one.partition("=")
        if not equals or not name or not value:
            raise UsageError(f"a matcher looks like tag=military, not {one!r}")
        found[name] = (*found.get(name, ()), *value.split(","))
    return found
