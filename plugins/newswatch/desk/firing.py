"""Alerts as the desk shows them: what the life cycle published, joined with the signal behind it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from newswatch.alert import shelf
from newswatch.index import documents
from newswatch.index.client import Store
from newswatch.index.signals import signal
from newswatch.model.book import Alert
from newswatch.model.notice import AlertView
from newswatch.model.signal import Kind, Signal
from newswatch.pipeline.views import view

OPEN = ("firing", "acknowledged", "pending")
WORTH = {"critical": 0, "warning": 1, "info": 2}
WAITING = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Shown:
    """One alert: ``key`` is rule/story or rule/key, ``state`` the published one, ``asked`` an act not yet taken up."""

    id: str
    key: str
    rule: str
    kind: str
    state: str
    view: AlertView
    acknowledged_by: str = ""
    asked: str = ""
    story: str = ""
    tags: tuple[str, ...] = ()
    actors: tuple[str, ...] = ()

    @property
    def open(self) -> bool:
        """Whether somebody may still take it on."""
        return self.state in ("firing", "pending", "told", "waiting") and not self.asked

    @property
    def alike(self) -> list[tuple[str, str]]:
        """The matchers that a silence of it starts with, as pairs of an address."""
        labels = dict(self.view.labels)
        named = [f"{name}={labels[name]}" for name in ("tag", "actor", "feed", "concept") if name in labels]
        return [("match", one) for one in [f"rule={self.rule}", *named] if " " not in one]


def shown(store: Store, hits: Sequence[Mapping[str, Any]], asked: Mapping[str, str]) -> list[Shown]:
    """The alerts of search hits; their signals are read in one request. ``asked``: alert → who asked to take it on."""
    sources = [(hit["_id"], hit["_source"]) for hit in hits]
    names = {name for _, source in sources for name in _signals(source)}
    read = documents.mget(store, [(store.index("signals"), name) for name in sorted(names)])
    signals = {name: signal(one.source["value"]) for name, one in read.items()}
    return [_shown(name, source, signals, asked.get(source["alert"], "")) for name, source in sources]


def asked_request(now: datetime) -> dict[str, Any]:
    """The search for acts that the next watch run will take up."""
    since = {"range": {"at": {"gte": (now - WAITING).isoformat()}}}
    return {
        "query": {"bool": {"filter": [{"term": {"kind": "act"}}, since]}},
        "sort": [{"at": "asc"}],
        "size": 200,
        "track_total_hits": False,
    }


def asked_of(answer: Mapping[str, Any]) -> dict[str, str]:
    """Alert → who asked to take it on lately."""
    values = (hit["_source"]["value"] for hit in answer["hits"]["hits"])
    return {str(value["key"]): str(value["by"]) for value in values if value.get("do") == "ack"}


def by_worth(alerts: Iterable[Shown]) -> list[Shown]:
    """Firing before acknowledged, the more severe before the less, the newer before the older."""
    return sorted(
        alerts,
        key=lambda one: (OPEN.index(one.state), WORTH.get(one.view.severity, 3), -one.view.since.timestamp(), one.key),
    )


def _signals(source: Mapping[str, Any]) -> list[str]:
    """The first signal, and the last two of a state: the very last may tell its end."""
    names = list(source["value"].get("signals", ()))
    return [*names[:1], *names[-2:]] if source["kind"] == "state" else names[:1]


def _shown(name: str, source: Mapping[str, Any], signals: Mapping[str, Signal], asked: str) -> Shown:
    alert = shelf.back(Alert, source["value"])
    known = [signals[one] for one in _signals(source) if one in signals]
    holding = [one for one in known if one.kind is not Kind.UNDER] or known
    state = source["state"]
    return Shown(
        id=name,
        key=source["alert"],
        rule=source["rule"]["id"],
        kind=source["kind"],
        state=state,
        view=view(alert, holding[-1] if holding else None),
        acknowledged_by=source.get("acknowledged_by") or "",
        asked=asked if state != "acknowledged" else "",
        story=source.get("story") or "",
        tags=tuple(source.get("tags") or ()),
        actors=tuple(source.get("actors") or ()),
    )
