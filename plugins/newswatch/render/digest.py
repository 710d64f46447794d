"""A Digest as mail (HTML and text), Slack blocks and JSON."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from html import escape
from typing import Any

from newswatch.model.digest import Coverage, Digest, Facts, Fired, KeptBack, Report, Section, Volume
from newswatch.model.rendered import Image, Links, Rendered
from newswatch.render import environment as env

SHOWN_PUBLISHERS = 4
CLIPPED = 95_000
#: how many alerts that stand in no section are listed; of other lists two thirds
LISTED = 15
LEAST_DAYS = 7


def digest(one: Digest, *, images: Iterable[Image] = (), links: Links | None = None) -> Rendered:
    """The digest in every form. ``images`` named ``volume-<tag>`` stand at their section.

    Mail programs cut off what is longer than about 100 KB: one that would be lists less of everything, step by step.
    """
    _filters()
    pictures, shown, room = tuple(images), one, LISTED
    values = _values(shown, pictures, links, room)
    html = env.render("digest/mail.html", **values)
    while len(html.encode()) > CLIPPED and (room or any(len(section.stories) > 1 for section in shown.sections)):
        shown, room = replace(shown, sections=tuple(_shorter(section) for section in shown.sections)), room // 2
        values = _values(shown, pictures, links, room)
        html = env.render("digest/mail.html", **values)
    return Rendered(
        subject=values["subject"],
        text=env.render("digest/mail.txt", **values),
        html=html,
        images=pictures,
        slack=env.blocks("digest/slack.json", **values),
        data=data(one),
    )


def _values(one: Digest, images: tuple[Image, ...], links: Links | None, room: int) -> dict[str, Any]:
    return {
        "room": room,
        "digest": one,
        "facts": one.facts,
        "zone": one.spec.zone,
        "notices": notices(one),
        "headline": headline(one),
        "glance": [section.volume for section in one.sections if section.volume],
        "subject": subject(one),
        "further": max(0, len(one.fired) - room) + one.facts.unread,
        "images": images,
        "links": links or Links(),
    }


def _shorter(section: Section) -> Section:
    kept = section.stories[: max(1, len(section.stories) // 2)]
    return replace(section, stories=kept, more=section.more + len(section.stories) - len(kept))


def subject(one: Digest) -> str:
    """``News digest, Monday 2 March 2026: best title``."""
    what = one.top[0].report.title if one.top else "nothing reported"
    late = "late: " if one.late else ""
    return env.line(f"{one.spec.title}, {late}{env.day(one.window.until, one.spec.zone)}: {what}", env.SUBJECT)


def headline(one: Digest) -> str:
    """The first sentence: how much there is, or that there is nothing and whether that can be trusted."""
    if one.empty:
        health = "the pipeline was healthy" if one.facts.coverage.healthy else "and the pipeline was not healthy"
        return f"Nothing on the watch-list was reported; {health}."
    seen = answered(one.facts.coverage)
    stories = env.count(len({report.id for report in one.facts.reports}), "story", "stories")
    alerts = len(one.facts.fired) + one.facts.unread
    fired = env.count(alerts, "alert") if alerts else "no alert"
    return f"{stories} on the watch-list, {fired}; {seen[0].lower()}{seen[1:]}"


def notices(one: Digest) -> list[str]:
    """What the reader must know before reading: lateness, gaps, feeds that did not answer, lost deliveries."""
    coverage, zone = one.facts.coverage, one.spec.zone
    days = (one.window.until - one.window.since) / timedelta(days=1)
    found = [f"This digest comes late{f' and tells of {days:.0f} days' if days >= 1.5 else ''}."] if one.late else []
    for since, until in coverage.gaps[:3]:
        found.append(f"Nothing was polled from {env.clock(since, zone)} to {env.clock(until, zone)}.")
    if len(coverage.gaps) > 3:
        found.append(f"And there were {env.count(len(coverage.gaps) - 3, 'further gap')}.")
    if coverage.asof:
        found.append(f"What is said of feeds is how they stood at {env.clock(coverage.asof, zone)}, not then.")
    if coverage.feeds and coverage.answered < 0.8 * coverage.feeds:
        found.append(
            f"Only {coverage.answered} of {env.count(coverage.feeds, 'feed')} answered: what follows is partial."
        )
    lost = sum(kept.count for kept in one.facts.kept_back if kept.word == "failed")
    if lost:
        found.append(f"{env.count(lost, 'message')} could not be delivered.")
    return found


def data(one: Digest) -> dict[str, Any]:
    """The digest as JSON for webhooks and the archive."""
    return {
        "digest": one.spec.id,
        "since": one.window.since.isoformat(),
        "until": one.window.until.isoformat(),
        "late": one.late,
        "headline": headline(one),
        "top": [_story(ranked.report, ranked.score) for ranked in one.top],
        "sections": [
            {"tag": s.tag, "stories": [_story(r.report, r.score) for r in s.stories], "more": s.more}
            for s in one.sections
        ],
        "coverage": {"feeds": one.facts.coverage.feeds, "answered": one.facts.coverage.answered},
    }


def _story(report: Report, score: float) -> dict[str, Any]:
    return {"id": report.id, "title": report.title, "url": report.url, "language": report.language, "score": score}


def reported(report: Report) -> str:
    """Who reports it, and in which languages."""
    shown = ", ".join(env.line(name, 40) for name in report.publishers[:SHOWN_PUBLISHERS])
    rest = len(report.publishers) - SHOWN_PUBLISHERS
    who = shown + (f" and {rest} more" if rest > 0 else "")
    languages = f" · in {', '.join(report.languages)}" if len(report.languages) > 1 else ""
    return f"{who}{languages}{' · state media only' if report.state_media else ''}"


def total(volume: Volume) -> str:
    """Stories in the window."""
    return f"{volume.total:,.0f}"


def usual(volume: Volume) -> str:
    """How the total compares with what was expected."""
    expected = volume.expected or 0.0
    if expected < 1:
        return "where hardly any is usual" if volume.total >= 1 else "as usual"
    ratio = volume.total / expected
    if 0.67 <= ratio <= 1.5:
        return f"about as usual ({expected:,.0f})"
    return f"{ratio:.1f} times the usual {expected:,.0f}"


def answered(coverage: Coverage) -> str:
    """Which feeds answered."""
    if not coverage.feeds:
        return "No feed is configured."
    said = f"{coverage.answered} of {env.count(coverage.feeds, 'feed')} answered"
    failed = f", {coverage.failed} failed" if coverage.failed else ""
    stale = f", {coverage.stale} fell silent" if coverage.stale else ""
    return said + failed + stale + "."


def tally(pairs: Iterable[tuple[str, int]]) -> str:
    """``live 30, backfill 4``, or ``none``."""
    return ", ".join(f"{name} {number:,}" for name, number in pairs) or "none"


def ended(fired: Fired, zone: str) -> str:
    """How an alert ended, or that it has not."""
    return f"{fired.state} at {env.clock(fired.until, zone)}" if fired.until else fired.state


KEPT = {
    "held": ("alert", "held in quiet hours"),
    "throttled": ("further match", "throttled, as the alert had been told already"),
    "silenced": ("match", "muted by a silence"),
    "inhibited": ("match", "muted by a firing state"),
    "failed": ("message", "could not be delivered"),
}


def kept(one: KeptBack) -> str:
    """``12 further matches throttled …``."""
    noun, what = KEPT.get(one.word, ("match", one.word))
    return f"{env.count(one.count, noun, noun + ('es' if noun.endswith('h') else 's'))} {what}"


def nothing_new(facts: Facts) -> str:
    """Why nothing is called new."""
    if facts.watched < LEAST_DAYS:
        return f"The store holds {env.count(facts.watched, 'day')} of news; what is new is told from {LEAST_DAYS} on."
    return "No concept, actor, pair or word that had not been seen before."


def standalone(one: Rendered) -> str:
    """The HTML with its pictures inside, to be opened as a file or shown on a page."""
    html = one.html
    for image in one.images:
        inside = f"data:image/png;base64,{base64.b64encode(image.png).decode()}"
        html = html.replace(f'src="cid:{escape(image.name)}"', f'src="{inside}"')
    return html


def _filters() -> None:
    env.environment().filters.update(
        reported=reported, usual=usual, answered=answered, tally=tally, total=total, ended=ended, kept=kept,
        nothing_new=nothing_new,
    )  # fmt: skip
