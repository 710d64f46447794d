"""One run of the life cycle: acts and the book in, messages and the changed book out. docs/alerts.md says every rule.

``run`` works on the book that it is given (callers keep a copy when they need the old one); nothing else is touched, no
clock is read. Everything due at ``now`` or before is done; due times follow from the acts' own times, so a late run
shifts nothing after it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from newswatch.alert import match, quiet
from newswatch.model.alert import (
    SEVERITIES,
    Acknowledgement,
    Act,
    Alert,
    Book,
    Group,
    Kind,
    LifeCycle,
    Message,
    Route,
    RuleTimers,
    Silence,
    Told,
    Word,
)

EPOCH = "%Y-%m-%dT%H:%M:%SZ"


@dataclass
class _Run:
    """What one run works with. ``summary`` gathers everything when it catches up."""

    life: LifeCycle
    book: Book
    now: datetime
    catching_up: bool
    messages: list[Message] = field(default_factory=list)
    summary: dict[str, list[str]] = field(default_factory=dict)

    @property
    def routes(self) -> dict[str, Route]:
        return {route.id: route for route in self.life.routes}

    def quiet(self, route: Route, moment: datetime) -> bool:
        return route.quiet is not None and quiet.quiet(self.life.intervals[route.quiet], moment)

    def word(self, alert: Alert, word: Word, signals: Iterable[str] | None = None) -> None:
        for signal in alert.signals if signals is None else signals:
            if self.book.ledger.get(signal) != Word.SENT:
                self.book.ledger[signal] = word

    def send(self, to: str, kind: Kind, alerts: Sequence[Alert], route: str, mark: str) -> None:
        if (self.catching_up and kind is not Kind.FIRING) or self.catching_up:
            held = self.summary.setdefault(to, [])
            held += [alert.id for alert in alerts if alert.id not in held]
            return
        self.messages.append(_message(to, kind, [alert.id for alert in alerts], self.now, route, mark))


def run(life: LifeCycle, book: Book, acts: Sequence[Act], now: datetime) -> list[Message]:
    """All that is due at ``now``: changes ``book``, returns the messages to deliver, in order.

    ``acts`` may repeat what was given before and come in any order; those later than ``now`` are left for later.
    """
    if book.last_run == now:
        return []
    late = book.last_run is not None and now - book.last_run > life.catch_up_after
    work = _Run(life, book, now, late)
    for act in sorted((act for act in acts if act.t <= now), key=lambda act: act.t):
        _take(work, act)
    _ripen(work)
    _escalate(work)
    _flush_groups(work)
    _release(work)
    _sum_silences(work)
    _clear(work)
    for to, alerts in work.summary.items():
        if alerts:
            work.messages.append(_message(to, Kind.SUMMARY, alerts, now, "", now.strftime(EPOCH)))
    book.last_run = now
    return work.messages


def accepted(book: Book, message: Message, at: datetime) -> None:
    """A recipient's channel accepted ``message``: the ledger says sent, escalation clocks start."""
    for name in message.alerts:
        alert = book.alerts.get(name)
        if alert is None:
            continue
        if message.kind != Kind.SILENCE_SUMMARY:
            for signal in alert.signals:
                if book.ledger.get(signal) in (None, Word.GROUPED, Word.HELD, Word.FAILED):
                    book.ledger[signal] = Word.SENT
            if alert.reopening and message.kind in (Kind.REOPENED, Kind.SUMMARY, Kind.RELEASED):
                book.ledger[alert.reopening] = Word.SENT
        if message.route and message.route not in alert.accepted and message.kind != Kind.ESCALATION:
            alert.accepted[message.route] = at


def refused(book: Book, message: Message) -> None:
    """A recipient's channel refused ``message`` for good: that recipient hears no recovery of what it never heard."""
    for name in message.alerts:
        alert = book.alerts.get(name)
        if alert is None:
            continue
        if message.to in alert.told and message.kind in (Kind.FIRING, Kind.RELEASED, Kind.SUMMARY, Kind.ESCALATION):
            alert.told[message.to].refused = True
        if all(told.refused for told in alert.told.values()):
            for signal in alert.signals:
                if book.ledger.get(signal) in (None, Word.GROUPED, Word.HELD):
                    book.ledger[signal] = Word.FAILED


# --- acts ---------------------------------------------------------------------------------------------------------


