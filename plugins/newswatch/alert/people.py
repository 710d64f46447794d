"""What people do: silences and acknowledgements."""

from __future__ import annotations

from datetime import timedelta

from newswatch.alert.work import Work
from newswatch.model.alert import Act
from newswatch.model.book import Acknowledgement, Alert, Silence

UNSAID = timedelta(hours=1)


def silence(work: Work, act: Act) -> None:
    """Begin a silence; the same id again moves the end of one that is active, or begins it anew after its end."""
    until = act.until or act.t + UNSAID
    known = work.book.silences.get(act.id)
    if known is not None and act.t <= known.changed:
        return
    if known is not None and act.t < known.until:
        known.until, known.changed = until, act.t
        return
    match = {name: tuple(values) for name, values in act.match.items()}
    begun = Silence(act.id, match, act.t, until, act.t, act.by, act.comment)
    if known is not None and not known.summed:
        begun.kept = known.kept
    work.book.silences[act.id] = begun


def unsilence(work: Work, act: Act) -> None:
    """End a silence before its time."""
    known = work.book.silences.get(act.id)
    if known is not None and known.changed <= act.t < known.until:
        known.until, known.changed = act.t, act.t


def acknowledge(work: Work, act: Act) -> None:
    """Take on an alert (by its key or id), or all that is current of a story."""
    for name in list(work.book.current.values()):
        alert = work.book.alerts.get(name)
        if alert is not None and _meant(alert, act.key) and _may_be_taken(alert, act):
            alert.ack = Acknowledgement(act.by, act.t, alert.severity, alert.actors, alert.tags, alert.publishers)


def _meant(alert: Alert, name: str) -> bool:
    story = "" if alert.state else alert.key.partition("/")[2]
    return name in (alert.key, alert.id, story) and not alert.drill


def _may_be_taken(alert: Alert, act: Act) -> bool:
    """Not twice, not after the end; an act that is read again does not undo what re-opened the alert since."""
    if alert.ended is not None or alert.ack is not None or act.t < alert.start:
        return False
    return alert.reopening is None or act.t >= alert.reopening.at
