"""Hits → named features, each between 0 and 1, the same in every language.

``concept:ID`` is how well a concept is supported: the best of its hits, where a hit in the title counts full, one in
the summary a little less, one in the body less still; less again far from any scope actor, and only a fraction when it
is background. ``group:NAME`` is the same for the actors of a group. ``scope`` is the strongest scope actor.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from newswatch.model.watchlist import Watchlist
from newswatch.tag.matcher import Hit, Role

PLACES = {"title": 1.0, "summary": 0.85, "content": 0.5, "passage": 0.95}
PASSAGE = 700
FAR = 0.8
REPEATED = 0.07
CONTEXT_IN_BODY = 0.3
_SENTENCE_END = re.compile(r"[.!?。;] |[。！？]|$")


@dataclass(frozen=True, slots=True)
class FieldHits:
    """The hits of one field, with what excludes and discounts them already applied."""

    field: str
    text: str
    hits: list[Hit]
    factors: list[float]


@dataclass(frozen=True, slots=True)
class Support:
    """One hit as evidence: ``value`` is the product of ``parts``."""

    field: str
    hit: Hit
    value: float
    parts: dict[str, float]


@dataclass(frozen=True, slots=True)
class Features:
    """``values``: feature → 0..1. ``best``: the supports behind each, strongest first. ``scope``: 0..1."""

    values: dict[str, float]
    best: dict[str, list[Support]]
    scope: float


def clean(watchlist: Watchlist, field: str, text: str, hits: list[Hit]) -> FieldHits:
    """Drop masked and excluded hits; mark background ones with their factor."""
    blocked = [hit for hit in hits if hit.term.role >= Role.MASK]
    kept = [hit for hit in hits if hit.term.role <= Role.ACTOR and not _blocked(hit, blocked)]
    marks = [hit for hit in hits if hit.term.role is Role.BACKGROUND]
    factors = [_background(watchlist, text, hit, marks) for hit in kept] if marks else [1.0] * len(kept)
    return FieldHits(field, text, kept, factors)


def _blocked(hit: Hit, blocked: list[Hit]) -> bool:
    for other in blocked:
        if other.start < hit.end and hit.start < other.end:
            role = other.term.role
            same = other.term.owner == hit.term.owner
            if role is Role.MASK and (other.start <= hit.start and hit.end <= other.end):
                return True
            if role is Role.CONCEPT_EXCLUDE and hit.term.role is Role.CONCEPT and same:
                return True
            if role is Role.ACTOR_EXCLUDE and hit.term.role is Role.ACTOR and same:
                return True
    return False


def _background(watchlist: Watchlist, text: str, hit: Hit, marks: list[Hit]) -> float:
    factor = 1.0
    if hit.term.role is Role.ACTOR:
        return factor
    for mark in marks:
        background = watchlist.backgrounds[mark.term.owner]
        inside = mark.start <= hit.start and hit.end <= mark.end
        between = text[mark.end : hit.start] if mark.end <= hit.start else None
        follows = (
            background.reach > 0
            and between is not None
            and len(between) < 160
            and between.count(" ") <= background.reach
            and not re.search(r"[.!?:;,]", between)
        )
        if inside or follows:
            factor = min(factor, background.factor)
    return factor


def extract(watchlist: Watchlist, fields: list[FieldHits]) -> Features:
    """The features of one item."""
    best: dict[str, list[Support]] = {}
    named = {hit.term.owner for part in fields for hit in part.hits if hit.term.role is Role.ACTOR}
    ids = {watchlist.actors[owner].id for owner in named}
    accepted = {owner for owner in named if not (needs := watchlist.actors[owner].require) or ids.intersection(needs)}
    scope = 0.0
    for part in fields:
        scoped = _add_actors(watchlist, part, accepted, best)
        scope = max(scope, scoped[0])
        _add_concepts(watchlist, part, scoped[1], best)
    _require(watchlist, best)
    for supports in best.values():
        supports.sort(key=lambda support: -support.value)
    values = {name: _value(supports) for name, supports in best.items() if not name.startswith("actor:")}
    for concept in watchlist.concepts:
        found = best.get(f"concept:{concept.id}")
        if found and not concept.tags and found[0].field == "content":
            values[f"concept:{concept.id}"] *= CONTEXT_IN_BODY
    values["scope"] = scope
    return Features(values, best, scope)


def passages(part: FieldHits) -> list[FieldHits]:
    """A long body cut at sentence ends into passages of about 700 characters, each as a field of its own."""
    cuts = [0]
    for match in _SENTENCE_END.finditer(part.text):
        if match.end() - cuts[-1] >= PASSAGE:
            cuts.append(match.end())
    out: list[FieldHits] = []
    for start, end in zip(cuts, [*cuts[1:], len(part.text) + 1], strict=True):
        chosen = [at for at, hit in enumerate(part.hits) if start <= hit.start < end]
        out.append(
            FieldHits("passage", part.text, [part.hits[at] for at in chosen], [part.factors[at] for at in chosen])
        )
    return out


def _value(supports: list[Support]) -> float:
    """The best support; in a body, which names many things in passing, repetition adds to it."""
    if supports[0].field != "content":
        return supports[0].value
    return min(supports[0].value + REPEATED * (len(supports) - 1), PLACES["summary"])


def _add_actors(
    watchlist: Watchlist, part: FieldHits, accepted: set[int], best: dict[str, list[Support]]
) -> tuple[float, list[tuple[int, int]]]:
    """Add the actors of one field; the strongest scope in it and the sentences that name a scope actor."""
    scope = 0.0
    sentences: list[tuple[int, int]] = []
    place = PLACES[part.field]
    ends: list[int] | None = None
    for hit in part.hits:
        if hit.term.role is not Role.ACTOR or hit.term.owner not in accepted:
            continue
        actor = watchlist.actors[hit.term.owner]
        if actor.scope > 0:
            if ends is None:
                ends = [match.end() for match in _SENTENCE_END.finditer(part.text)]
            scope = max(scope, actor.scope * place)
            sentences.append(_sentence(hit, ends))
        support = Support(part.field, hit, place, {"place": place})
        best.setdefault(f"actor:{actor.id}", []).append(support)
        best.setdefault(f"group:{actor.group or actor.id}", []).append(support)
    return scope, sentences


def _add_concepts(
    watchlist: Watchlist, part: FieldHits, scoped: list[tuple[int, int]], best: dict[str, list[Support]]
) -> None:
    place = PLACES[part.field]
    for hit, factor in zip(part.hits, part.factors, strict=True):
        if hit.term.role is Role.CONCEPT:
            concept = watchlist.concepts[hit.term.owner]
            distance = 1.0 if any(start <= hit.start < end for start, end in scoped) else FAR
            parts = {"place": place, "distance": distance, "background": factor}
            support = Support(part.field, hit, place * distance * factor, parts)
            best.setdefault(f"concept:{concept.id}", []).append(support)


def _sentence(hit: Hit, ends: list[int]) -> tuple[int, int]:
    start = 0
    for end in ends:
        if hit.start < end:
            return start, end
        start = end
    return start, hit.end


def _require(watchlist: Watchlist, best: dict[str, list[Support]]) -> None:
    """Drop the concepts whose required company is missing."""
    present = {name.split(":", 1)[1] for name in best}
    for concept in watchlist.concepts:
        if concept.require and not present.intersection(concept.require):
            best.pop(f"concept:{concept.id}", None)
