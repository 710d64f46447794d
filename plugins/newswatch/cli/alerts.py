"""``newswatch alerts``, ``why``, ``ack``, ``silence`` and ``routes``: what was told, and what people do about it."""

from __future__ import annotations

import getpass
from datetime import timedelta
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
    state: Annotated[str | None, typer.Option("--state", help="Only alerts in this state.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000)] = 50,
    namespace: common.Namespace = "newswatch",
    json: common.Json = False,
) -> None:
    """List alerts, newest first."""
    from newswatch.index import documents

    store = jobs.open_store(namespace)
    documents.refresh(store, store.index("alerts"))
    query = {"term": {"state": state}} if state else {"match_all": {}}
    request = {"query": query, "sort": [{"@timestamp": "desc"}], "size": limit}
    found = [hit["_source"] for hit in documents.search(store, store.index("alerts"), request)["hits"]["hits"]]
    if json:
        common.emit({key: value for key, value in one.items() if key != "value"} for one in found)
        return
    if not found:
        typer.echo("No alert yet: one comes when a rule first matches live news. newswatch drill tries the whole way.")
    for one in found:
        when = one["@timestamp"][:16].replace("T", " ")
        typer.echo(f"{when}  {one['state']:12} {one['severity']:8} {one['alert']}  {one['title']}")


def why(
    name: Annotated[str, typer.Argument(help="An alert (rule/story), a signal, an item or a story.", metavar="ID")],
    namespace: common.Namespace = "newswatch",
) -> None:
    """Tell why an alert or an item did, or did not, reach anybody."""
    from newswatch.pipeline.why import tell

    lines = tell(jobs.open_store(namespace), name)
    if not lines:
        raise NewswatchError(f"nothing is known of {name}; newswatch alerts and newswatch items list ids")
    for line in lines:
        typer.echo(line)


def ack(
    alert: Annotated[str, typer.Argument(help="The alert, as newswatch alerts shows it.", metavar="RULE/KEY")],
    by: By,
    namespace: common.Namespace = "newswatch",
    now: common.Now = None,
) -> None:
    """Take an alert on: no repeat, update or escalation until it recovers or changes materially."""
    from newswatch.pipeline import acts
    from newswatch.pipeline.watch import load

    store = jobs.open_store(namespace)
    if alert not in load(store).book.current:
        raise NewswatchError(f"there is no alert {alert}; newswatch alerts lists them")
    acts.acknowledge(store, alert, by, common.clock(now))
    typer.echo(f"{alert} is acknowledged by {by} from the next watch run on.")


@silences.command("add")
def add(
    match: Match,
    by: By,
    duration: Annotated[str, typer.Option("--for", help="How long, such as 2h or 3d.")] = "1h",
    comment: Annotated[str, typer.Option("--comment", help="Why.")] = "",
    namespace: common.Namespace = "newswatch",
    now: common.Now = None,
) -> None:
    """Mute what matches; says what it would have muted in the last 7 days."""
    from newswatch.pipeline import acts
    from newswatch.pipeline.why import would_mute

    moment, wanted = common.clock(now), _matchers(match)
    store = jobs.open_store(namespace)
    until = moment + _duration(duration)
    name = acts.silence(store, wanted, by, until, comment, moment)
    muted = would_mute(store, wanted, moment)
    typer.echo(f"Silence {name} until {until:%Y-%m-%d %H:%M} UTC.")
    typer.echo(f"In the last 7 days it would have muted {len(muted)} alerts{':' if muted else '.'}")
    for line in muted[:10]:
        typer.echo(f"  {line}")


@silences.command("list")
def list_(namespace: common.Namespace = "newswatch", now: common.Now = None, json: common.Json = False) -> None:
    """List silences, those that are active first."""
    from newswatch.pipeline.watch import load

    moment = common.clock(now)
    found = sorted(load(jobs.open_store(namespace)).book.silences.values(), key=lambda one: one.until, reverse=True)
    if json:
        common.emit({"id": s.id, "match": s.match, "until": s.until, "by": s.by} for s in found)
        return
    if not found:
        typer.echo("No silence; newswatch silence add makes one.")
    for one in found:
        state = "active" if one.start <= moment < one.until else "ended"
        match = " ".join(f"{name}={','.join(values)}" for name, values in one.match.items()) or "everything"
        typer.echo(f"{one.id}  {state:7} until {one.until:%Y-%m-%d %H:%M}  {match}  by {one.by}")


@silences.command("expire")
def expire(
    silence: Annotated[str, typer.Argument(help="The silence's id.", metavar="ID")],
    by: By,
    namespace: common.Namespace = "newswatch",
    now: common.Now = None,
) -> None:
    """End a silence before its time."""
    from newswatch.pipeline import acts

    acts.expire(jobs.open_store(namespace), silence, by, common.clock(now))
    typer.echo(f"Silence {silence} ends with the next watch run.")


@routes.command("explain")
def explain(
    rule: Annotated[str | None, typer.Option("--rule", help="A rule of rules.yaml.")] = None,
    alert: Annotated[str | None, typer.Option("--alert", help="An alert, RULE/KEY.")] = None,
    config: common.Config = None,
    namespace: common.Namespace = "newswatch",
) -> None:
    """Say which route would take it, and by which timetable."""
    from newswatch.pipeline.why import timetable

    if (rule is None) == (alert is None):
        raise UsageError("give either --rule ID or --alert RULE/KEY")
    store = jobs.open_store(namespace) if alert else None
    for line in timetable(jobs.alerting(jobs.Where(namespace, config)), rule, alert, store):
        typer.echo(line)


def _matchers(given: list[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for one in given:
        name, equals, value = one.partition("=")
        if not equals or not name or not value:
            raise UsageError(f"a matcher looks like tag=military, not {one!r}")
        found[name] = (*found.get(name, ()), *value.split(","))
    return found


def _duration(text: str) -> timedelta:
    from newswatch.model.channels import duration

    try:
        return duration(text)
    except ValueError as error:
        raise UsageError(f"--for: {error}") from error
