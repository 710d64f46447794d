"""Which stories matter: a score of 0 to 100 from four parts, each readable in the digest's explanation.

Independent publishers up to 45 points (a logarithm: the third tells more than the ninth), severity of the alerts raised
up to 25, novelty up to 20, recency up to 10. Stories that state media alone report lose half of the first part.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from newswatch.digest.stories import alike
from newswatch.model.digest import Digest, Facts, Ranked, Report, Section
from newswatch.model.digest_plan import DigestSpec, Window

PUBLISHERS, SEVERITY, NOVELTY, RECENCY = 45.0, 25.0, 20.0, 10.0
MANY_PUBLISHERS = 12
CRITICAL = 3
MANY_NEW = 2
#: stories overall; new things and alerts of a tag; how far down the ranking is looked for another matter
TOP, NEW, FIRED, LOOKED_AT = 3, 3, 3, 1_000


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
    """What the digest says: the best stories overall, then per tag those not yet shown; a story stands once."""
    mine = _mine(spec, facts)
    ranked = [one for one in rank(mine.reports, window) if one.score >= spec.importance]
    shown: list[Ranked] = []
    top = _choose(ranked, shown, TOP)
    tags = spec.tags or tuple(dict.fromkeys(volume.tag for volume in facts.volumes))
    sections, left = [], mine
    for tag in tags:
        sections.append(_section(tag, ranked, shown, spec.stories, left))
        left = _without(left, sections[-1])
    return Digest(spec, window, late, top, tuple(sections), mine, left.new, left.fired)


def detailed(digest: Digest, better: Mapping[str, Report]) -> Digest:
    """The digest with the reports that are shown replaced, by id."""

    def each(stories: tuple[Ranked, ...]) -> tuple[Ranked, ...]:
        return tuple(replace(one, report=better.get(one.report.id, one.report)) for one in stories)

    sections = tuple(replace(section, stories=each(section.stories)) for section in digest.sections)
    return replace(digest, top=each(digest.top), sections=sections)


def _choose(ranked: Sequence[Ranked], shown: list[Ranked], most: int) -> tuple[Ranked, ...]:
    """The best not shown yet: first one of each matter, then, while there is room, further ones of the same."""
    done = {one.report.id for one in shown}
    left = [one for one in ranked[:LOOKED_AT] if one.report.id not in done]
    chosen: list[Ranked] = []
    for one in left:
        if len(chosen) == most:
            break
        if not any(alike(one.report, other.report) for other in (*shown, *chosen)):
            chosen.append(one)
    chosen += [one for one in left if one not in chosen][: most - len(chosen)]
    shown += chosen
    return tuple(sorted(chosen, key=ranked.index))


def _section(tag: str, ranked: Sequence[Ranked], shown: list[Ranked], most: int, facts: Facts) -> Section:
    tagged = [one for one in ranked if tag in one.report.tags]
    chosen = _choose(tagged, shown, most)
    seen = {one.report.id for one in shown}
    return Section(
        tag,
        chosen,
        sum(one.report.id not in seen for one in tagged),
        next((one for one in facts.volumes if one.tag == tag), None),
        tuple(one for one in facts.new if tag in one.tags)[:NEW],
        tuple(one for one in facts.fired if tag in one.tags)[:FIRED],
    )


def _without(facts: Facts, section: Section) -> Facts:
    """The facts without the new things and alerts that a section tells: they stand once."""
    new = tuple(one for one in facts.new if one not in section.new)
    return replace(facts, new=new, fired=tuple(one for one in facts.fired if one not in section.fired))


def _mine(spec: DigestSpec, facts: Facts) -> Facts:
    """The facts that concern this digest's tags and languages."""
    if not spec.tags and not spec.languages:
        return facts
    tags = set(spec.tags)

    def about(own: tuple[str, ...]) -> bool:
        return not tags or not own or bool(tags & set(own))

    return replace(
        facts,
        reports=tuple(report for report in facts.reports if _wanted(report, spec)),
        new=tuple(one for one in facts.new if about(one.tags)),
        fired=tuple(one for one in facts.fired if about(one.tags)),
    )


def _wanted(report: Report, spec: DigestSpec) -> bool:
    tagged = not spec.tags or bool(set(spec.tags) & set(report.tags))
    return tagged and (not spec.languages or bool(set(spec.languages) & set(report.languages)))


def _recency(seen: datetime, window: Window) -> float:
    length = (window.until - window.since).total_seconds()
    return min(1.0, max(0.0, (seen - window.since).total_seconds() / length)) if length > 0 else 0.0
