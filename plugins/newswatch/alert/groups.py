"""Groups: who is told together, and the grid of moments at which a group is looked at.

A group's first flush is due ``group_wait`` after its first alert's own time, the others every ``group_interval`` from
there, whenever runs come. A group that is empty and had nothing to tell at a flush ends.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from newswatch.alert.match import as_made, matched_as_made
from newswatch.alert.work import EPOCH, SEPARATOR, Work
from newswatch.model.alert import Route
from newswatch.model.book import Alert, Group


@dataclass
class Flush:
    """A flush that is due in this run: ``first`` and ``nominal`` are the first and the last point of the grid since the
    last one, ``muted`` the ids of members that may not be told now, ``had_news`` whether there was anything to tell.
    """

    key: str
    group: Group
    route: Route
    nominal: datetime
    members: list[Alert]
    muted: set[str]
    had_news: bool = False

    @property
    def first(self) -> datetime:
        """The first point of the grid that no run has looked at yet."""
        return self.group.due

    @property
    def mark(self) -> str:
        """Names the flush, whenever it is done."""
        return f"{self.key}/{self.nominal.strftime(EPOCH)}"

    def recipients(self) -> Iterable[str]:
        """The route's recipients, then those of its escalations, who hear of recoveries only."""
        steps = [to for step in self.route.escalate for to in step.to]
        return dict.fromkeys([*self.route.to, *steps])

    def point(self, at: datetime) -> datetime:
        """The point of the grid at which something untold that happened at ``at`` falls due."""
        gap, interval = at - self.first, self.route.group_interval
        if gap <= timedelta(0) or interval <= timedelta(0):
            return self.first
        return self.first + -(-gap // interval) * interval


def enter(work: Work, alert: Alert, at: datetime) -> None:
    """Put the alert into the group of every route that takes it, as it was made: in order, until one does not go on."""
    if alert.drill:
        return
    for route in work.life.routes:
        if not matched_as_made(alert, route.match):
            continue
        labels = [",".join(as_made(alert, name)) for name in route.group_by]
        key = SEPARATOR.join((route.id, *labels))
        alert.groups.append(key)
        _join(work, alert, key, route, at)
        if not route.proceed:
            return


def route_of(key: str) -> str:
    """The route of a group's key."""
    return key.partition(SEPARATOR)[0]


def enter_again(work: Work, alert: Alert, at: datetime) -> None:
    """Put an alert that is open again back into its groups."""
    for key in alert.groups:
        route = work.routes.get(route_of(key))
        group = work.book.groups.get(key)
        if route is not None and (group is None or alert.id not in group.members):
            _join(work, alert, key, route, at)


def due(work: Work) -> Iterator[tuple[str, Group, Route, datetime]]:
    """The groups whose flush has come, by their times, then as their routes stand; those of a lost route end."""
    place = {name: number for number, name in enumerate(work.routes)}
    for key, group in list(work.book.groups.items()):
        if group.route not in place:
            del work.book.groups[key]
    for key, group in sorted(work.book.groups.items(), key=lambda pair: (pair[1].due, place[pair[1].route])):
        route = work.routes[group.route]
        if group.due <= work.now:
            yield key, group, route, _last_point(group, route, work.now)


def close(work: Work, flushes: Iterable[Flush]) -> None:
    """After the flushes: what was told leaves, the next point of the grid is set, empty groups end."""
    for flush in flushes:
        group = flush.group
        group.flushes += 1
        group.due = flush.nominal + max(flush.route.group_interval, timedelta(seconds=1))
        group.members = [alert.id for alert in flush.members if _stays(work, alert, flush)]
        if not group.members and not flush.had_news:
            del work.book.groups[flush.key]


def _join(work: Work, alert: Alert, key: str, route: Route, at: datetime) -> None:
    group = work.book.groups.get(key)
    if group is None or _ended(group, at):
        labels = tuple(key.split(SEPARATOR)[1:])
        group = work.book.groups[key] = Group(route.id, labels, at + route.group_wait)
    group.members.append(alert.id)


def _ended(group: Group, at: datetime) -> bool:
    """Whether it was empty at a point of its grid before ``at``, although no run came to see it."""
    return not group.members and group.flushes > 0 and group.due < at


def _last_point(group: Group, route: Route, now: datetime) -> datetime:
    if route.group_interval <= timedelta(0):
        return now
    return group.due + (now - group.due) // route.group_interval * route.group_interval


def _stays(work: Work, alert: Alert, flush: Flush) -> bool:
    """States stay until they end; events until they were told, put aside, or muted."""
    if alert.state:
        return alert.ended is None
    if alert.id in flush.muted:
        return False
    box = work.book.held.get(flush.route.id, {})
    return any(_untold(alert, to) and alert.id not in box.get(to, {}) for to in flush.route.to)


def _untold(alert: Alert, to: str) -> bool:
    if to not in alert.told:
        return to not in alert.carried
    return alert.reopening is not None and to not in alert.reopening.told and not alert.told[to].refused
