"""Matchers over an alert's labels and over what else it is: rule, severity, tags, actors, story, key."""

from __future__ import annotations

from newswatch.model.alert import Matchers
from newswatch.model.book import Alert


def values(alert: Alert, name: str) -> tuple[str, ...]:
    """What an alert holds under ``name``: its label of that name, else what newswatch knows of it by itself.

    Labels, tags and actors are those that it was made with.
    """
    if name in alert.labels:
        return (alert.labels[name],)
    known = {
        "rule": (alert.rule,),
        "severity": (alert.severity,),
        "tag": alert.made_tags,
        "actor": alert.made_actors,
        "alert": (alert.key,),
    }
    if name in ("story", "key") and alert.state == (name == "key"):
        return (alert.key.partition("/")[2],)
    return known.get(name, ())


def as_made(alert: Alert, name: str) -> tuple[str, ...]:
    """What it held when it was made: a later change of severity moves it to no other route or group."""
    return (alert.made,) if name == "severity" and name not in alert.labels else values(alert, name)


def matches(alert: Alert, match: Matchers) -> bool:
    """Whether every matcher finds one of its values; no matcher at all takes everything."""
    return all(not set(values(alert, name)).isdisjoint(wanted) for name, wanted in match.items())


def matched_as_made(alert: Alert, match: Matchers) -> bool:
    """The same of the alert as it was made."""
    return all(not set(as_made(alert, name)).isdisjoint(wanted) for name, wanted in match.items())


def equal(one: Alert, other: Alert, names: tuple[str, ...]) -> bool:
    """Whether both hold a common value under every name; what is missing on both sides is not equal."""
    return all(not set(values(one, name)).isdisjoint(values(other, name)) for name in names)
