"""Quiet hours: what falls due in them is held and released in one message, or left to the digest."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from newswatch.alert import flush as flushing
from newswatch.alert import quiet
from newswatch.alert.groups import Flush
from newswatch.alert.work import EPOCH, Work
from newswatch.model.alert import Kind, Route, Word
from newswatch.model.book import Alert, Held


def hold(work: Work, flushes: Iterable[Flush]) -> None:
    """Put aside what fell due while it was quiet, or would have to be told while it is."""
    for flush in flushes:
        if flush.route.quiet is None:
            continue
        for to in flush.recipients():
            for kind, alert in flushing.news(work, flush, to):
                if work.quiet(flush.route, work.now) or work.quiet(flush.route, flush.point(_happened(kind, alert))):
                    flush.had_news = True
                    _put_aside(work, flush, to, alert)


def release(work: Work) -> None:
    """After the quiet hours each recipient gets one message about everything held, of all groups of the route."""
    for name, boxes in work.book.held.items():
        route = work.routes.get(name)
        if route is None or work.quiet(route, work.now):
            continue
        end = _end(work, route)
        for to, box in boxes.items():
            held = [one for one in box.values() if one.alert in work.book.alerts and not _known(work, one, to)]
            box.clear()
            if held:
                _release(work, route, to, held, end)


def _release(work: Work, route: Route, to: str, held: list[Held], end: datetime) -> None:
    alerts = [work.book.alerts[one.alert] for one in held]
    message = work.send(to, Kind.RELEASED, alerts, f"{route.id}/{end.strftime(EPOCH)}", route.id)
    for one, alert in zip(held, alerts, strict=True):
        work.tell(alert, to, message, one.group)
        if one.group in work.book.groups:
            work.book.groups[one.group].last[to] = end


def _put_aside(work: Work, flush: Flush, to: str, alert: Alert) -> None:
    if not alert.told:
        work.word(alert, Word.HELD)
    if alert.reopening is not None and not alert.reopening.told:
        work.reworded(alert.reopening, Word.HELD)
    if flush.route.quiet_mode == "digest":
        _carry(work, alert, to)
        return
    box = work.book.held.setdefault(flush.route.id, {}).setdefault(to, {})
    box.setdefault(alert.id, Held(alert.id, flush.key, work.now))


def _carry(work: Work, alert: Alert, to: str) -> None:
    """The digest tells it. Who had been told of the firing by a message hears of the recovery by one."""
    if to in alert.told:
        work.tell(alert, to, alert.told[to].message)
    else:
        alert.carried[to] = alert.severity


def _happened(kind: Kind, alert: Alert) -> datetime:
    """When the news came about; a rise of severity counts from the group's next flush."""
    if kind is Kind.RECOVERED and alert.ended is not None:
        return alert.ended
    if kind is Kind.REOPENED and alert.reopening is not None:
        return alert.reopening.at
    return alert.fires


def _known(work: Work, held: Held, to: str) -> bool:
    """Whether the recipient was told meanwhile, through another route."""
    told = work.book.alerts[held.alert].told.get(to)
    return told is not None and told.at >= held.at


def _end(work: Work, route: Route) -> datetime:
    return quiet.ended(work.life.intervals[route.quiet], work.now) if route.quiet else work.now
