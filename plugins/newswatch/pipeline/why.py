"""Why: an alert's or an item's story in sentences, what a silence would have muted, and a rule's timetable."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from newswatch.alert import match
from newswatch.errors import NewswatchError
from newswatch.index import documents
from newswatch.index.client import Store
from newswatch.model.alert import Alert, LifeCycle, Route
from newswatch.model.rules import Rule
from newswatch.pipeline.watch import load

WORDS = {
    "sent": "it was sent",
    "grouped": "it waits for its group's next message, or nobody is told of it",
    "throttled": "its alert had been told already",
    "held": "it is held until quiet hours end",
    "silenced": "a silence muted it",
    "inhibited": "a firing state muted it",
    "acknowledged": "its alert had been acknowledged",
    "cleared": "it ended before anybody was told",
    "not-live": "it is no live news, and only live news alerts",
    "failed": "every recipient refused it for good",
}
PREVIEW = timedelta(days=7)


def tell(store: Store, name: str) -> list[str]:
    """What became of an alert, a signal, an item or a story; empty when nothing is known of it."""
    documents.refresh(store, *(store.index(one) for one in ("signals", "alerts", "outbox")))
    book = load(store).book
    signals = _signals(store, name)
    keys = {name, *(f"{one['rule']['id']}/{one['story'] or one['key'] or ''}" for one in signals)}
    alerts = [alert for alert in book.alerts.values() if alert.key in keys or alert.id in keys]
    lines = [line for one in signals for line in _signal_lines(one, book.ledger)]
    for alert in alerts:
        lines += list(_alert_lines(store, alert))
    return lines or _item_lines(store, name)


def would_mute(store: Store, matchers: Mapping[str, tuple[str, ...]], now: datetime) -> list[str]:
    """The alerts of the last seven days that a silence with these matchers would have muted."""
    alerts = load(store).book.alerts.values()
    return [
        f"{alert.start:%Y-%m-%d %H:%M}  {alert.severity:8} {alert.key}"
        for alert in sorted(alerts, key=lambda one: one.start, reverse=True)
        if now - alert.start <= PREVIEW and match.matches(alert, matchers)
    ]


def timetable(
    found: tuple[LifeCycle, tuple[Rule, ...]], rule: str | None, alert: str | None, store: Store | None
) -> Iterator[str]:
    """Which routes would take an alert, and when their messages go out."""
    life, rules = found
    one = _known(store, alert) if store is not None and alert else _sample(rules, str(rule))
    taken = False
    for route in life.routes:
        if match.matches(one, route.match):
            taken = True
            yield from _route_lines(route)
            if not route.proceed:
                return
    if not taken:
        yield f"No route takes {one.key}: nobody is told. Add a route without match at the end of channels.yaml."


def _known(store: Store, alert: str) -> Alert:
    book = load(store).book
    name = book.current.get(alert, alert)
    if name not in book.alerts:
        raise NewswatchError(f"there is no alert {alert}; newswatch alerts lists them")
    return book.alerts[name]


def _sample(rules: tuple[Rule, ...], name: str) -> Alert:
    found = next((rule for rule in rules if rule.id == name), None)
    if found is None:
        raise NewswatchError(f"there is no rule {name} in rules.yaml")
    moment = datetime.min.replace(tzinfo=UTC)
    labels = {**found.labels}
    tags = tuple(found.where.tags)
    return Alert(name, name, name, False, labels, found.severity.value, moment, moment, moment, tags=tags)


def _route_lines(route: Route) -> Iterator[str]:
    yield f"Route {route.id} tells {', '.join(route.to)}."
    wait = "at once" if not route.group_wait else f"{_span(route.group_wait)} after the first alert of a group"
    yield f"  first message {wait}, grouped by {', '.join(route.group_by) or 'nothing'};"
    yield f"  then every {_span(route.group_interval)} when there is news;"
    grid = -(-route.repeat_interval // route.group_interval) * route.group_interval
    yield f"  a state that goes on firing is repeated every {_span(grid)};"
    yield f"  recoveries are {'told' if route.send_resolved else 'not told'}."
    if route.quiet:
        what = "left to the digest" if route.quiet_mode == "digest" else "held and released together"
        yield f"  In the quiet hours {route.quiet} messages are {what}."
    if route.escalate:
        after = _span(route.escalate.after)
        yield f"  Not acknowledged {after} after it was first accepted: {', '.join(route.escalate.to)} are told."


def _signals(store: Store, name: str) -> list[dict[str, Any]]:
    rule, _, key = name.partition("/")
    fits: list[dict[str, Any]] = [{"ids": {"values": [name]}}, {"term": {"story": name}}]
    if key:
        both = ({"term": {"story": key}}, {"term": {"key": key}})
        fits += [{"bool": {"filter": [{"term": {"rule.id": rule}}, one]}} for one in both]
    request = {"query": {"bool": {"should": fits}}, "sort": [{"@timestamp": "asc"}], "size": 50}
    hits = documents.search(store, store.index("signals"), request)["hits"]["hits"]
    return [{**hit["_source"], "id": hit["_id"]} for hit in hits]


def _signal_lines(one: Mapping[str, Any], ledger: Mapping[str, str]) -> Iterator[str]:
    word = ledger.get(one["id"], "")
    when = one["@timestamp"][:16].replace("T", " ")
    against = (
        f", {one['observed']:g} where {one['expected']:g} were expected" if one.get("expected") is not None else ""
    )
    yield f"{when}  rule {one['rule']['id']} ({one['severity']}) found it{against}."
    if word:
        yield f"  {word}: {WORDS.get(word, word)}."


def _alert_lines(store: Store, alert: Alert) -> Iterator[str]:
    state = "ended" if alert.ended else "acknowledged" if alert.ack else "firing" if alert.firing else "pending"
    yield f"Alert {alert.key} is {state}, {alert.severity}, since {alert.start:%Y-%m-%d %H:%M}."
    if alert.ack:
        yield f"  acknowledged by {alert.ack.by} at {alert.ack.at:%Y-%m-%d %H:%M}."
    request = {"query": {"term": {"alerts": alert.id}}, "sort": [{"@timestamp": "asc"}], "size": 50}
    for hit in documents.search(store, store.index("outbox"), request)["hits"]["hits"]:
        one = hit["_source"]
        when = (one.get("sent") or one["@timestamp"])[:16].replace("T", " ")
        error = f": {one['error']}" if one.get("error") else ""
        yield f"  {when}  {one['kind']} to {one['channel']}: {one['state']} after {one['attempts']} tries{error}."


def _item_lines(store: Store, name: str) -> list[str]:
    documents.refresh(store, store.index("items"))
    request = {"query": {"ids": {"values": [name]}}}
    hits = documents.search(store, store.index("items"), request)["hits"]["hits"]
    if not hits:
        return []
    item = hits[0]["_source"]
    tags = ", ".join(item.get("tags", [])) or "no tag"
    lines = [f"{item['title']}", f"  {item['origin']}, {tags}, story {item['story']['id']}."]
    if item["origin"] != "live":
        return [*lines, f"  No rule looked at it: {WORDS['not-live']}."]
    story = item["story"]["id"]
    more = tell(store, story) if story != name else []
    return lines + (more or ["  No rule matched it."])


def _span(span: timedelta) -> str:
    seconds = int(span.total_seconds())
    for size, unit in ((86_400, "d"), (3600, "h"), (60, "m")):
        if seconds and seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"
