"""One feed's turn in a poll: its answer, what parsing made of it, and what that means for what is known of it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from newswatch import identity, parse, schedule
from newswatch.index import documents
from newswatch.index.client import Store
from newswatch.model.address import secrets_of, without
from newswatch.model.feed import Answer, Ask, Decision, Entries, FeedSpec, FeedState, ParsedFeed, Refused
from newswatch.model.fetch import FetchSettings
from newswatch.model.item import Entry
from newswatch.tag import Tagger


@dataclass(frozen=True, slots=True)
class Poll:
    """What a poll needs: where to store, which feeds, how to tag, how to fetch, and the time."""

    store: Store
    specs: Mapping[str, FeedSpec]
    tagger: Tagger
    now: datetime
    settings: FetchSettings = field(default_factory=FetchSettings)
    allow: frozenset[tuple[str, int]] = frozenset()


@dataclass(frozen=True, slots=True)
class Turn:
    """One feed's answer, and what parsing made of it.

    ``outcome`` is None when there was nothing to parse: no body, or the one that was stored last. ``decision`` is set
    when a feed was read, ``alternate`` when it is the one that a web page named.
    """

    spec: FeedSpec
    state: FeedState
    answer: Answer
    outcome: ParsedFeed | Refused | None = None
    decision: Decision | None = None
    alternate: str | None = None


def is_settled(state: FeedState, answer: Answer) -> bool:
    """Whether there is nothing to read: no body, or the very one that was parsed and stored last."""
    if answer.body is None:
        return True
    return answer.failure is None and schedule.body_hash(answer.body) == state.body_hash


def read(poll: Poll, states: Mapping[str, FeedState], answers: Sequence[Answer]) -> list[Turn]:
    """Parse the answers and decide on what they bring; the entries documents are read in one request."""
    turns = [_parsed(poll.specs[answer.feed], states[answer.feed], answer) for answer in answers]
    entries = _entries(poll, [turn.spec.id for turn in turns if isinstance(turn.outcome, ParsedFeed)])
    return [_decided(poll, turn, entries) for turn in turns]


def alternate(turn: Turn) -> Ask | None:
    """The feed that a web page names, to be asked once in its place."""
    if isinstance(turn.outcome, Refused) and turn.outcome.alternates:
        return Ask(turn.spec.id, turn.outcome.alternates[0])
    return None


def followed(turns: Sequence[Turn], again: Sequence[Turn]) -> list[Turn]:
    """The turns, with the feed that a web page names in its place, or with why that feed could not be read."""
    named = {one.spec.id: one for one in again}
    return [_instead(one, named[one.spec.id]) if one.spec.id in named else one for one in turns]


def _instead(page: Turn, named: Turn) -> Turn:
    if not isinstance(page.outcome, Refused):
        return page
    unchanged = named.outcome is None and named.answer.failure is None
    if unchanged or isinstance(named.outcome, ParsedFeed):
        return dataclasses.replace(named, alternate=page.outcome.alternates[0])
    return dataclasses.replace(page, outcome=useless(page.outcome, named.answer, named.outcome))


def useless(page: Refused, answer: Answer, outcome: ParsedFeed | Refused | None) -> Refused:
    """The refusal of a web page, with what became of asking for the feed that it names."""
    why = outcome.error if isinstance(outcome, Refused) and answer.failure is None else answer.error
    return dataclasses.replace(page, error=f"{page.error}, which cannot be used: {why}")


def _parsed(spec: FeedSpec, state: FeedState, answer: Answer) -> Turn:
    if is_settled(state, answer):
        return Turn(spec, state, answer)
    outcome = parse.parse(answer.body or b"", content_type=answer.content_type, url=answer.final_url)
    if isinstance(outcome, ParsedFeed) and (secrets := secrets_of(spec.url)):
        entries = tuple(_discreet(entry, secrets) for entry in outcome.entries)
        outcome = dataclasses.replace(outcome, entries=entries)
    return Turn(spec, state, answer, outcome)


def _discreet(entry: Entry, secrets: frozenset[str]) -> Entry:
    """An entry whose addresses do not repeat the password or the key with which its feed was asked."""
    link = without(entry.link, secrets) if entry.link else None
    guid = without(entry.guid, secrets) if entry.guid and "://" in entry.guid else entry.guid
    return entry if (link, guid) == (entry.link, entry.guid) else dataclasses.replace(entry, link=link, guid=guid)


def _entries(poll: Poll, ids: Iterable[str]) -> dict[str, Entries]:
    index = poll.store.index("entries")
    found = documents.mget(poll.store, [(index, name) for name in ids])
    return {name: identity.from_doc(one.source, poll.now) for name, one in found.items()}


def _decided(poll: Poll, turn: Turn, entries: Mapping[str, Entries]) -> Turn:
    if not isinstance(turn.outcome, ParsedFeed):
        return turn
    known = entries.get(turn.spec.id, Entries(turn.spec.id))
    decision = identity.decide(turn.spec, turn.state, known, turn.outcome, poll.now, poll.store.namespace)
    return dataclasses.replace(turn, decision=decision)
