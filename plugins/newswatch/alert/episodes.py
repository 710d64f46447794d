"""The episodes of states: pending until the condition held long enough, over once it was gone long enough.

Within a run everything happens in the order of its own time: ``Clock`` holds what is still to come.
"""

from __future__ import annotations

import heapq
from datetime import datetime

from newswatch.alert import groups
from newswatch.alert.work import Work
from newswatch.model.alert import Word
from newswatch.model.book import Alert


class Clock:
    """The moments at which states fire or recover by themselves."""

    def __init__(self, work: Work) -> None:
        self.work = work
        self.due: list[tuple[datetime, str]] = []
        for alert in work.book.alerts.values():
            if alert.state and alert.ended is None:
                self.wait(_next(work, alert), alert)

    def wait(self, at: datetime, alert: Alert) -> None:
        """Look at the alert again then."""
        heapq.heappush(self.due, (at, alert.id))

    def advance(self, until: datetime) -> None:
        """Let everything happen that is due by then."""
        while self.due and self.due[0][0] <= until:
            at, name = heapq.heappop(self.due)
            alert = self.work.book.alerts[name]
            if alert.ended is None and _next(self.work, alert) == at:
                self._happen(alert, at)

    def _happen(self, alert: Alert, at: datetime) -> None:
        if alert.under is not None:
            end(self.work, alert, at)
        elif not alert.firing:
            alert.firing = True
            groups.enter(self.work, alert, at)


def end(work: Work, alert: Alert, at: datetime) -> None:
    """The episode is over."""
    alert.ended = at
    work.ended.append(alert)


def clear(work: Work) -> None:
    """What ended before anybody was told is cleared, unless it is held. For when the run has told all else."""
    held = {name for boxes in work.book.held.values() for box in boxes.values() for name in box}
    for alert in work.ended:
        if not alert.told and not alert.carried and alert.id not in held:
            work.word(alert, Word.CLEARED)


def _next(work: Work, alert: Alert) -> datetime:
    """When the state fires or recovers by itself, as things stand; for one that fires on: when it fired."""
    return alert.fires if alert.under is None else alert.under + work.timers(alert.rule).recover_after
