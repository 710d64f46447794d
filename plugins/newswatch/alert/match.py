"""Matchers over an alert's labels, its rule, severity, tags and actors."""

from __future__ import annotations

from collections.abc import Iterable

from newswatch.model.alert import Alert, Inhibition, Matchers, Silence


def values(alert: Alert, name: str) -> tuple[str, ...]:
    """What an alert holds under ``name``: a label, or rule, severity, tag, actor."""
    if name in alert.labels:
        return (alert.labels[name],)
    if name in ("rule", "severity"):
        return (getattr(alert, name),)
    return {"tag": alert.tags, "actor": alert.actors}.get(name, ())


def matches(alert: Alert, match: Matchers) -> bool:
    """Whether every matcher finds one of its values; no matcher at all takes everything."""
    return all(set(values(alert, name)) & set(wanted) for name, wanted in match.items())


def inhibitor(alert: Alert, rules: Iterable[Inhibition], alerts: Iterable[Alert]) -> Alert | None:
    """The firing state that mutes ``alert``, if there is one. Pending and drill states mute nothing."""
    sources = [one for one in alerts if one.state and one.firing and one.ended is None and not one.drill]
    for rule in rules:
        if not matches(alert, rule.target):
            continue
        both = matches(alert, rule.source)
        for source in sources:
            if source.id == alert.id or not matches(source, rule.source):
                continue
            # two alerts that match both sides do not mute each other
            if both and matches(source, rule.target):
                continue
            if all(values(alert, name) and values(alert, name) == values(source, name) for name in rule.equal):
                return source
    return None


def silence(alert: Alert, silences: Iterable[Silence], now: object) -> Silence | None:
    """The first silence that is active at ``now`` and matches."""
    return next(
        (one for one in silences if one.start <= now < one.until and matches(alert, one.match)),  # type: ignore[operator]
        None,
    )
