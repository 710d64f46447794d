"""What people ask of alerts, and do with them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from newswatch.jobs.place import Where, alerting, open_store


def timetable(where: Where, rule: str | None, alert: str | None) -> list[str]:
    """Which routes would take an alert, or an alert of a rule, and by which timetable."""
    from newswatch.pipeline import timetable as tables

    found = alerting(where)
    if alert is not None:
        return tables.of_alert(found, alert, open_store(where.namespace))
    return tables.of_rule(found, str(rule))


def alerts(namespace: str, state: str | None = None, limit: int = 50) -> list[dict[str, Any]]:
    """Alerts, newest first."""
    from newswatch.pipeline.alerts import listed

    return listed(open_store(namespace), state, limit)


def alert_history(namespace: str, alert: str) -> list[dict[str, Any]]:
    """What happened to the alerts of that name (an alert's key or id, or a story): steps, deliveries, ledger."""
    from newswatch.pipeline.alerts import history

    return history(open_store(namespace), alert)


def why(namespace: str, name: str) -> list[str]:
    """Why an alert, a signal, an item or a story did, or did not, reach anybody: sentences."""
    from newswatch.pipeline.why import tell

    return tell(open_store(namespace), name)


def acknowledge(namespace: str, alert: str, by: str, now: datetime) -> str:
    """Take on an alert, or all alerts of a story, from the next watch run on."""
    from newswatch.pipeline.acts import acknowledge as run

    return run(open_store(namespace), alert, by, now)


def silence(
    namespace: str, match: dict[str, tuple[str, ...]], by: str, until: datetime, now: datetime, *, comment: str = ""
) -> str:
    """Mute what matches until then; returns the silence's id."""
    from newswatch.pipeline.acts import silence as run

    return run(open_store(namespace), match, by, until, comment, now)


def would_mute(namespace: str, match: dict[str, tuple[str, ...]], now: datetime) -> list[dict[str, Any]]:
    """The alerts of the last seven days that a silence would have muted: ``at, alert, severity, rule``."""
    from newswatch.pipeline.alerts import would_mute as run

    return run(open_store(namespace), match, now)


def silences(namespace: str, now: datetime) -> list[dict[str, Any]]:
    """Silences, the one that ends last first: ``id, state, match, start, until, author, comment``."""
    from newswatch.pipeline.alerts import silences as run

    return run(open_store(namespace), now)


def expire_silence(namespace: str, silence_id: str, by: str, now: datetime) -> str:
    """End a silence before its time."""
    from newswatch.pipeline.acts import expire

    return expire(open_store(namespace), silence_id, by, now)
