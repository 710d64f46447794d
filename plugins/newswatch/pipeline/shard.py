"""One shard under way: fetch, parse, decide, tag, store; then the entries documents, then the feeds' states.

Feeds are fetched concurrently and worked off in batches, one being stored while the next is parsed, so memory is
bounded whatever their number. A bad feed is a value and never stops another; a store that refuses stops the shard, and
then neither validators nor entries advance, so that the next poll brings everything again.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from newswatch import fetch, schedule
from newswatch.errors import StoreError
from newswatch.index import feeds
from newswatch.model.feed import Answer, FeedState, FeedStatus, Stored
from newswatch.model.item import TaggedItem
from newswatch.pipeline import turn
from newswatch.pipeline.apart import Settle
from newswatch.pipeline.keep import Kept, keep, tagged
from newswatch.pipeline.turn import Poll, Turn

BATCH_FEEDS = 10
BATCH_BYTES = 8_000_000
#: states settled at once
STATES = 500
#: new objects, young and middle-aged collections after which garbage is looked for
COLLECTING = (50_000, 20, 100)


@dataclass(frozen=True, slots=True)
class PollReport:
    """What a poll did: feeds asked, failed, and items created, corrected, set aside."""

    feeds: int = 0
    failed: int = 0
    created: int = 0
    corrected: int = 0
    refused: int = 0

    def __add__(self, other: PollReport) -> PollReport:
        return PollReport(
            self.feeds + other.feeds,
            self.failed + other.failed,
            self.created + other.created,
            self.corrected + other.corrected,
            self.refused + other.refused,
        )


def run(poll: Poll, states: Mapping[str, FeedState], settle: Settle) -> PollReport:
    """Poll the feeds of ``states`` once; the states after it come to ``settle``. Raises StoreError."""
    with _collecting_seldom():
        return asyncio.run(_Run(poll, states, settle).run())


@contextmanager
def _collecting_seldom() -> Iterator[None]:
    """Look for cyclic garbage seldom: a poll leaves little, and by default the search is a fifth of what it costs."""
    before = gc.get_threshold()
    gc.set_threshold(*COLLECTING)
    try:
        yield
    finally:
        gc.set_threshold(*before)


class _Run:
    """One shard under way."""

    def __init__(self, poll: Poll, states: Mapping[str, FeedState], settle: Settle) -> None:
        self._poll, self._states, self._settled_by = poll, states, settle
        self._batch: list[Answer] = []
        self._size = 0
        self._storing: asyncio.Task[None] | None = None
        self._settled: list[FeedState] = []
        self._report = PollReport()

    async def run(self) -> PollReport:
        poll = self._poll
        asks = [schedule.ask(poll.specs[name], state, poll.now) for name, state in self._states.items()]
        try:
            async for answer in fetch.fetch_all(asks, settings=poll.settings, allow=poll.allow, now=poll.now):
                await self._take(answer)
            await self._work()
        finally:
            try:
                await self._stored()
            finally:
                await asyncio.to_thread(self._write_states)
        return self._report

    async def _take(self, answer: Answer) -> None:
        state = self._states[answer.feed]
        if turn.is_settled(state, answer):
            self._settle([Turn(self._poll.specs[answer.feed], state, answer)], None)
            if len(self._settled) >= STATES:
                await self._stored()
                await asyncio.to_thread(self._write_states)
            return
        self._batch.append(answer)
        self._size += len(answer.body or b"")
        if len(self._batch) >= BATCH_FEEDS or self._size >= BATCH_BYTES:
            await self._work()

    async def _work(self) -> None:
        """Parse and tag the batch in a thread, so that others go on being fetched, and let it be stored in another."""
        batch, self._batch, self._size = self._batch, [], 0
        if batch:
            turns = await self._followed(await asyncio.to_thread(turn.read, self._poll, self._states, batch))
            new = await asyncio.to_thread(tagged, self._poll, turns)
            await self._stored()
            self._storing = asyncio.create_task(asyncio.to_thread(self._store, turns, new))

    async def _stored(self) -> None:
        """Wait for the batch that is being stored. Raises the StoreError that it met."""
        storing, self._storing = self._storing, None
        if storing is not None:
            await storing

    async def _followed(self, turns: list[Turn]) -> list[Turn]:
        """The turns, with the feed that a web page names in its place."""
        poll = self._poll
        asks = [ask for ask in map(turn.alternate, turns) if ask]
        if not asks:
            return turns
        second = fetch.fetch_all(asks, settings=poll.settings, allow=poll.allow, now=poll.now)
        answers = [answer async for answer in second]
        return turn.followed(turns, await asyncio.to_thread(turn.read, poll, self._states, answers))

    def _store(self, turns: Sequence[Turn], new: Sequence[TaggedItem]) -> None:
        try:
            kept = keep(self._poll, turns, new)
        except StoreError as error:
            self._note_failure(turns, error)
            raise
        self._report += PollReport(created=len(kept.created), corrected=kept.corrected, refused=len(kept.refused))
        self._settle(turns, kept)

    def _settle(self, turns: Sequence[Turn], kept: Kept | None) -> None:
        """The states after these turns, to be written with the next ones."""
        after = [_advanced(one, kept, self._poll) for one in turns]
        self._settled.extend(after)
        failed = sum(state.status is FeedStatus.FAILED for state in after)
        self._report += PollReport(feeds=len(after), failed=failed)

    def _write_states(self) -> None:
        settled, self._settled = self._settled, []
        self._settled_by(settled)

    def _note_failure(self, turns: Sequence[Turn], error: StoreError) -> None:
        """Say at the feeds that the store refused, as far as it takes that; nothing else of them advances."""
        lost = Stored(accepted=False, error=str(error))
        after = [
            schedule.advance(one.spec, one.state, one.answer, one.outcome, self._poll.now, stored=lost) for one in turns
        ]
        try:
            feeds.write_states(self._poll.store, after)
        except StoreError:
            # it is away altogether: the gap shows as coverage, and the error that led here is the one to tell
            return


def _advanced(one: Turn, kept: Kept | None, poll: Poll) -> FeedState:
    new = sum(item.id in kept.created for item in one.decision.new) if kept and one.decision else 0
    stored = Stored(new=new)
    return schedule.advance(
        one.spec, one.state, one.answer, one.outcome, poll.now, stored=stored, alternate=one.alternate
    )
