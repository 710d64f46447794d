"""Which stories matter: a score of 0 to 100 from four parts, each readable in the digest's explanation.

Independent publishers up to 45 points (a logarithm: the third tells more than the ninth), severity of the alerts raised
up to 25, novelty up to 20, recency up to 10. Stories that state media alone report lose half of the first part.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import datetime

from newswatch.model.digest import Digest, DigestSpec, Facts, Ranked, Report, Section, Window

PUBLISHERS, SEVERITY, NOVELTY, RECENCY = 45.0, 25.0, 20.0, 10.0
MANY_PUBLISHERS = 12
CRITICAL = 3
MANY_NEW = 2


def score(report: Report, window: Window) -> Ranked:
    """The report with its score and the parts of it."""
    told = min(1.0, math.log1p(report.families) / math.log1p(MANY_PUBLISHERS))
    parts = (
        ("publishers", PUBLISHERS * told * (0.5 if report.state_media else 1.0)),
        ("severity", SEVERITY * min(1.0, report.severity / CRITICAL)),
        ("novelty", NOVELTY * min(1.0, len(report.new) / MANY_NEW)),
        ("recency", RECENCY * _recency(report.first_seen, window)),
    )
    rounded = tuple((name, round(points, 1)) for name, points in parts)
    return Ranked(report, round(sum(points for _, points in parts), 1), rounded)


def rank(reports: Iterable[Report], window: Window) -> tuple[Ranked, ...]:
    """Best first; the same story once; ties by time, then id, so that the order never depends on the store's."""
    once = {report.id: report for report in reports}
    ranked = [score(report, window) for report in once.values()]
    return tuple(sorted(ranked, key=lambda one: (-one.score, one.report.first_seen, one.report.id)))


def compose(spec: DigestSpec, window: Window, facts: Facts, *, late: bool) -> Digest:
    """What the digest says: the best stories overall, then per tag those not yet shown."""
    wanted = [report for report in facts.reports if _wanted(report, spec)]
    ranked = [one for one in rank(wanted, window) if one.score >= spec.importance]
    top = tuple(ranked[: min(3, spec.stories)])
    shown = {one.report.id for one in top}
    tags = spec.tags or tuple(dict.fromkeys(volume.tag for volume in facts.volumes))
    sections = []
    for tag in tags:
        section = _section(tag, ranked, shown, spec.stories, facts)
        shown |= {one.report.id for one in section.stories}
        sections.append(section)
    return Digest(spec, window, late, top, tuple(sections), facts)


def _section(tag: str, ranked: Sequence[Ranked], shown: set[str], most: int, facts: Facts) -> Section:
    mine = [one for one in ranked if tag in one.report.tags and one.report.id not in shown]
    volume = next((one for one in facts.volumes if one.tag == tag), None)
    return Section(tag, tuple(mine[:most]), max(0, len(mine) - most), volume)


def _wanted(report: Report, spec: DigestSpec) -> bool:
    tagged = not spec.tags or bool(set(spec.tags) & set(report.tags))
    return tagged and (not spec.languages or bool(set(spec.languages) & set(report.languages)))


def _recency(seen: datetime, window: Window) -> float:
    length = (window.until - window.since).total_seconds()
    return min(1.0, max(0.0, (seen - window.since).total_seconds() / length)) if length > 0 else 0.0
