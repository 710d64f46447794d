"""Which story each new item joins: the one it is most like, or its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import chain

from newswatch.model.story import StoryText
from newswatch.story.bands import bands
from newswatch.story.guards import Reason
from newswatch.story.reading import Reading, read
from newswatch.story.verdict import WINDOW, Verdict, judge

#: earlier items that one item is compared with, those with the most bands in common
COMPARED = 40
#: after so many in a row that say something else, those with fewer bands in common are not looked at
STRANGE = 8
#: so much alike is a copy, whatever is held against another member of the story
CERTAIN = 1.4
#: a band that so many items have is a phrase of the trade and finds nothing
COMMON = 400


class Shelf:
    """The items that have their story, found by their bands."""

    def __init__(self, known: Iterable[StoryText] = ()) -> None:
        self._texts: list[StoryText] = []
        self._readings: dict[int, Reading] = {}
        self._by_band: dict[str, list[int]] = {}
        self._first: dict[str, StoryText] = {}
        for one in sorted(known, key=_order):
            self.put(one)

    def put(self, text: StoryText) -> None:
        """Add an item with its story."""
        at = len(self._texts)
        self._texts.append(text)
        for band in text.bands:
            self._by_band.setdefault(band, []).append(at)
        self._first.setdefault(text.story or text.id, text)

    def story_of(self, text: StoryText) -> str:
        """The id of the story that ``text`` belongs to: the best one's, else its own."""
        found: dict[str, list[Verdict]] = {}
        later: Reading | None = None
        strange = 0
        for at in self._candidates(text):
            story = self._texts[at].story or self._texts[at].id
            if abs(_when(text) - _when(self._first[story])) > WINDOW:
                continue
            later = later or read(text)
            verdict = judge(self._reading(at), later)
            found.setdefault(story, []).append(verdict)
            strange = strange + 1 if verdict.reason in (Reason.WORDS, Reason.LEAD) else 0
            if strange == STRANGE:
                break
        fitting = [(_best(verdicts), story) for story, verdicts in found.items() if _joins(verdicts)]
        return max(fitting)[1] if fitting else text.id

    def _candidates(self, text: StoryText) -> list[int]:
        lists = [self._by_band.get(band, ()) for band in text.bands]
        shared = Counter(chain.from_iterable(rows[-COMMON:] for rows in lists))
        ranked = sorted(shared.items(), key=lambda item: (-item[1], -item[0]))
        return [at for at, _ in ranked[:COMPARED] if self._texts[at].language == text.language]

    def _reading(self, at: int) -> Reading:
        if at not in self._readings:
            self._readings[at] = read(self._texts[at])
        return self._readings[at]


def assign(new: Sequence[StoryText], known: Sequence[StoryText] = ()) -> dict[str, str]:
    """Item id → story id for every item of ``new``, taken in time order; ``known`` have their story."""
    shelf = Shelf(known)
    placed: dict[str, str] = {}
    for one in sorted(new, key=_order):
        text = one if one.bands else replace(one, bands=bands(one.title, one.summary, one.content, one.language))
        placed[one.id] = shelf.story_of(text)
        shelf.put(replace(text, story=placed[one.id]))
    return placed


def _joins(verdicts: Sequence[Verdict]) -> bool:
    """Whether a story's members speak for it: one is the same, and none that is as much alike objects."""
    same = max((verdict.score for verdict in verdicts if verdict.same), default=0.0)
    against = max((verdict.score for verdict in verdicts if not verdict.same and verdict.reason.guarded), default=0.0)
    return same > 0 and (same >= CERTAIN or same >= against)


def _best(verdicts: Sequence[Verdict]) -> float:
    return max(verdict.score for verdict in verdicts if verdict.same)


def _when(text: StoryText) -> datetime:
    return text.published or text.time


def _order(text: StoryText) -> tuple[datetime, str]:
    return text.time, text.id
