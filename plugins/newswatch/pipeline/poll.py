"""Feeds → items: fetch, parse, decide, tag, store; then the entries documents, then the feeds' states, in that order.

A shard is one idempotent transaction over some feeds. Feeds are fetched concurrently and worked off in batches, so
memory is bounded whatever their number. A bad feed is a value and never stops another; a store that refuses stops the
shard, and then neither validators nor entries advance, so that the next poll brings everything again.
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from newswatch import fetch, identity, parse, schedule, story
from newswatch.errors import StoreError
from newswatch.index import documents, feeds, items
from newswatch.index.client import Store
from newswatch.index.documents import Write
from newswatch.model.feed import (
    Answer,
    Ask,
    Correction,
    Decision,
    Entries,
    FeedSpec,
    FeedState,
    FeedStatus,
    ParsedFeed,
    Refused,
    Stored,
)
from newswatch.model.fetch import FetchSettings
from newswatch.model.item import Item, Revision, TaggedItem
from newswatch.tag import Tagger

BATCH_FEEDS = 40
BATCH_BYTES = 8_000_000
SHARDS = 8
Progress = Callable[[FeedState], None]


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
class PollReport:
    """What a poll did: feeds asked, failed, and items created, corrected, set aside."""

    feeds: int = 0
    failed: int = 0
    created: int = 0
    corrected: int = 0
    refused: int = 0

    def __add__(self, other: PollReport) -> PollReport:
        mine, theirs = dataclasses.astuple(self), dataclasses.astuple(other)
        return PollReport(*(one + two for one, two in zip(mine, theirs, strict=True)))


@dataclass(frozen=True, slots=True)
class _Turn:
    """One feed's answer, and what parsing made of it.

    ``decision`` is set when a feed was read, ``alternate`` when it is the one that a web page named.
    """

    spec: FeedSpec
    state: FeedState
    answer: Answer
    outcome: ParsedFeed | Refused | None = None
    decision: Decision | None = None
    alternate: str | None = None


def due(poll: Poll) -> list[str]:
    """The ids of the feeds that are due now; read in one request."""
    known = feeds.states(poll.store, poll.specs)
    return [spec.id for spec in schedule.due(known, tuple(poll.specs.values()), poll.now)]


def shards(ids: Sequence[str], number: int = SHARDS) -> list[list[str]]:
    """Feeds spread evenly over at most ``number`` shards, none empty."""
    return [list(ids[start::number]) for start in range(min(number, len(ids)))]


def poll_shard(poll: Poll, ids: Sequence[str], progress: Progress = lambda _: None) -> PollReport:
    """Poll the feeds ``ids`` once. Raises StoreError when the store could not take what they brought."""
    specs = [poll.specs[name] for name in ids if name in poll.specs]
    known = feeds.states(poll.store, [spec.id for spec in specs])
    states = {spec.id: schedule.current(spec, known.get(spec.id)) for spec in specs}
    return asyncio.run(_poll(poll, states, progress))


async def _poll(poll: Poll, states: Mapping[str, FeedState], progress: Progress) -> PollReport:
    report, batch, size = PollReport(), list[Answer](), 0
    asks = [schedule.ask(poll.specs[name], state, poll.now) for name, state in states.items()]
    async for answer in fetch.fetch_all(asks, settings=poll.settings, allow=poll.allow, now=poll.now):
        batch.append(answer)
        size += len(answer.body or b"")
        if len(batch) >= BATCH_FEEDS or size >= BATCH_BYTES:
            report += await _work(poll, states, batch, progress)
            batch, size = [], 0
    return report + await _work(poll, states, batch, progress) if batch else report


async def _work(poll: Poll, states: Mapping[str, FeedState], batch: Sequence[Answer], progress: Progress) -> PollReport:
    """One batch. Parsing and storing run in a thread, so that other feeds go on being fetched meanwhile."""
    turns = await asyncio.to_thread(_read, poll, states, batch)
    asks = [ask for ask in map(_alternate, turns) if ask]
    if asks:
        second = fetch.fetch_all(asks, settings=poll.settings, allow=poll.allow, now=poll.now)
        again = await asyncio.to_thread(_read, poll, states, [answer async for answer in second])
        addresses = {ask.feed: ask.url for ask in asks}
        better = {
            turn.spec.id: dataclasses.replace(turn, alternate=addresses[turn.spec.id])
            for turn in again
            if isinstance(turn.outcome, ParsedFeed)
        }
        turns = [better.get(turn.spec.id, turn) for turn in turns]
    return await asyncio.to_thread(_store, poll, turns, progress)


def _read(poll: Poll, states: Mapping[str, FeedState], batch: Sequence[Answer]) -> list[_Turn]:
    turns = [_parsed(poll.specs[answer.feed], states[answer.feed], answer) for answer in batch]
    entries = _entries(poll, [turn.spec.id for turn in turns if isinstance(turn.outcome, ParsedFeed)])
    return [_decided(poll, turn, entries) for turn in turns]


def _parsed(spec: FeedSpec, state: FeedState, answer: Answer) -> _Turn:
    if answer.body is None or _same_body(state, answer):
        return _Turn(spec, state, answer)
    outcome = parse.parse(answer.body, content_type=answer.content_type, url=answer.final_url)
    return _Turn(spec, state, answer, outcome)


def _same_body(state: FeedState, answer: Answer) -> bool:
    """Whether the body is the one that was parsed and stored last, so that nothing in it can be new."""
    sound = answer.body is not None and answer.failure is None and not answer.cut
    return sound and schedule.body_hash(answer.body or b"") == state.body_hash


def _entries(poll: Poll, ids: Iterable[str]) -> dict[str, Entries]:
    index = poll.store.index("entries")
    found = documents.mget(poll.store, [(index, name) for name in ids])
    return {name: identity.from_doc(one.source, poll.now) for name, one in found.items()}


def _decided(poll: Poll, turn: _Turn, entries: Mapping[str, Entries]) -> _Turn:
    if not isinstance(turn.outcome, ParsedFeed):
        return turn
    known = entries.get(turn.spec.id, Entries(turn.spec.id))
    decision = identity.decide(turn.spec, turn.state, known, turn.outcome, poll.now, poll.store.namespace)
    return dataclasses.replace(turn, decision=decision)


def _alternate(turn: _Turn) -> Ask | None:
    """The feed that a web page names, to be asked once in its place."""
    if isinstance(turn.outcome, Refused) and turn.outcome.alternates:
        return Ask(turn.spec.id, turn.outcome.alternates[0])
    return None


def _store(poll: Poll, turns: Sequence[_Turn], progress: Progress) -> PollReport:
    try:
        return _write(poll, turns, progress)
    except StoreError as error:
        _note_failure(poll, turns, error)
        raise


def _write(poll: Poll, turns: Sequence[_Turn], progress: Progress) -> PollReport:
    decisions = [turn.decision for turn in turns if turn.decision]
    new: dict[str, Item] = {}
    for item in (item for decision in decisions for item in decision.new):
        earlier = new.get(item.id)
        new[item.id] = _joined(earlier, item) if earlier else item
    written = items.write(poll.store, [_tagged(poll, item) for item in new.values()], poll.now)
    corrected = sum(_correct(poll, one) for decision in decisions for one in decision.corrected)
    _write_entries(poll, decisions, written.places)
    after = [_advanced(turn, written.created, poll.now) for turn in turns]
    feeds.write_states(poll.store, after)
    for state in after:
        progress(state)
    failed = sum(state.status is FeedStatus.FAILED for state in after)
    return PollReport(len(turns), failed, len(written.created), corrected, len(written.refused))


def _joined(one: Item, other: Item) -> Item:
    """Two feeds of one batch brought the same article."""
    return dataclasses.replace(one, feeds=tuple(dict.fromkeys(one.feeds + other.feeds)))


def _tagged(poll: Poll, item: Item) -> TaggedItem:
    tagging = poll.tagger.tag(item.title, item.summary, item.content, item.declared_language)
    return TaggedItem(item, tagging, story.bands(item.title, item.summary, item.content, tagging.language))


def _correct(poll: Poll, correction: Correction) -> bool:
    """Put a correction in place: the earlier text becomes a revision, tags are made anew, times and story stay."""
    entry = correction.entry

    def corrected(source: dict[str, Any]) -> dict[str, Any] | None:
        before = items.item(correction.id, correction.index, source)
        if (before.title, before.summary, before.content) == (entry.title, entry.summary, entry.content):
            return None
        revision = Revision(poll.now, before.title, before.summary)
        after = dataclasses.replace(
            before,
            title=entry.title,
            summary=entry.summary,
            content=entry.content,
            revisions=(*before.revisions, revision)[-items.REVISIONS :],
        )
        kept = {name: source[name] for name in ("story", "event", "lag")}
        return items.document(_tagged(poll, after), poll.now) | kept

    return items.change(poll.store, correction.index, correction.id, corrected)


def _write_entries(poll: Poll, decisions: Iterable[Decision], places: Mapping[str, str]) -> None:
    index = poll.store.index("entries")
    kept = [identity.relocated(one.entries, places) for one in decisions if one.entries is not None]
    writes = [Write("index", index, one.feed, identity.to_doc(one)) for one in kept]
    refused = [outcome for outcome in documents.bulk(poll.store, writes) if not outcome.applied]
    if refused:
        raise StoreError(f"the entries of feed {refused[0].write.id} could not be kept: {refused[0].reason}")


def _advanced(turn: _Turn, created: frozenset[str], now: datetime) -> FeedState:
    new = sum(item.id in created for item in turn.decision.new) if turn.decision else 0
    return schedule.advance(
        turn.spec, turn.state, turn.answer, turn.outcome, now, stored=Stored(new=new), alternate=turn.alternate
    )


def _note_failure(poll: Poll, turns: Sequence[_Turn], error: StoreError) -> None:
    """Say at the feeds that the store refused, as far as it takes that; nothing else of them advances."""
    lost = Stored(accepted=False, error=str(error))
    after = [schedule.advance(t.spec, t.state, t.answer, t.outcome, poll.now, stored=lost) for t in turns]
    try:
        feeds.write_states(poll.store, after)
    except StoreError:
        # it is away altogether: the gap shows as coverage, and the error that led here is the one to tell
        return
