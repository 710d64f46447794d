"""Flushes: each recipient gets one message about a group's news, or is told again what still fires."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from newswatch.alert import groups, muting
from newswatch.alert.groups import Flush
from newswatch.alert.work import Work, rank
from newswatch.model.alert import Kind
from newswatch.model.book import Alert, Told

#: one message holds all news of a flush and is called by the first of these that it holds
FOREMOST = (Kind.FIRING, Kind.REOPENED, Kind.UPDATE, Kind.RECOVERED)
News = list[tuple[Kind, Alert]]


def begin(work: Work) -> list[Flush]:
    """The flushes that are due, with what is muted in each of them."""
    found = []
    for key, group, route, nominal in list(groups.due(work)):
        members = [work.book.alerts[name] for name in group.members if name in work.book.alerts]
        silent = {alert.id for alert in members if muting.muted(work, alert, route)}
        found.append(Flush(key, group, route, nominal, members, silent))
    return found


def news(work: Work, flush: Flush, to: str) -> News:
    """What the flush has to tell this recipient."""
    kinds = ((_news(work, flush, alert, to), alert) for alert in flush.members)
    return [(kind, alert) for kind, alert in kinds if kind is not None]


def send(work: Work, flushes: Iterable[Flush]) -> None:
    """Tell each recipient the news of each group; where there is none, repeat what is to be repeated."""
    for flush in flushes:
        if work.quiet(flush.route, work.now):
            continue
        for to in flush.recipients():
            found = news(work, flush, to)
            if found:
                _tell(work, flush, to, found)
            else:
                _repeat(work, flush, to)


def _tell(work: Work, flush: Flush, to: str, found: News) -> None:
    kinds = {kind for kind, _ in found}
    kind = next(one for one in FOREMOST if one in kinds)
    alerts = [alert for _, alert in found]
    message = work.send(to, kind, alerts, flush.mark, flush.route.id)
    for alert in alerts:
        work.tell(alert, to, message, flush.key)
    flush.group.last[to] = flush.nominal
    flush.had_news = True


def _news(work: Work, flush: Flush, alert: Alert, to: str) -> Kind | None:
    told = alert.told.get(to)
    if told is None:
        return Kind.FIRING if to in flush.route.to and _to_be_told(work, flush, alert, to) else None
    if told.refused:
        return None
    if alert.ended is not None:
        return Kind.RECOVERED if flush.route.send_resolved and not told.recovered else None
    if alert.id in flush.muted or to not in flush.route.to:
        return None
    if alert.reopening is not None and to not in alert.reopening.told:
        return Kind.REOPENED
    risen = alert.state and alert.ack is None and rank(alert.severity) > rank(told.severity)
    return Kind.UPDATE if risen else None


def _to_be_told(work: Work, flush: Flush, alert: Alert, to: str) -> bool:
    if alert.id in flush.muted:
        return False
    if to in alert.carried and not (alert.state and not alert.ack and rank(alert.severity) > rank(alert.carried[to])):
        return False
    # a state that ended untold is told only when catching up, and only if runs in time would have told it
    return alert.ended is None or (work.catching_up and flush.point(alert.fires) < alert.ended)


def _repeat(work: Work, flush: Flush, to: str) -> None:
    last = flush.group.last.get(to)
    if last is None or flush.nominal - last < flush.route.repeat_interval:
        return
    again = [alert for alert in flush.members if _goes_on(alert, flush, alert.told.get(to))]
    if not again:
        return
    flush.group.last[to] = flush.nominal
    # what still waits to be accepted is not said twice
    heard = [alert for alert in again if alert.told[to].accepted]
    if heard:
        flush.had_news = True
        work.send(to, Kind.REPEAT, heard, flush.mark, flush.route.id)
        _said(work, heard, to)


def _said(work: Work, alerts: Sequence[Alert], to: str) -> None:
    for alert in alerts:
        alert.told[to].severity, alert.told[to].at = alert.severity, work.now


def _goes_on(alert: Alert, flush: Flush, told: Told | None) -> bool:
    """A state to say again: firing, not muted, not taken on, and this group is the one that told the recipient."""
    if told is None or told.refused or told.group != flush.key:
        return False
    return alert.state and alert.ended is None and alert.ack is None and alert.id not in flush.muted
