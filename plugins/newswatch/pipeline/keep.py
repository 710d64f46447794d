"""What a batch of turns brought → Elasticsearch: items, corrections, then the entries documents.

The feeds' states are not written here: they follow, so that validators stand for what is stored.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from newswatch import identity, story
from newswatch.errors import StoreError
from newswatch.index import documents, items, known_items
from newswatch.index.documents import Outcome, Write
from newswatch.model.feed import Correction, Decision
from newswatch.model.item import Item, Revision, TaggedItem
from newswatch.pipeline.turn import Poll, Turn


@dataclass(frozen=True, slots=True)
class Kept:
    """Ids of the items that were created and that were set aside, and how many corrections were made."""

    created: frozenset[str]
    refused: frozenset[str]
    corrected: int


def tagged(poll: Poll, turns: Sequence[Turn]) -> list[TaggedItem]:
    """The new items of ``turns`` with their tags and story keys; asks nobody."""
    new: dict[str, Item] = {}
    for item in (item for turn in turns if turn.decision for item in turn.decision.new):
        earlier = new.get(item.id)
        new[item.id] = _joined(earlier, item) if earlier else item
    return [_tagged(poll, item) for item in new.values()]


def keep(poll: Poll, turns: Sequence[Turn], new: Sequence[TaggedItem]) -> Kept:
    """Store the ``new`` items of ``turns``, and what else these brought.

    Raises StoreError when Elasticsearch does not take it; it may be repeated.
    """
    decisions = [turn.decision for turn in turns if turn.decision]
    written = items.write(poll.store, new, poll.now)
    outcomes = [_correct(poll, one) for decision in decisions for one in decision.corrected]
    unfit = [one for one in outcomes if one and one.unfit]
    items.set_aside(poll.store, unfit, poll.now)
    _write_entries(poll, decisions, written.places)
    refused = written.refused | {one.write.id for one in unfit}
    return Kept(written.created, refused, sum(one is not None and one.applied for one in outcomes))


def _joined(one: Item, other: Item) -> Item:
    """Two feeds of one batch brought the same article."""
    return dataclasses.replace(one, feeds=tuple(dict.fromkeys(one.feeds + other.feeds)))


def _tagged(poll: Poll, item: Item) -> TaggedItem:
    tagging = poll.tagger.tag(item.title, item.summary, item.content, item.declared_language)
    return TaggedItem(item, tagging, story.bands(item.title, item.summary, item.content, tagging.language))


def _correct(poll: Poll, correction: Correction) -> Outcome | None:
    """Put a correction in place: the earlier text becomes a revision, tags are made anew, times and story stay.

    What became of it; None when there was nothing to correct.
    """
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

    return known_items.change(poll.store, correction.index, correction.id, corrected)


def _write_entries(poll: Poll, decisions: Iterable[Decision], places: Mapping[str, str]) -> None:
    index = poll.store.index("entries")
    entries = [one.entries for one in decisions if one.entries is not None]
    kept = [identity.relocated(one, places) for one in entries] if places else entries
    writes = [Write("index", index, one.feed, identity.to_doc(one)) for one in kept]
    refused = [outcome for outcome in documents.bulk(poll.store, writes) if not outcome.applied]
    if refused:
        raise StoreError(f"the entries of feed {refused[0].write.id} could not be kept: {refused[0].reason}")
