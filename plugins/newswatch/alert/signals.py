"""Signals become alerts: a match begins an event or adds to it, over and under drive a state."""

from __future__ import annotations

from datetime import datetime

from newswatch.alert import episodes, groups
from newswatch.alert.episodes import Clock
from newswatch.alert.work import Work, higher, rank
from newswatch.model.alert import Act, Word
from newswatch.model.book import Acknowledgement, Alert, Reopening

NOT_LIVE = frozenset({"seed", "backfill"})
DRILL = "drill:"


def match(work: Work, act: Act) -> None:
    """A rule found an item: the first of a story begins an alert, the others add to it."""
    key = f"{act.rule}/{act.key}"
    if _done(work, act, key):
        return
    alert = _current(work, act)
    if alert is None:
        alert = _begin(work, act, key, fires=act.t, state=False)
        groups.enter(work, alert, act.t)
        return
    _further(work, alert, act)
    if not alert.told:
        alert.severity = higher(alert.severity, act.severity)


def over(work: Work, clock: Clock, act: Act) -> None:
    """A state's condition holds from ``act.t`` on."""
    key = f"{act.rule}/{act.key}"
    if _done(work, act, key):
        return
    alert = _current(work, act)
    if alert is None or alert.ended is not None:
        alert = _begin(work, act, key, fires=act.t + work.timers(act.rule).hold, state=True)
        clock.wait(alert.fires, alert)
        return
    alert.under, alert.seen = None, max(alert.seen, act.t)
    _further(work, alert, act)
    alert.severity = act.severity


def under(work: Work, clock: Clock, act: Act) -> None:
    """A state's condition holds no longer from ``act.t`` on."""
    alert = _current(work, act)
    if alert is None or alert.ended is not None or alert.under is not None or act.t < alert.seen:
        return
    if not alert.firing:
        episodes.end(work, alert, act.t)
        return
    alert.under = act.t
    clock.wait(act.t + work.timers(act.rule).recover_after, alert)


def slot(act: Act) -> str:
    """What the current alert of a signal stands under: its key. Drills have alerts of their own and touch no other."""
    key = f"{act.rule}/{act.key}"
    return f"{DRILL}{key}" if act.origin == "drill" else key


def _done(work: Work, act: Act, key: str) -> bool:
    """Whether there is nothing to do: the signal was seen before, or is no live news."""
    if act.id and act.id in work.book.ledger:
        return True
    if act.origin in NOT_LIVE:
        work.enter_ledger(act.id, Word.NOT_LIVE, key, act.t)
        return True
    return False


def _current(work: Work, act: Act) -> Alert | None:
    name = work.book.current.get(slot(act))
    return work.book.alerts.get(name) if name else None


def _begin(work: Work, act: Act, key: str, *, fires: datetime, state: bool) -> Alert:
    """A new alert, with a new identity: an event's is its key, a state's has the start of the episode."""
    place = slot(act)
    alert = Alert(
        id=f"{place}/{act.t.isoformat()}" if state else place,
        key=key,
        rule=act.rule,
        state=state,
        labels=dict(act.labels),
        severity=act.severity,
        made=act.severity,
        start=act.t,
        fires=fires,
        seen=act.t,
        actors=act.actors,
        tags=_tags(act),
        publishers=act.publishers,
        made_tags=_tags(act),
        made_actors=act.actors,
        drill=act.origin == "drill",
        firing=not state,
        signals=[act.id] if act.id else [],
    )
    work.book.alerts[alert.id] = alert
    work.book.current[place] = alert.id
    work.enter_ledger(act.id, Word.GROUPED, key, act.t, alert.id)
    return alert


def _further(work: Work, alert: Alert, act: Act) -> None:
    """A further signal of an alert: no message, unless it changes what was acknowledged."""
    word = Word.THROTTLED if alert.heard else Word.GROUPED
    if alert.ack is not None:
        word = Word.GROUPED if _material(work, alert.ack, act) else Word.ACKNOWLEDGED
    work.enter_ledger(act.id, word, alert.key, act.t, alert.id)
    if alert.ack is not None and word is Word.GROUPED:
        _reopen(work, alert, act)
    alert.seen = max(alert.seen, act.t)
    alert.actors = tuple(dict.fromkeys(alert.actors + act.actors))
    alert.tags = tuple(dict.fromkeys(alert.tags + _tags(act)))
    alert.publishers = max(alert.publishers, act.publishers)


def _material(work: Work, taken: Acknowledgement, act: Act) -> bool:
    """Whether it is more than what was acknowledged: a new actor or tag, more severe, many more publishers."""
    return bool(
        set(act.actors) - set(taken.actors)
        or set(_tags(act)) - set(taken.tags)
        or rank(act.severity) > rank(taken.severity)
        or act.publishers >= taken.publishers + work.life.reopen_publishers
    )


def _reopen(work: Work, alert: Alert, act: Act) -> None:
    alert.ack, alert.gone, alert.carried = None, None, {}
    alert.reopening = Reopening(act.t, act.id)
    alert.severity = higher(alert.severity, act.severity)
    groups.enter_again(work, alert, act.t)


def _tags(act: Act) -> tuple[str, ...]:
    label = act.labels.get("tag")
    return tuple(dict.fromkeys((*act.tags, *((label,) if label else ()))))