def _take(work: _Run, act: Act) -> None:
    if act.do == "match":
        _match(work, act)
    elif act.do == "over":
        _over(work, act)
    elif act.do == "under":
        _under(work, act)
    elif act.do == "silence":
        if act.id not in work.book.silences:
            match_ = {name: tuple(values) for name, values in act.match.items()}
            until = act.until or act.t + timedelta(hours=1)
            work.book.silences[act.id] = Silence(act.id, match_, act.t, until, act.by)
    elif act.do == "unsilence":
        silence = work.book.silences.get(act.id)
        if silence is not None and not silence.summed:
            silence.until = min(silence.until, act.t)
    elif act.do == "ack":
        _ack(work, act)


def _match(work: _Run, act: Act) -> None:
    book = work.book
    if act.id in book.ledger:
        return
    if act.origin in ("seed", "backfill"):
        book.ledger[act.id] = Word.NOT_LIVE
        return
    key = f"{act.rule}/{act.key}"
    alert = book.alerts.get(book.current.get(key, ""))
    if alert is None:
        alert = _begin(work, act, key, fires=act.t, state=False)
        _enter(work, alert, act.t)
        return
    if alert.ack:
        _again_acknowledged(work, alert, act)
    else:
        told = bool(alert.told) or alert.gone is not None
        book.ledger[act.id] = Word.THROTTLED if alert.told else Word.GROUPED
        if not told:
            alert.signals.append(act.id)
            alert.severity = _higher(alert.severity, act.severity)
    _learn(alert, act)


def _again_acknowledged(work: _Run, alert: Alert, act: Act) -> None:
    """A further match of an acknowledged story: silent, unless it changes something that matters."""
    taken = alert.ack
    assert taken is not None
    news = (
        set(act.actors) - set(taken.actors)
        or set(_tags(act)) - set(taken.tags)
        or _rank(act.severity) > _rank(taken.severity)
        or act.publishers >= taken.publishers + work.life.reopen_publishers
    )
    if not news:
        work.book.ledger[act.id] = Word.ACKNOWLEDGED
        return
    alert.ack = None
    alert.reopened, alert.reopening, alert.reopen_told, alert.gone = act.t, act.id, [], None
    alert.severity = _higher(alert.severity, act.severity)
    work.book.ledger[act.id] = Word.GROUPED
    _enter(work, alert, act.t)


def _over(work: _Run, act: Act) -> None:
    book, key = work.book, f"{act.rule}/{act.key}"
    if act.id and act.id in book.ledger:
        return
    if act.origin in ("seed", "backfill"):
        book.ledger[act.id] = Word.NOT_LIVE
        return
    alert = book.alerts.get(book.current.get(key, ""))
    if alert is not None and alert.ended is None and alert.under is not None:
        # a recovery whose time had come before this act is a recovery
        _recover(work, alert, act.t)
    if alert is None or alert.ended is not None:
        hold = _timers(work, act.rule).hold
        _begin(work, act, key, fires=act.t + hold, state=True)
        return
    alert.under, alert.seen = None, max(alert.seen, act.t)
    book.ledger[act.id] = Word.THROTTLED if alert.told else Word.GROUPED
    if not alert.told:
        alert.signals.append(act.id)
    if alert.ack:
        _again_acknowledged(work, alert, act)
    alert.severity = act.severity
    _learn(alert, act)


def _under(work: _Run, act: Act) -> None:
    alert = work.book.alerts.get(work.book.current.get(f"{act.rule}/{act.key}", ""))
    if alert is None or alert.ended is not None or alert.under is not None or act.t < alert.seen:
        return
    if not alert.firing and act.t < alert.fires:
        alert.ended = act.t
        work.word(alert, Word.CLEARED)
        return
    alert.under = act.t


def _ack(work: _Run, act: Act) -> None:
    for key, name in work.book.current.items():
        alert = work.book.alerts.get(name)
        if alert is None or act.key not in (key, name) or alert.ended is not None or alert.ack:
            continue
        if alert.reopened is not None and act.t < alert.reopened:
            continue
        alert.ack = Acknowledgement(act.by, act.t, alert.severity, alert.actors, alert.tags, alert.publishers)
        alert.reopened = None


def _begin(work: _Run, act: Act, key: str, *, fires: datetime, state: bool) -> Alert:
    """A new alert, with a new identity: an event's is its key, a state's has the start of the episode."""
    name = f"{key}/{act.t.strftime(EPOCH)}" if state else key
    alert = Alert(
        name,
        key,
        act.rule,
        state,
        dict(act.labels),
        act.severity,
        act.t,
        fires,
        act.t,
        act.actors,
        _tags(act),
        act.publishers,
        drill=act.origin == "drill",
        firing=not state,
        signals=[act.id] if act.id else [],
    )
    work.book.alerts[name] = alert
    work.book.current[key] = name
    if act.id:
        work.book.ledger[act.id] = Word.GROUPED
    return alert


