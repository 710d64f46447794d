"""The watch-list's own sentences: what every concept must find and must leave alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from newswatch.model.watchlist import Concept, Watchlist
from newswatch.tag.tagger import Tagger


@dataclass(frozen=True, slots=True)
class Fault:
    """A sentence that came out wrong. ``key`` is where it stands in its concept, for instance ``should_hit.en[0]``."""

    concept: str
    key: tuple[str, str, int]
    sentence: str
    message: str


def check_sentences(watchlist: Watchlist) -> Iterator[Fault]:
    """Every sentence of every concept that fails.

    A should-hit sentence must name the concept and, when the concept has tags, be given one of them. A should-miss
    sentence must not be given a tag because of the concept: either none of its tags, or none that rests on it.
    """
    tagger = Tagger(watchlist)
    for concept in watchlist.concepts:
        for language, sentences in concept.should_hit.items():
            for number, sentence in enumerate(sentences):
                if message := _not_hit(tagger, concept, sentence, language):
                    yield Fault(concept.id, ("should_hit", language, number), sentence, message)
        for language, sentences in concept.should_miss.items():
            for number, sentence in enumerate(sentences):
                if _hits(tagger, concept, sentence, language):
                    message = "is given a tag by this concept and should not be"
                    yield Fault(concept.id, ("should_miss", language, number), sentence, message)


def _not_hit(tagger: Tagger, concept: Concept, sentence: str, language: str) -> str | None:
    if f"concept:{concept.id}" not in tagger.features(sentence, "", "", language).best:
        return "is not found by this concept"
    tags = tagger.tag(sentence, "", "", language).tags
    if concept.tags and not set(tags) & set(concept.tags):
        return f"is not given {' or '.join(concept.tags)}"
    return None


def _hits(tagger: Tagger, concept: Concept, sentence: str, language: str) -> bool:
    tagging = tagger.tag(sentence, "", "", language)
    return concept.id in tagging.concepts and bool(set(tagging.tags) & set(concept.tags))
