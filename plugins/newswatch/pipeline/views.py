"""The alerts of a message as their readers need them: the life cycle's decision joined with the signals behind it."""

from __future__ import annotations

import hashlib
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from newswatch.alert.groups import route_of
from newswatch.alert.work import SEPARATOR
from newswatch.index import documents
from newswatch.index.client import Store
from newswatch.index.counts import Point as Judged
from newswatch.index.counts import read_series
from newswatch.index.signals import signal
from newswatch.model.alert import Kind, Message
from newswatch.model.book import Alert, Book
from newswatch.model.notice import AlertView, Notice, StoryView
from newswatch.model.rendered import Image, Links, Rendered
from newswatch.model.signal import Signal
from newswatch.panels.chart import Look, Point, band
from newswatch.render.alert import SHOWN_ALERTS, against, notice

#: what a chart shows before its alert began, and how many charts one run draws at most
CHARTED = timedelta(hours=36)
CHARTS = 12
STORIES = 8
Marks = Mapping[str, tuple[str, tuple[tuple[int, int], ...]]]


@dataclass
class _Seen:
    """What was read for all messages of a run: signals by id, marks by item, charts by alert."""

    book: Book
    signals: Mapping[str, Signal]
    marks: Marks
    charts: dict[str, Image] = field(default_factory=dict)

    def view(self, name: str) -> AlertView:
        """An alert of the book."""
        alert = self.book.alerts[name]
        made = view(alert, _newest(alert, self.signals), self.marks)
        chart = self.charts.get(name)
        return replace(made, picture=chart.name) if chart else made

    def notice(self, message: Message, zone: str, kind: str | None = None) -> Notice:
        """The notice of a message."""
        names = [name for name in message.alerts if name in self.book.alerts]
        views = tuple(self.view(name) for name in names)
        drill = any(self.book.alerts[name].drill for name in names)
        made = Notice(kind or message.kind, views, message.decided, route=message.route, zone=zone, drill=drill)
        keys = {key for name in names for key in self.book.alerts[name].groups if route_of(key) == message.route}
        if len(keys) != 1:
            return made
        (key,) = keys
        group = self.book.groups.get(key)
        others = set(group.members).difference(names) if group else ()
        goes_on = any(self.book.alerts[name].ended is None for name in others if name in self.book.alerts)
        return replace(made, group=key.replace(SEPARATOR, "/"), goes_on=goes_on)


def render(store: Store, book: Book, messages: Iterable[Message], links: Links, zone: str = "UTC") -> list[Rendered]:
    """The messages in every form. Whatever their number, what they show is read in a few requests."""
    found = list(messages)
    firsts = _firsts(store, found)
    shown = [name for one in [*found, *firsts.values()] for name in one.alerts[:SHOWN_ALERTS] if name in book.alerts]
    alerts = {name: book.alerts[name] for name in dict.fromkeys(shown)}
    names = sorted({name for one in alerts.values() for name in one.signals[:1]})
    read = documents.mget(store, [(store.index("signals"), name) for name in names])
    signals = {name: signal(one.source["value"]) for name, one in read.items()}
    seen = _Seen(book, signals, _marks(store, signals.values()))
    seen.charts = _charts(store, alerts.values(), seen)
    made = []
    for one in found:
        pictures = [seen.charts[name] for name in one.alerts[:SHOWN_ALERTS] if name in seen.charts]
        body = notice(seen.notice(one, zone), images=pictures, links=links)
        first = firsts.get(one.thread or "")
        standing = notice(seen.notice(first, zone, _standing(book, first)), links=links).slack if first else ()
        made.append(replace(body, standing=standing))
    return made