def _learn(alert: Alert, act: Act) -> None:
    alert.actors = tuple(dict.fromkeys(alert.actors + act.actors))
    alert.tags = tuple(dict.fromkeys(alert.tags + _tags(act)))
    alert.publishers = max(alert.publishers, act.publishers)


# --- states and groups --------------------------------------------------------------------------------------------


def _ripen(work: _Run) -> None:
    """States whose condition held long enough fire, those gone long enough recover: at their own times."""
    for alert in list(work.book.alerts.values()):
        if not alert.state or alert.ended is not None:
            continue
        if not alert.firing and alert.fires <= work.now and (alert.under is None or alert.fires <= alert.under):
            alert.firing = True
            _enter(work, alert, alert.fires)
        if alert.under is not None:
            _recover(work, alert, work.now)


def _recover(work: _Run, alert: Alert, by: datetime) -> None:
    """End the episode when its condition has been gone long enough at ``by``."""
    assert alert.under is not None
    due = alert.under + _timers(work, alert.rule).recover_after
    if due > by:
        return
    if not alert.firing and alert.fires <= alert.under:
        alert.firing = True
        _enter(work, alert, alert.fires)
    alert.ended = due


def _enter(work: _Run, alert: Alert, at: datetime) -> None:
    """Put the alert into the group of every route that takes it; the first that enters creates the group."""
    if alert.drill:
        _drill(work, alert)
        return
    for route in work.life.routes:
        if not match.matches(alert, route.match):
            continue
        labels = tuple(",".join(match.values(alert, name)) for name in route.group_by)
        key = "\x1f".join((route.id, *labels))
        group = work.book.groups.get(key)
        if group is not None and not _alive(work, group, at):
            group = None
        if group is None:
            due = at + route.group_wait
            group = work.book.groups[key] = Group(route.id, labels, due, due)
        if alert.id not in group.members:
            group.members.append(alert.id)
        if not route.proceed:
            return


def _alive(work: _Run, group: Group, at: datetime) -> bool:
    """Whether the group has not ended by ``at``: an empty one ends at the flush that has nothing to tell."""
    return bool(group.members) or group.flushes == 0 or group.due >= at


def _drill(work: _Run, alert: Alert) -> None:
    """A drill goes at once to the drill's own recipients, and touches nothing else."""
    for to in work.life.drill_to:
        if to not in alert.told:
            alert.told[to] = Told(alert.severity, work.now)
            work.messages.append(_message(to, Kind.FIRING, [alert.id], work.now, "", alert.id))


# --- flushes ------------------------------------------------------------------------------------------------------


def _flush_groups(work: _Run) -> None:
    for key, group in sorted(work.book.groups.items(), key=lambda pair: (pair[1].due, pair[0])):
        route = work.routes.get(group.route)
        if route is None:
            del work.book.groups[key]
            continue
        if group.due > work.now:
            continue
        nominal = _last_due(group, route, work.now)
        told = _flush(work, route, group, key, nominal)
        group.flushes += 1
        group.due = nominal + route.group_interval
        _leave(work, group, route)
        if not group.members and not told:
            del work.book.groups[key]


def _last_due(group: Group, route: Route, now: datetime) -> datetime:
    """The latest point of the group's grid that has come."""
    if route.group_interval <= timedelta(0):
        return group.due
    return group.due + (now - group.due) // route.group_interval * route.group_interval


def _flush(work: _Run, route: Route, group: Group, key: str, nominal: datetime) -> bool:
    """Tell each recipient its news. True when there was any for anybody, held ones included."""
    members = [work.book.alerts[name] for name in group.members if name in work.book.alerts]
    muted = {alert.id for alert in members if _muted(work, alert, route)}
    held = work.quiet(route, work.now) or work.quiet(route, nominal)
    any_news = bool(muted)
    for to in route.to:
        news = [(kind, alert) for alert in members if (kind := _news(work, alert, route, to, alert.id in muted))]
        mark = f"{key}/{nominal.strftime(EPOCH)}"
        if news:
            any_news = True
            alerts = [alert for _, alert in news]
            if held and not (work.catching_up and not work.quiet(route, work.now)):
                _hold(work, route, to, news)
                continue
            _tell(work, to, news)
            work.send(to, _foremost(news), alerts, route.id, mark)
            group.last[to] = nominal
        elif not held and (again := _repeats(work, route, group, to, nominal, members, muted)):
            any_news = True
            work.send(to, Kind.REPEAT, again, route.id, mark)
            group.last[to] = nominal
    return any_news


