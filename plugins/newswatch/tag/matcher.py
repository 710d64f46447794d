"""All terms of the watch-list in one Aho-Corasick automaton: one pass over a text whatever their number."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

import ahocorasick_rs

from newswatch.model.watchlist import Terms, Watchlist
from newswatch.tag.terms import Pattern, TermError, compile_term, compiled

ANY = "any"
_REMEMBERED = 64


class Role(IntEnum):
    """What a term stands for."""

    CONCEPT = 0
    ACTOR = 1
    BACKGROUND = 2
    MASK = 3
    CONCEPT_EXCLUDE = 4
    ACTOR_EXCLUDE = 5


@dataclass(frozen=True, slots=True)
class Term:
    """One pattern of one term: ``owner`` is the index of its concept, actor or background in the watch-list."""

    role: Role
    owner: int
    text: str
    language: str
    pattern: Pattern


class Hit(NamedTuple):
    """``term`` stands at ``start``–``end`` of the folded text."""

    term: Term
    start: int
    end: int


def terms_of(watchlist: Watchlist) -> list[Term]:
    """Every pattern of the watch-list. Raises TermError (with the term) for one that can never match."""
    found: list[Term] = []

    def add(role: Role, owner: int, terms: Terms) -> None:
        for language, texts in terms.items():
            for text in texts:
                try:
                    patterns = compile_term(text, language)
                except TermError as error:
                    raise TermError(f"{text!r} can never match: it {error}") from error
                found.extend(Term(role, owner, text, language, pattern) for pattern in patterns)

    for owner, concept in enumerate(watchlist.concepts):
        add(Role.CONCEPT, owner, concept.terms)
        add(Role.CONCEPT_EXCLUDE, owner, concept.exclude)
    for owner, actor in enumerate(watchlist.actors):
        add(Role.ACTOR, owner, actor.terms)
        add(Role.ACTOR_EXCLUDE, owner, actor.exclude)
    for owner, background in enumerate(watchlist.backgrounds):
        add(Role.BACKGROUND, owner, background.terms)
    add(Role.MASK, 0, watchlist.masks)
    return found


class _Chosen(NamedTuple):
    """The terms of one literal in some languages; ``left`` and ``right`` when all demand a word's edge there."""

    terms: tuple[Term, ...]
    left: bool
    right: bool


def _chosen(terms: list[Term]) -> _Chosen | None:
    patterns = [term.pattern for term in terms]
    left = all(pattern.left for pattern in patterns)
    right = all(pattern.right and not pattern.checked for pattern in patterns)
    return _Chosen(tuple(terms), left, right) if terms else None


class Matcher:
    """Finds terms. Safe to share between threads: all it ever adds is a remembered selection by language."""

    def __init__(self, terms: list[Term]) -> None:
        by_literal: dict[str, list[Term]] = {}
        for term in terms:
            by_literal.setdefault(term.pattern.literal, []).append(term)
        self._terms = list(by_literal.values())
        self._automaton = ahocorasick_rs.AhoCorasick(list(by_literal)) if by_literal else None
        self._selections: dict[frozenset[str], list[_Chosen | None]] = {}

    def find(self, text: str, languages: frozenset[str]) -> list[Hit]:
        """Hits in folded ``text`` of the terms of ``languages`` and of ``any``, in the order of their ends."""
        hits: list[Hit] = []
        if self._automaton is None:
            return hits
        length = len(text)
        selection = self._selections.get(languages) or self._select(languages)
        for number, start, end in self._automaton.find_matches_as_indexes(text, overlapping=True):
            chosen = selection[number]
            if chosen is None:
                continue
            left = start == 0 or not text[start - 1].isalnum()
            right = end == length or not text[end].isalnum()
            if (chosen.left and not left) or (chosen.right and not right):
                continue
            for term in chosen.terms:
                pattern = term.pattern
                if pattern.left and not left:
                    continue
                if not pattern.checked:
                    if right or not pattern.right:
                        hits.append(Hit(term, start, end))
                elif (span := _extent(pattern, text, start, end)) is not None:
                    hits.append(Hit(term, *span))
        return hits

    def _select(self, languages: frozenset[str]) -> list[_Chosen | None]:
        wanted = {*languages, ANY}
        found = [_chosen([term for term in terms if term.language in wanted]) for terms in self._terms]
        if len(self._selections) < _REMEMBERED:
            self._selections[languages] = found
        return found


_WORD_END = re.compile(r"\w*")


def _extent(pattern: Pattern, text: str, start: int, end: int) -> tuple[int, int] | None:
    """The span of a hit that needs more than its literal, or None when the rest does not hold."""
    if pattern.regex is not None:
        first, last = max(0, start - pattern.window), end + pattern.window
        if pattern.also and text.find(pattern.also, first, last) < 0:
            return None
        for match in compiled(pattern.regex).finditer(text, first, last):
            if match.start() <= start and end <= match.end():
                return match.span()
        return None
    found = _WORD_END.match(text, end)
    rest = found[0] if found else ""
    return (start, end + len(rest)) if rest in (pattern.endings or ()) else None
