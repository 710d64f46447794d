"""An item as the verifier reads it: its sentences as tokens, without dress, and what kind of text it is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from newswatch.model.story import StoryText
from newswatch.story import phrases, trim
from newswatch.story.fold import fold, straight
from newswatch.story.marks import Mark, marks
from newswatch.story.tokens import Token, tokens

#: a body that weighs less says too little without its headline
THIN = 6.0
#: a first sentence that weighs less is a left-over of a dateline
SLIGHT = 2.5
#: sentences that are read; a report has said what it is about by then
SENTENCES = 12
CONTENT = 1500
_UPDATES = frozenset(
    ("updates", "update", "news", "blog", "ticker", "nieuws", "actu", "новости", "новини", "뉴스", "속보")
)
_LABEL = re.compile(r"\s*[:|]\s+|\s+-\s+")

Sentence = Sequence[Token]


@dataclass(frozen=True, slots=True)
class Reading:
    """``title`` and ``body`` in tokens; ``thin`` when the body could not stand alone and begins with the title.

    ``keys`` are those of the body's words; ``lead`` and ``all`` the marks of the first sentence and of title and body
    together; ``own`` the words of its publisher's name. ``time`` is the publication (UTC), else when it was first seen.
    """

    text: StoryText
    title: Sentence
    body: tuple[Sentence, ...]
    keys: frozenset[str]
    lead: frozenset[Mark]
    all: frozenset[Mark]
    thin: bool
    cut: bool
    live: str
    edition: bool
    periodic: bool
    own: frozenset[str]

    @property
    def time(self) -> datetime:
        """When it was published, or first seen."""
        return self.text.published or self.text.time

    @property
    def language(self) -> str:
        """The language, as the rules know it: ``de`` of ``de-AT``."""
        return self.text.language.partition("-")[0].lower()


def read(text: StoryText) -> Reading:
    """Read an item once; everything that compares it works on this."""
    language = text.language.partition("-")[0].lower()
    report = text.summary.strip() or text.content[:CONTENT]
    lines = trim.body(report, language)[:SENTENCES]
    headline = trim.headline(text.title)
    title = tokens(headline, language)
    found = [(line, made) for line in lines if (made := _tokens(line, language))]
    while len(found) > 1 and (_weight(found[0][1]) < SLIGHT or _repeats(found[0][1], title)):
        del found[0]
    thin = sum(_weight(made) for _, made in found) < THIN
    if thin:
        found.insert(0, (headline, title))
    body = tuple(made for _, made in found if made)
    heading = straight(f"{text.title} {report[:80]}")
    return Reading(
        text=text,
        title=title,
        body=body,
        keys=frozenset(token.key for line in body for token in line),
        lead=marks(found[0][0], language) if found else frozenset(),
        all=marks(" ".join((headline, *(line for line, _ in found))), language),
        thin=thin,
        cut=trim.is_cut(report),
        live=_live(straight(text.title), text.publisher),
        edition=phrases.EDITIONS.within(heading),
        periodic=phrases.PERIODIC.within(" ".join(line for line, _ in found)),
        own=frozenset(re.findall(r"\w+", fold(text.publisher))),
    )


def _tokens(line: str, language: str) -> list[Token]:
    """A sentence's tokens; the last word before an ellipsis may be a part of one."""
    made = tokens(line, language)
    return made[:-1] if line.endswith("...") else made


def _weight(line: Sentence) -> float:
    return sum([token.weight for token in line])


def _repeats(line: Sentence, title: Sentence) -> bool:
    """Whether a text begins with its own headline."""
    return len(line) > 2 and {token.key for token in line} <= {token.key for token in title}


def _live(title: str, publisher: str) -> str:
    """What names a live page whatever its headline says: its publisher and the part of the title with the mark.

    Nothing when that part says no more than that it is live.
    """
    for part in _LABEL.split(title):
        words = [word for word in re.findall(r"\w+", part) if len(word) > 3 and not phrases.LIVE.within(word)]
        if phrases.LIVE.within(part) and len(part.split()) <= 8 and set(fold(" ".join(words)).split()) - _UPDATES:
            return fold(f"{publisher}/{part.strip()}")
    return ""