def _news(work: _Run, alert: Alert, route: Route, to: str, muted: bool) -> Kind | None:
    """What this alert has to tell this recipient now, if anything."""
    told = alert.told.get(to)
    if told is None:
        if muted or alert.gone is not None:
            return None
        if alert.ended is not None and not _due_before_its_end(work, alert, route):
            return None
        return Kind.REOPENED if alert.reopened else Kind.FIRING
    if told.digest:
        return None
    if alert.ended is not None:
        wanted = route.send_resolved and not told.recovered and not told.refused
        return Kind.RECOVERED if wanted else None
    if muted:
        return None
    if alert.reopened and to not in alert.reopen_told:
        return Kind.REOPENED
    risen = alert.state and not alert.ack and _rank(alert.severity) > _rank(told.severity)
    return Kind.UPDATE if risen else None


def _due_before_its_end(work: _Run, alert: Alert, route: Route) -> bool:
    """An ended state that nobody was told of is told only when catching up, and only if runs would have told it."""
    assert alert.ended is not None
    return work.catching_up and alert.fires + route.group_wait <= alert.ended


def _muted(work: _Run, alert: Alert, route: Route) -> bool:
    """Whether the alert is muted at this flush; a muted event is gone, and says why."""
    if alert.ended is not None or alert.gone is not None:
        return False
    silence = match.silence(alert, work.book.silences.values(), work.now)
    word = Word.SILENCED
    if silence is not None:
        for to in route.to:
            if to not in alert.told or (alert.reopened and to not in alert.reopen_told):
                kept = silence.kept.setdefault(to, [])
                if alert.id not in kept:
                    kept.append(alert.id)
    elif match.inhibitor(alert, work.life.inhibit, work.book.alerts.values()) is not None:
        word = Word.INHIBITED
    else:
        return False
    if not alert.state:
        alert.gone = word
    if not alert.told:
        work.word(alert, word)
    elif alert.reopening:
        work.book.ledger[alert.reopening] = word
    return True


def _tell(work: _Run, to: str, news: Sequence[tuple[Kind, Alert]]) -> None:
    for kind, alert in news:
        told = alert.told.setdefault(to, Told(alert.severity, work.now))
        told.severity, told.digest = alert.severity, False
        if alert.ended is not None:
            told.recovered = True
        if kind is Kind.REOPENED:
            alert.reopen_told.append(to)


def _hold(work: _Run, route: Route, to: str, news: Sequence[tuple[Kind, Alert]]) -> None:
    """Quiet hours: keep what fell due for the first run after them, or leave it to the digest."""
    box = work.book.held.setdefault(route.id, {}).setdefault(to, [])
    for _, alert in news:
        if alert.id not in box:
            box.append(alert.id)
        if not alert.told:
            work.word(alert, Word.HELD)
        if alert.reopening:
            work.book.ledger[alert.reopening] = Word.HELD
    _tell(work, to, news)


def _release(work: _Run) -> None:
    for name, boxes in work.book.held.items():
        route = work.routes.get(name)
        if route is None or work.quiet(route, work.now):
            continue
        for to, box in boxes.items():
            alerts = [work.book.alerts[one] for one in box if one in work.book.alerts]
            box.clear()
            if route.quiet_mode == "digest":
                for alert in alerts:
                    if to in alert.told:
                        alert.told[to].digest = True
                continue
            wanted = [alert for alert in alerts if not _kept_from(work, alert, to)]
            if not wanted:
                continue
            _tell(work, to, [(Kind.RELEASED, alert) for alert in wanted])
            work.send(to, Kind.RELEASED, wanted, name, f"{name}/{work.now.strftime(EPOCH)}")
            for group in work.book.groups.values():
                if group.route == name and set(group.members) & {alert.id for alert in wanted}:
                    group.last[to] = work.now


def _kept_from(work: _Run, alert: Alert, to: str) -> bool:
    """A held alert that is silenced by the time it would be released."""
    if alert.ended is not None:
        return False
    silence = match.silence(alert, work.book.silences.values(), work.now)
    if silence is None:
        return False
    silence.kept.setdefault(to, []).append(alert.id)
    alert.told.pop(to, None)
    if not alert.state:
        alert.gone = Word.SILENCED
    work.word(alert, Word.SILENCED)
    return True


def _repeats(
    work: _Run,
    route: Route,
    group: Group,
    to: str,
    nominal: datetime,
    members: Sequence[Alert],
    muted: set[str],
) -> list[Alert]:
    """States to say again: firing, told, unmuted, unacknowledged, long enough after the group's last message."""
    last = group.last.get(to)
    if last is None or nominal - last < route.repeat_interval:
        return []
    return [
        alert
        for alert in members
        if alert.state
        and alert.ended is None
        and not alert.ack
        and alert.id not in muted
        and to in alert.told
        and not alert.told[to].refused
        and not alert.told[to].digest
    ]


