"""Drills go through every stage, at once, to the drill's own recipients only, and touch nothing else."""

from __future__ import annotations

from newswatch.alert.work import Work
from newswatch.model.alert import Kind
from newswatch.model.book import Alert


def send(work: Work) -> None:
    """Tell the drill's recipients what fires and what recovered."""
    for alert in [one for one in work.book.alerts.values() if one.drill]:
        for to in work.life.drill_to:
            told = alert.told.get(to)
            if told is None and alert.firing and alert.ended is None:
                _send(work, alert, to, Kind.FIRING)
            elif told is not None and alert.ended is not None and not told.recovered and not told.refused:
                _send(work, alert, to, Kind.RECOVERED)


def _send(work: Work, alert: Alert, to: str, kind: Kind) -> None:
    work.tell(alert, to, work.send_now(to, kind, [alert], alert.id))
