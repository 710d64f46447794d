"""Escalation: others are told when nobody took an alert on in time, beside the group's grid and in quiet hours too."""

from __future__ import annotations

from datetime import datetime

from newswatch.alert import muting
from newswatch.alert.work import EPOCH, Work, routes_of
from newswatch.model.alert import Escalation, Kind, Route
from newswatch.model.book import Alert


def escalate(work: Work) -> None:
    """At the first run at or past its time, once per alert and step: unless taken on, recovered or muted by then."""
    if not any(route.escalate for route in work.life.routes):
        return
    due: dict[tuple[str, int], list[Alert]] = {}
    for alert in work.book.alerts.values():
        if not alert.told:
            continue
        for route in routes_of(work.routes, alert):
            for number, step in enumerate(route.escalate):
                if _has_come(work, alert, route, number, step):
                    alert.escalated.append(_name(route, number))
                    if _goes_out(work, alert):
                        due.setdefault((route.id, number), []).append(alert)
    for (name, number), alerts in due.items():
        _send(work, work.routes[name], number, alerts)


def settled(alert: Alert, routes: list[Route]) -> bool:
    """Whether no step of these routes can still come for the alert."""
    steps = [_name(route, number) for route in routes for number in range(len(route.escalate))]
    return alert.ended is not None or all(name in alert.escalated for name in steps)


def _send(work: Work, route: Route, number: int, alerts: list[Alert]) -> None:
    mark = f"{_name(route, number)}/{work.now.strftime(EPOCH)}"
    for to in route.escalate[number].to:
        message = work.send(to, Kind.ESCALATION, alerts, mark, route.id)
        for alert in alerts:
            work.tell(alert, to, message)


def _has_come(work: Work, alert: Alert, route: Route, number: int, step: Escalation) -> bool:
    since = _first_acceptance(alert, route)
    return since is not None and _name(route, number) not in alert.escalated and work.now >= since + step.after


def _first_acceptance(alert: Alert, route: Route) -> datetime | None:
    """When the first recipient of the route had accepted the firing."""
    return min((told.accepted for to, told in alert.told.items() if to in route.to and told.accepted), default=None)


def _goes_out(work: Work, alert: Alert) -> bool:
    taken_or_over = alert.ack is not None or alert.ended is not None
    return not (taken_or_over or muting.silenced(work, alert) or muting.inhibited(work, alert))


def _name(route: Route, number: int) -> str:
    return f"{route.id}/{number}"
