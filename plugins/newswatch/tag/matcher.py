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
    """The terms of one literal in some languages; ``left`` and ``right`` when all demand a word's edge there.

    ``plain`` says that none of them demands anything else.
    """

    terms: tuple[Term, ...]
    left: bool
    right: bool
    plain: bool


def _chosen(terms: list[Term]) -> _Chosen | None:
    patterns = [term.pattern for term in terms]
    left = all(pattern.left for pattern in patterns)
    right = all(pattern.right and not pattern.checked for pattern in patterns)
    plain = all((pattern.left, pattern.right, pattern.checked) == (left, right, False) for pattern in patterns)
    return _Chosen(tuple(terms), left, right, plain) if terms else None


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
            if (chosen := selection[number]) is None:
                continue
            terms, left_edge, right_edge, plain = chosen
            left = start == 0 or not text[start - 1].isalnum()
            if left_edge and not left:
                continue
            right = end == length or not text[end].isalnum()
            if right_edge and not right:
                continue
            for term in terms:
                if hit := Hit(term, start, end) if plain else _hit(term, text, start, end, left, right):
                    hits.append(hit)
        return hits

    def _select(self, languages: frozenset[str]) -> list[_Chosen | None]:
        wanted = {*languages, ANY}
        found = [_chosen([term for term in terms if term.language in wanted]) for terms in self._terms]
        if len(self._selections) < _REMEMBERED:
            self._selections[languages] = found
        return found


_WORD_END = re.compile(r"\w*")


def _hit(term: Term, text: str, start: int, end: int, left: bool, right: bool) -> Hit | None:
    """The hit of a term whose literal was found; ``left`` and ``right``: whether there is a word's edge."""
    pattern = term.pattern
    if pattern.left and not left:
        return None
    if not pattern.checked:
        return Hit(term, start, end) if right or not pattern.right else None
    if pattern.regex is None:
        found = _WORD_END.match(text, end)
        rest = found[0] if found else ""
        return Hit(term, start, end + len(rest)) if rest in (pattern.endings or ()) else None
    window = pattern.window
    first, last = start - window if start > window else 0, end + window
    if pattern.also and text.find(pattern.also, first, last) < 0:
        return None
    for match in compiled(pattern.regex).finditer(text, first, last):
        if match.start() <= start and end <= match.end():
            return Hit(term, *match.span())
    return None
