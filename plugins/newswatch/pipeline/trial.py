"""One address, fetched once as a poll would: what would be stored, and why. Stores nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime

from newswatch import identity, parse, schedule
from newswatch.fetch import fetch_all
from newswatch.model.feed import Answer, Ask, Entries, FeedSpec, FeedState, ParsedFeed, Refused, Stored
from newswatch.model.fetch import FetchSettings
from newswatch.model.item import TaggedItem
from newswatch.pipeline import turn
from newswatch.tag import Tagger


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of it. ``state`` is what the feed's first poll would leave; ``format`` is None when it is no feed."""

    state: FeedState
    answer: Answer
    format: str | None
    alternate: str | None
    items: tuple[TaggedItem, ...]


async def trial(
    spec: FeedSpec, tagger: Tagger, settings: FetchSettings, allow: frozenset[tuple[str, int]], now: datetime
) -> Trial:
    """Fetch ``spec``, and the feed that it names when it is a web page."""
    alternate = None
    answer, outcome = await _read(Ask(spec.id, spec.url), settings, allow, now)
    if isinstance(outcome, Refused) and outcome.alternates:
        second, better = await _read(Ask(spec.id, outcome.alternates[0]), settings, allow, now)
        if isinstance(better, ParsedFeed):
            answer, outcome, alternate = second, better, second.url
        else:
            outcome = turn.useless(outcome, second, better)
    items: tuple[TaggedItem, ...] = ()
    if isinstance(outcome, ParsedFeed):
        decision = identity.decide(spec, schedule.current(spec, None), Entries(spec.id), outcome, now, "newswatch")
        items = tuple(
            TaggedItem(item, tagger.tag(item.title, item.summary, item.content, item.declared_language))
            for item in decision.new
        )
    state = schedule.advance(spec, None, answer, outcome, now, stored=Stored(new=len(items)), alternate=alternate)
    return Trial(state, answer, outcome.format if isinstance(outcome, ParsedFeed) else None, alternate, items)


async def _read(
    ask: Ask, settings: FetchSettings, allow: frozenset[tuple[str, int]], now: datetime
) -> tuple[Answer, ParsedFeed | Refused | None]:
    answers: AsyncIterator[Answer] = fetch_all([ask], settings=settings, allow=allow, now=now)
    (answer,) = [one async for one in answers]
    if answer.body is None:
        return answer, None
    outcome = parse.parse(answer.body, content_type=answer.content_type, url=answer.final_url)
    return answer, outcome
