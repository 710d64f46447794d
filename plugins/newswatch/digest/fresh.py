"""What is new: concepts, actors, pairs of actors and words of titles that were not seen in the 30 days before."""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from newswatch.model.digest import New, Novelty
from newswatch.model.observed import Observed

UNSEEN_DAYS = 30
#: with fewer days of news than this nothing is called new
LEAST_DAYS = 7
#: how many publisher families must bring a thing before it is told
FAMILIES = {Novelty.CONCEPT: 1, Novelty.ACTOR: 1, Novelty.PAIR: 2, Novelty.TERM: 3}
CANDIDATES = 50
TOLD = 40
_WORD = re.compile(r"[^\W\d_]{4,}")


@dataclass(frozen=True, slots=True)
class Known:
    """What the days before brought; ``days`` is how many of them the store holds, 30 at most."""

    concepts: frozenset[str]
    actors: frozenset[str]
    pairs: frozenset[tuple[str, str]]
    terms: frozenset[str]
    days: int = UNSEEN_DAYS


def candidates(first: Iterable[Observed]) -> tuple[str, ...]:
    """Words of titles worth asking the store about: those of the most families, three at least."""
    told: dict[str, set[str]] = defaultdict(set)
    for item in first:
        for word in _words(item.title):
            told[word].add(item.family)
    often = [word for word, families in told.items() if len(families) >= FAMILIES[Novelty.TERM]]
    return tuple(sorted(often, key=lambda word: (-len(told[word]), word))[:CANDIDATES])


def novelties(
    first: Iterable[Observed], known: Known, asked: Iterable[str]
) -> tuple[tuple[New, ...], dict[str, list[str]]]:
    """What is new, best corroborated first, and the new things of each story. ``asked`` are the words looked up."""
    if known.days < LEAST_DAYS:
        return (), {}
    unseen = frozenset(asked) - known.terms
    brought: dict[tuple[Novelty, str], list[Observed]] = defaultdict(list)
    for item in first:
        for thing in _things(item, known, unseen):
            brought[thing].append(item)
    families = {thing: len({item.family for item in items}) for thing, items in brought.items()}
    kept = [thing for thing in brought if families[thing] >= FAMILIES[thing[0]]]
    kept.sort(key=lambda thing: (-families[thing], list(Novelty).index(thing[0]), thing[1]))
    by_story: dict[str, list[str]] = defaultdict(list)
    for kind, value in kept:
        for item in brought[kind, value]:
            by_story[item.story].append(f"{kind} {value}")
    return tuple(_new(thing, brought[thing]) for thing in kept[:TOLD]), dict(by_story)


def _new(thing: tuple[Novelty, str], items: list[Observed]) -> New:
    item = min(items, key=lambda one: (one.at, one.id))
    return New(thing[0], thing[1], item.title, item.url, item.tags)


def _things(item: Observed, known: Known, unseen: frozenset[str]) -> Iterable[tuple[Novelty, str]]:
    yield from ((Novelty.CONCEPT, one) for one in item.concepts if one not in known.concepts)
    yield from ((Novelty.ACTOR, one) for one in item.actors if one not in known.actors)
    for one, other in itertools.combinations(sorted(set(item.actors)), 2):
        # a pair with a new actor is told by the actor
        if (one, other) not in known.pairs and one in known.actors and other in known.actors:
            yield Novelty.PAIR, f"{one} + {other}"
    if unseen:
        yield from ((Novelty.TERM, word) for word in _words(item.title) & unseen)


def _words(title: str) -> set[str]:
    return set(_WORD.findall(title.lower()))
