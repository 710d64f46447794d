"""Hits → named features, each between 0 and 1, the same in every language.

``concept:ID`` is how well a concept is supported: the best of its hits, where a hit in the title counts full, one in
the summary a little less, one in the body less still; less again far from any scope actor, and only a fraction when it
is background. ``group:NAME`` is the same for the actors of a group. ``scope`` is the strongest scope actor.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache
from operator import attrgetter
from typing import NamedTuple

from newswatch.model.watchlist import Watchlist
from newswatch.tag.matcher import Hit, Role

PLACES = {"title": 1.0, "summary": 0.85, "content": 0.5, "passage": 0.95}
PASSAGE = 700
FAR = 0.8
LONELY = 0.7
REPEATED = 0.07
CONTEXT_IN_BODY = 0.3
_FAR_AWAY = 160
_PAUSE = re.compile("[.!?:;,]")
#: ``[.!?。;] |[。！？]``, written so that ``re`` looks for one set of characters
_SENTENCE_END = re.compile(r"[.!?。;！？](?:(?<=[.!?。;]) |(?<=[。！？]))")
_CONCEPT, _ACTOR, _BACKGROUND, _MASK = Role.CONCEPT, Role.ACTOR, Role.BACKGROUND, Role.MASK


class FieldHits(NamedTuple):
    """The hits of one field, with what excludes and discounts them already applied."""

    field: str
    text: str
    hits: list[Hit]
    factors: list[float]


class Support(NamedTuple):
    """One hit as evidence: ``value`` is the product of place, distance and background."""

    field: str
    hit: Hit
    value: float
    place: float
    distance: float = 1.0
    background: float = 1.0

    @property
    def parts(self) -> dict[str, float]:
        """The factors of ``value`` by name."""
        return {"place": self.place, "distance": self.distance, "background": self.background}


@dataclass(frozen=True, slots=True)
class Features:
    """``values``: feature → 0..1. ``best``: the supports behind each, strongest first. ``scope``: 0..1."""

    values: dict[str, float]
    best: dict[str, list[Support]]
    scope: float


def clean(watchlist: Watchlist, field: str, text: str, hits: list[Hit]) -> FieldHits:
    """Drop masked and excluded hits; mark background ones with their factor."""
    kept = [hit for hit in hits if hit.term.role <= _ACTOR]
    marks = []
    if len(kept) < len(hits):
        marks = [hit for hit in hits if hit.term.role is _BACKGROUND]
        if blocked := [hit for hit in hits if hit.term.role >= _MASK]:
            kept = [hit for hit in kept if not _blocked(hit, blocked)]
    factors = [_background(watchlist, text, hit, marks) for hit in kept] if marks else [1.0] * len(kept)
    return FieldHits(field, text, kept, factors)


@lru_cache(maxsize=16)
def _ends(text: str) -> list[int]:
    """Where the sentences of a folded text end; asked for only where an actor has a scope, and then more than once."""
    return [*(match.end() for match in _SENTENCE_END.finditer(text)), len(text)]


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
        follows = (
            background.reach > 0 and 0 <= hit.start - mark.end < _FAR_AWAY and _near(text, mark, hit, background.reach)
        )
        if inside or follows:
            factor = min(factor, background.factor)
    return factor


def _near(text: str, mark: Hit, hit: Hit, reach: int) -> bool:
    between = text[mark.end : hit.start]
    return between.count(" ") <= reach and not _PAUSE.search(between)


def extract(watchlist: Watchlist, fields: list[FieldHits]) -> Features:
    """The features of one item."""
    if not any(part.hits for part in fields):
        return Features({"scope": 0.0}, {}, 0.0)
    best: dict[str, list[Support]] = {}
    named = {hit.term.owner for part in fields for hit in part.hits if hit.term.role is _ACTOR}
    accepted = _accepted(watchlist, fields, named)
    scoped = [_add_actors(watchlist, part, accepted, best) for part in fields]
    scope = max((strength for strength, _ in scoped), default=0.0)
    for part, (_, sentences) in zip(fields, scoped, strict=True):
        _add_concepts(watchlist, part, sentences if scope else None, best)
    _require(watchlist, best)
    for supports in best.values():
        if len(supports) > 1:
            supports.sort(key=_strength, reverse=True)
    values = {name: _value(supports) for name, supports in best.items() if not name.startswith("actor:")}
    for name, supports in best.items():
        first = supports[0]
        in_body = first.field == "content" and name.startswith("concept:")
        if in_body and not watchlist.concepts[first.hit.term.owner].tags:
            values[name] *= CONTEXT_IN_BODY
    _count_parties(watchlist, best, values)
    values["scope"] = scope
    return Features(values, best, scope)


def _accepted(watchlist: Watchlist, fields: list[FieldHits], named: set[int]) -> set[int]:
    """The actors of ``named`` whose required company, if any, is found too."""
    needing = {owner: needs for owner in named if (needs := watchlist.actors[owner].require)}
    if not needing:
        return named
    ids = {watchlist.actors[owner].id for owner in named}
    for part in fields:
        ids |= {watchlist.concepts[hit.term.owner].id for hit in part.hits if hit.term.role is Role.CONCEPT}
    return {owner for owner in named if owner not in needing or ids.intersection(needing[owner])}


def passages(part: FieldHits) -> list[FieldHits]:
    """A long body cut at sentence ends into passages of about 700 characters, each as a field of its own."""
    cuts = [0]
    for end in _ends(part.text) if part.hits else ():
        if end - cuts[-1] >= PASSAGE:
            cuts.append(end)
    out: list[FieldHits] = []
    for start, end in zip(cuts, [*cuts[1:], len(part.text) + 1], strict=True):
        chosen = [at for at, hit in enumerate(part.hits) if start <= hit.start < end]
        hits, factors = [part.hits[at] for at in chosen], [part.factors[at] for at in chosen]
        out.append(FieldHits("passage", part.text, hits, factors))
    return out


_strength = attrgetter("value")


def _value(supports: list[Support]) -> float:
    """The best support; in a body, which names many things in passing, repetition adds to it."""
    if supports[0].field != "content":
        return supports[0].value
    return min(supports[0].value + REPEATED * (len(supports) - 1), PLACES["summary"])


def _add_actors(
    watchlist: Watchlist, part: FieldHits, accepted: set[int], best: dict[str, list[Support]]
) -> tuple[float, set[int]]:
    """Add the actors of one field; the strongest scope in it and the sentences (by number) that name a scope actor."""
    scope = 0.0
    sentences: set[int] = set()
    place = PLACES[part.field]
    for hit in part.hits:
        if hit.term.role is not _ACTOR or hit.term.owner not in accepted:
            continue
        actor = watchlist.actors[hit.term.owner]
        if actor.scope > 0:
            scope = max(scope, actor.scope * place)
            sentences.add(bisect_right(_ends(part.text), hit.start))
        support = Support(part.field, hit, place, place)
        best.setdefault(f"actor:{actor.id}", []).append(support)
        best.setdefault(f"group:{actor.group or actor.id}", []).append(support)
    return scope, sentences


def _add_concepts(
    watchlist: Watchlist, part: FieldHits, scoped: set[int] | None, best: dict[str, list[Support]]
) -> None:
    """Add the concepts of one field; ``scoped``: its sentences with a scope actor, None when the item has none."""
    place, name = PLACES[part.field], part.field
    found: dict[int, list[Support]] = {}
    ends = _ends(part.text) if scoped else []
    for hit, factor in zip(part.hits, part.factors, strict=True):
        term = hit.term
        if term.role is _CONCEPT:
            distance = 1.0 if scoped is None or (scoped and bisect_right(ends, hit.start) in scoped) else FAR
            support = Support(name, hit, place * distance * factor, place, distance, factor)
            found.setdefault(term.owner, []).append(support)
    for owner, supports in found.items():
        best.setdefault(f"concept:{watchlist.concepts[owner].id}", []).extend(supports)


def _count_parties(watchlist: Watchlist, best: dict[str, list[Support]], values: dict[str, float]) -> None:
    """Discount the concepts that take more parties than the item names."""
    parties = max(1, sum(name.startswith("group:") for name in best))
    for name in values:
        if name.startswith("concept:") and watchlist.concepts[best[name][0].hit.term.owner].parties > parties:
            values[name] *= LONELY


def _require(watchlist: Watchlist, best: dict[str, list[Support]]) -> None:
    """Drop the concepts whose required company is missing."""
    for name in [name for name in best if name.startswith("concept:")]:
        needs = watchlist.concepts[best[name][0].hit.term.owner].require
        if needs and not any(f"concept:{need}" in best or f"actor:{need}" in best for need in needs):
            del best[name]