def _leave(work: _Run, group: Group, route: Route) -> None:
    """Told events, gone events and ended states leave the group."""
    group.members = [
        name for name in group.members if name in work.book.alerts and _stays(work.book.alerts[name], route)
    ]


def _stays(alert: Alert, route: Route) -> bool:
    if alert.state:
        return alert.ended is None
    if alert.gone is not None:
        return False
    reopening = alert.reopened is not None and any(to not in alert.reopen_told for to in route.to)
    return reopening or any(to not in alert.told for to in route.to)


# --- beside the grid ------------------------------------------------------------------------------------------------


def _escalate(work: _Run) -> None:
    for route in work.life.routes:
        step = route.escalate
        if step is None:
            continue
        due = [alert for alert in work.book.alerts.values() if _escalates(work, alert, route)]
        for alert in due:
            alert.escalated.append(route.id)
        wanted = [alert for alert in due if not alert.ack and alert.ended is None and not _mute_now(work, alert)]
        for to in step.to:
            if wanted:
                for alert in wanted:
                    alert.told.setdefault(to, Told(alert.severity, work.now))
                mark = f"{route.id}/escalation/{work.now.strftime(EPOCH)}"
                work.send(to, Kind.ESCALATION, wanted, route.id, mark)


def _escalates(work: _Run, alert: Alert, route: Route) -> bool:
    since = alert.accepted.get(route.id)
    if since is None or route.id in alert.escalated or route.escalate is None:
        return False
    return work.now >= since + route.escalate.after


def _mute_now(work: _Run, alert: Alert) -> bool:
    return (
        match.silence(alert, work.book.silences.values(), work.now) is not None
        or match.inhibitor(alert, work.life.inhibit, work.book.alerts.values()) is not None
    )


def _sum_silences(work: _Run) -> None:
    for silence in work.book.silences.values():
        if silence.summed or silence.until > work.now:
            continue
        silence.summed = True
        for to, names in silence.kept.items():
            alerts = [work.book.alerts[name] for name in names if name in work.book.alerts]
            if alerts:
                work.send(to, Kind.SILENCE_SUMMARY, alerts, "", f"silence/{silence.id}")


def _clear(work: _Run) -> None:
    """Ended states: recoveries for those told outside their group, the ledger's word where nobody was told."""
    for alert in work.book.alerts.values():
        if alert.ended is None or not alert.state or alert.ended > work.now:
            continue
        if not alert.told:
            work.word(alert, Word.CLEARED)
        _tell_escalated(work, alert)


def _tell_escalated(work: _Run, alert: Alert) -> None:
    """Recipients of an escalation stand in no group of the alert; they hear of its recovery when the route does."""
    for route in work.life.routes:
        if route.escalate is None or route.id not in alert.escalated or not route.send_resolved:
            continue
        done = all(told.recovered or told.refused for to, told in alert.told.items() if to in route.to)
        for to in route.escalate.to:
            told = alert.told.get(to)
            if done and told is not None and not told.recovered and not told.refused:
                told.recovered = True
                work.send(to, Kind.RECOVERED, [alert], route.id, f"{alert.id}/recovered")


# --- small things -----------------------------------------------------------------------------------------------------


def _foremost(news: Sequence[tuple[Kind, Alert]]) -> Kind:
    """A message that holds anything not told before is ``firing``, else the most pressing of what it holds."""
    kinds = {kind for kind, _ in news}
    order = (Kind.FIRING, Kind.REOPENED, Kind.UPDATE, Kind.RECOVERED)
    return next(kind for kind in order if kind in kinds)


def _message(to: str, kind: Kind, alerts: list[str], now: datetime, route: str, mark: str) -> Message:
    """The id is made of what the message is about and for whom, never of when a run came."""
    name = hashlib.blake2b("\x1f".join((mark, kind, to)).encode(), digest_size=16).hexdigest()
    return Message(name, to, kind.value, alerts, now, route)


def _timers(work: _Run, rule: str) -> RuleTimers:
    return work.life.rules.get(rule, RuleTimers())


def _tags(act: Act) -> tuple[str, ...]:
    label = act.labels.get("tag")
    return tuple(dict.fromkeys((*act.tags, *((label,) if label else ()))))


def _rank(severity: str) -> int:
    return SEVERITIES.index(severity) if severity in SEVERITIES else 0


def _higher(one: str, other: str) -> str:
    return max(one, other, key=_rank)