def view(alert: Alert, found: Signal | None, marks: Marks | None = None) -> AlertView:
    """One alert; without its signal, what the book knows of it."""
    state = "recovered" if alert.ended else "acknowledged" if alert.ack else "firing"
    labels = tuple(sorted(alert.labels.items()))
    quiet = shlex.join([f"rule={alert.rule}", *(f"{name}={value}" for name, value in labels)])
    if found is None:
        title = alert.key.partition("/")[2] or alert.rule
        made = AlertView(alert.key, alert.rule, title, alert.severity, state, alert.start, alert.ended, labels)
        return replace(made, silence=quiet)
    stories = tuple(
        StoryView(
            one.title,
            one.url,
            one.publisher,
            one.language,
            one.at,
            _spans(marks or {}, one.item, one.title),
            one.publishers,
        )
        for one in found.stories
    )
    headline = stories[0].title if not alert.state and stories else _state_title(found)
    return AlertView(
        id=alert.key,
        rule=found.title,
        title=headline,
        severity=alert.severity,
        state=state,
        since=alert.start,
        until=alert.ended,
        labels=labels,
        observed=found.observed if alert.state else None,
        expected=found.expected,
        low=found.low,
        high=found.high,
        unit=found.unit,
        coverage=str(found.coverage) if found.coverage else "",
        terms=found.terms,
        stories=stories,
        runbook=found.runbook,
        note=found.note,
        silence=quiet,
    )


def _firsts(store: Store, messages: Sequence[Message]) -> dict[str, Message]:
    """The first messages of the threads that these go on, with the alerts that they were about."""
    index = store.index("outbox")
    wanted = sorted({one.thread for one in messages if one.thread})
    read = documents.mget(store, [(index, name) for name in wanted], source=["alerts", "kind", "@timestamp"])
    by_thread = {one.thread: one for one in messages if one.thread}
    return {
        name: replace(by_thread[name], id=name, alerts=list(one.source["alerts"]), thread=None)
        for name, one in read.items()
    }


def _standing(book: Book, first: Message) -> str:
    """How a first message would be headed now: recovered once everything in it is."""
    alerts = [book.alerts[name] for name in first.alerts if name in book.alerts]
    return Kind.RECOVERED if alerts and all(one.ended for one in alerts) else Kind.FIRING


def _newest(alert: Alert, signals: Mapping[str, Signal]) -> Signal | None:
    return next((signals[name] for name in alert.signals if name in signals), None)


def _marks(store: Store, signals: Iterable[Signal]) -> Marks:
    """Item → its title and the spans of it that the watch-list matched."""
    items = sorted({story.item for one in signals for story in one.stories[:STORIES] if story.item})
    if not items:
        return {}
    request = {"query": {"ids": {"values": items[:1000]}}, "_source": ["title", "evidence"], "size": 1000}
    hits = documents.search(store, store.index("items"), request)["hits"]["hits"]
    return {
        hit["_id"]: (
            hit["_source"].get("title") or "",
            tuple((e["start"], e["end"]) for e in hit["_source"].get("evidence") or () if e["field"] == "title"),
        )
        for hit in hits
    }


def _spans(marks: Marks, item: str, title: str) -> tuple[tuple[int, int], ...]:
    """The marks of a title, unless it was corrected since."""
    known, spans = marks.get(item, ("", ()))
    return spans if known == title else ()


def _charts(store: Store, alerts: Iterable[Alert], seen: _Seen) -> dict[str, Image]:
    """The series of each state that has one, over what was expected."""
    made: dict[str, Image] = {}
    for alert in alerts:
        if alert.state and len(made) < CHARTS:
            until = max(alert.ended or alert.seen, alert.seen) + timedelta(hours=1)
            key = alert.key.partition("/")[2]
            series = read_series(store, alert.rule, alert.start - CHARTED, until, keys=[key]).get(key, ())
            if series:
                name = "series-" + hashlib.blake2b(alert.id.encode(), digest_size=6).hexdigest()
                points = [_point(one, alert) for one in series]
                what = seen.view(alert.id)
                made[alert.id] = Image(name, band(points, Look(600, 170, scale=1.5)), against(what) or what.title)
    return made


def _point(one: Judged, alert: Alert) -> Point:
    """A bucket as the chart shows it; an alarm when the alert was on and it was out of its band."""
    if one.note:
        return Point(one.bucket, one.observed)
    on = alert.start <= one.bucket and (alert.ended is None or one.bucket < alert.ended)
    out = one.observed > one.high or one.observed < one.low
    return Point(one.bucket, one.observed, one.expected, one.low, one.high, alarm=on and out)


def _state_title(found: Signal) -> str:
    return f"{found.key}: {found.title}" if found.key else found.title
