"""A Notice as mail (HTML and text), Slack blocks, and JSON in the form of Alertmanager's webhook (version 4)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from jinja2 import TemplateError
from markupsafe import Markup, escape

from newswatch.model.notice import AlertView, Notice, StoryView
from newswatch.model.rendered import Image, Links, Rendered
from newswatch.render import environment as env

SHOWN_ALERTS = 20
WEBHOOK_ALERTS = 100
#: around an alert, what the dashboards show of the time before it
BEFORE = timedelta(hours=24)
#: what a template that was edited can raise
FAULTS = (ArithmeticError, AttributeError, LookupError, OSError, TemplateError, TypeError, ValueError)
HEADINGS = {
    "firing": "Alert",
    "update": "Now more severe",
    "repeat": "Still firing",
    "recovered": "Recovered",
    "reopened": "Re-opened",
    "released": "Held during quiet hours",
    "summary": "What happened while newswatch was away",
    "silence-summary": "What a silence kept back",
    "escalation": "Not acknowledged",
}


def notice(one: Notice, *, images: Iterable[Image] = (), links: Links | None = None) -> Rendered:
    """The notice in every form. An alert's ``picture`` names one of ``images``."""
    _filters()
    pictures = tuple(images)
    values: dict[str, Any] = {
        "notice": one,
        "heading": heading(one),
        "shown": one.alerts[:SHOWN_ALERTS],
        "more": max(0, len(one.alerts) - SHOWN_ALERTS),
        "zone": one.zone,
        "subject": subject(one),
        "images": {image.name: image for image in pictures},
        "links": links or Links(),
    }
    faults: list[str] = []
    plain = _lines(one)

    def form(name: str, made: Callable[..., Any], instead: Any) -> Any:
        """What a template makes; when it fails, the same in a plain form: a message is worth more than its looks."""
        try:
            return made(f"alert/{name}", **values)
        except FAULTS as error:
            faults.append(f"the template alert/{name} failed ({type(error).__name__}); a plain form was sent")
            return instead

    return Rendered(
        subject=values["subject"],
        text=form("mail.txt", env.render, "\n".join(plain) + "\n"),
        html=form("mail.html", env.render, "".join(f"<p>{escape(line)}</p>\n" for line in plain)),
        images=pictures,
        slack=form("slack.json", env.blocks, env.sections(plain)),
        data=webhook(one, values["links"]),
        fault="; ".join(faults),
    )


def _lines(one: Notice) -> list[str]:
    """The notice without a template: its heading, and two lines for each alert."""
    found = [heading(one)]
    for alert in one.alerts[:SHOWN_ALERTS]:
        found.append(env.line(f"[{alert.severity}] {alert.title} {against(alert)}"))
        found += [env.line(f"{story.title} {env.safe_url(story.url)}") for story in alert.stories[:1]]
    return found


def heading(one: Notice) -> str:
    """The message's kind in words."""
    return ("Drill: " if one.drill else "") + HEADINGS[one.kind]


def subject(one: Notice) -> str:
    """``[critical] Recovered: title (+2)``: severity first, so that it survives narrow lists."""
    if not one.alerts:
        return env.line(heading(one), env.SUBJECT)
    first, rest = one.alerts[0], len(one.alerts) - 1
    more = f" (+{rest})" if rest else ""
    return env.line(f"[{first.severity}] {heading(one)}: {env.line(first.title, 110)}{more}", env.SUBJECT)


def against(alert: AlertView) -> str:
    """``61 stories where 24 are usual (18 to 31)``; empty for events."""
    if alert.observed is None:
        return ""
    seen = f"{alert.observed:,.0f} {env.line(alert.unit, 30)}"
    if alert.expected is None:
        return seen
    span = f" ({alert.low:,.0f} to {alert.high:,.0f})" if alert.low is not None and alert.high is not None else ""
    return f"{seen} where {alert.expected:,.0f} are usual{span}"


def marked(story: StoryView) -> Markup:
    """The title with what the watch-list matched in ``<mark>``; everything else escaped."""
    out, at, title = Markup(), 0, story.title
    for start, end in sorted(story.marks):
        if at <= start < end <= len(title):
            out += Markup("{}<mark>{}</mark>").format(_one_line(title[at:start]), _one_line(title[start:end]))
            at = end
    return out + escape(_one_line(title[at:]))


def webhook(one: Notice, links: Links) -> dict[str, Any]:
    """The body that Alertmanager's receivers take: version 4, RFC 3339 times, labels and annotations."""
    over = bool(one.alerts) and all(alert.until for alert in one.alerts) and not one.goes_on
    shared = set.intersection(*(set(alert.labels) for alert in one.alerts)) if one.alerts else set()
    told = one.alerts[:WEBHOOK_ALERTS]
    return {
        "version": "4",
        "groupKey": one.group or one.route,
        "status": "resolved" if over else "firing",
        "receiver": one.route,
        "truncatedAlerts": len(one.alerts) - len(told),
        "groupLabels": {},
        "commonLabels": dict(sorted(shared)),
        "commonAnnotations": {},
        "externalURL": links.desk or "",
        "kind": one.kind,
        "alerts": [_alert(alert, links) for alert in told],
    }


def page(alert: AlertView, links: Links) -> str:
    """The desk's page of an alert, empty when there is no desk."""
    return f"{links.desk}/alerts/{quote(alert.id, safe='')}" if links.desk else ""


def kibana(alert: AlertView, links: Links) -> str:
    """The overview in Kibana with the alert's time range set, empty when there is no Kibana."""
    if not links.kibana:
        return ""
    until = f"'{_stamp(alert.until + timedelta(hours=1))}'" if alert.until else "now"
    base = links.kibana if "/app/" in links.kibana else f"{links.kibana.rstrip('/')}/app/dashboards"
    span = f"(time:(from:'{_stamp(alert.since - BEFORE)}',to:{until}))"
    return f"{base.partition('#')[0]}#/view/{links.namespace}-overview?_g={span}"


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _alert(alert: AlertView, links: Links) -> dict[str, Any]:
    return {
        "status": "resolved" if alert.until else "firing",
        "labels": {"alertname": alert.rule, "severity": alert.severity, **dict(alert.labels)},
        "annotations": {
            "summary": env.line(alert.title),
            "description": against(alert),
            **({"runbook_url": alert.runbook} if alert.runbook else {}),
        },
        "startsAt": alert.since.isoformat(),
        "endsAt": alert.until.isoformat() if alert.until else "0001-01-01T00:00:00Z",
        "generatorURL": page(alert, links),
        "fingerprint": alert.id,
        "stories": [{"title": env.line(s.title), "url": s.url, "publisher": s.publisher} for s in alert.stories],
    }


def _one_line(text: str) -> str:
    """Like ``line``, but spaces at the ends stay, as they join the pieces of a title."""
    middle = env.line(text, 500)
    return (" " if text[:1].isspace() else "") + middle + (" " if text[-1:].isspace() and text.strip() else "")


def _filters() -> None:
    env.environment().filters.update(against=against, marked=marked, page=page, kibana=kibana)
