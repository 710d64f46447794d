"""Muting: silences and inhibition, judged at the flush; and what a silence that ended has to say."""

from __future__ import annotations

from collections.abc import Iterable

from newswatch.alert import match
from newswatch.alert.work import Work
from newswatch.model.alert import Kind, Route, Word
from newswatch.model.book import Alert, Silence


def muted(work: Work, alert: Alert, route: Route) -> bool:
    """Whether the alert may not be told at this flush. Says so in the ledger, and remembers who was kept from it."""
    if alert.ended is not None:
        return False
    boxes = work.book.held.get(route.id, {})
    silence = silenced(work, alert)
    if silence is not None:
        _keep(silence, alert, [to for to in route.to if alert.id not in boxes.get(to, {})])
    elif not inhibited(work, alert):
        return False
    word = Word.INHIBITED if silence is None else Word.SILENCED
    if not alert.told and not any(alert.id in box for box in boxes.values()):
        work.word(alert, word)
        alert.gone = None if alert.state else word
    if alert.reopening is not None and not alert.reopening.told:
        work.reworded(alert.reopening, word)
    return True


def silenced(work: Work, alert: Alert) -> Silence | None:
    """The first active silence that takes the alert."""
    return next((one for one in work.silences if match.matches(alert, one.match)), None)


def inhibited(work: Work, alert: Alert) -> bool:
    """Whether a firing state mutes the alert. Two alerts that match both sides do not mute each other."""
    for rule in work.life.inhibit:
        if not match.matches(alert, rule.target):
            continue
        both = match.matches(alert, rule.source)
        for source in work.sources:
            if source.id == alert.id or not match.matches(source, rule.source):
                continue
            if both and match.matches(source, rule.target):
                continue
            if match.equal(alert, source, rule.equal):
                return True
    return False


def summarise(work: Work) -> None:
    """A silence that ended tells each recipient what it was kept from; nothing when there was nothing."""
    for silence in work.book.silences.values():
        if silence.summed or silence.until > work.now:
            continue
        silence.summed = True
        for to, names in silence.kept.items():
            alerts = [work.book.alerts[name] for name in names if name in work.book.alerts]
            if alerts:
                mark = f"silence/{silence.id}/{silence.start.isoformat()}"
                work.send(to, Kind.SILENCE_SUMMARY, alerts, mark)


def _keep(silence: Silence, alert: Alert, recipients: Iterable[str]) -> None:
    for to in recipients:
        reopened = alert.reopening is not None and to not in alert.reopening.told
        if to not in alert.told or reopened:
            silence.kept.setdefault(to, {})[alert.id] = None
