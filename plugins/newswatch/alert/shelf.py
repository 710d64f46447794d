"""The book as plain JSON values and back, so that it can be kept in documents."""

from __future__ import annotations

import dataclasses
from datetime import datetime
from typing import Any

from newswatch.model.alert import Acknowledgement, Alert, Book, Group, Message, Silence, Told


def plain(value: Any) -> Any:
    """Any value of the book as JSON values; times as ISO 8601."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    return str(value) if isinstance(value, str) else value


def book(values: dict[str, Any]) -> Book:
    """What ``plain(book)`` gave, as a book."""
    return Book(
        last_run=_time(values.get("last_run")),
        alerts={name: alert(one) for name, one in values.get("alerts", {}).items()},
        current=dict(values.get("current", {})),
        groups={name: group(one) for name, one in values.get("groups", {}).items()},
        silences={name: silence(one) for name, one in values.get("silences", {}).items()},
        held={route: {to: list(box) for to, box in boxes.items()} for route, boxes in values.get("held", {}).items()},
        ledger=dict(values.get("ledger", {})),
        seen=list(values.get("seen", [])),
    )


def alert(values: dict[str, Any]) -> Alert:
    """One alert."""
    times = {name: _time(values.get(name)) for name in ("start", "fires", "seen", "under", "ended", "reopened")}
    told = {to: Told(**{**one, "at": _time(one["at"])}) for to, one in values["told"].items()}
    ack = values.get("ack")
    taken = (
        Acknowledgement(**{**ack, "at": _time(ack["at"]), "actors": tuple(ack["actors"]), "tags": tuple(ack["tags"])})
        if ack
        else None
    )
    return Alert(
        **{
            **values,
            **times,
            "actors": tuple(values["actors"]),
            "tags": tuple(values["tags"]),
            "told": told,
            "ack": taken,
            "accepted": {route: _time(at) for route, at in values["accepted"].items()},
        }
    )


def group(values: dict[str, Any]) -> Group:
    """One group."""
    return Group(
        **{
            **values,
            "labels": tuple(values["labels"]),
            "first": _time(values["first"]),
            "due": _time(values["due"]),
            "last": {to: _time(at) for to, at in values["last"].items()},
        }
    )


def silence(values: dict[str, Any]) -> Silence:
    """One silence."""
    match = {name: tuple(wanted) for name, wanted in values["match"].items()}
    return Silence(**{**values, "match": match, "start": _time(values["start"]), "until": _time(values["until"])})


def message(values: dict[str, Any]) -> Message:
    """One message."""
    return Message(**{**values, "decided": _time(values["decided"])})


def _time(text: str | None) -> Any:
    return datetime.fromisoformat(text) if text else None
