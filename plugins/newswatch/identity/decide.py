"""The decider: what one poll of one feed means, given what is known of it. No I/O, no clock."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from datetime import datetime, timedelta

from newswatch.identity import matching, memory
from newswatch.identity.keys import digest
from newswatch.identity.matching import Candidate
from newswatch.model.feed import Correction, Decision, Entries, FeedSpec, FeedState, Known, ParsedFeed
from newswatch.model.item import Entry, Item, Origin, Quality

#: a date further ahead than this is not believed
AHEAD = timedelta(minutes=10)
#: what was published longer before it was first seen never is news
STALE = timedelta(hours=48)
#: a feed without a success for so long has a gap, after which only what is younger than ``FRESH`` is live
GAP = timedelta(days=1)
FRESH = timedelta(hours=1)
#: a date so long ago is worth a flag
OLD = timedelta(days=365)
_TITLE_KEPT = 200


@dataclass(frozen=True, slots=True)
class _Poll:
    spec: FeedSpec
    state: FeedState
    parsed: ParsedFeed
    now: datetime
    index: str


def decide(
    spec: FeedSpec, state: FeedState, known: Entries, parsed: ParsedFeed, now: datetime, namespace: str
) -> Decision:
    """New items, corrections and the entries document to keep.

    ``state`` is the feed's state before this poll; ``now`` is UTC and is when the entries were first seen.
    """
    poll = _Poll(spec, state, parsed, now, f"{namespace}-items-{now:%Y.%m}")
    found = matching.candidates(parsed.entries, known)
    matching.match(found, known)
    ids = {one.id: one for one in known.keys.values()}
    taken = {candidate.known.id for candidate in found if candidate.known}
    new: dict[str, Item] = {}
    corrected: dict[str, Correction] = {}
    seen: dict[str, Known] = {}
    unchanged = 0
    for candidate in found:
        id_ = candidate.known.id if candidate.known else item_id(spec.id, candidate, taken)
        one = candidate.known or ids.get(id_)
        if one is None:
            new.setdefault(id_, _item(poll, id_, candidate.entry))
        elif one.hash != candidate.hash:
            corrected.setdefault(id_, Correction(id_, one.index, candidate.entry, spec.id))
        else:
            unchanged += 1
        remembered = _remembered(candidate, id_, one.index if one else poll.index, now)
        seen |= dict.fromkeys(candidate.keys(), remembered)
    return Decision(tuple(new.values()), tuple(corrected.values()), unchanged, memory.renewed(known, seen, now))


def item_id(feed: str, candidate: Candidate, taken: Container[str] = ()) -> str:
    """``_id`` of a new item: 32 hexadecimal digits of its canonical link when that is its own, else of feed and guid,
    else of feed, title and date.

    A reused guid is told from its former bearer by the title, and so is a link that another entry had (``taken``).
    """
    if candidate.link is not None:
        id_ = digest("link", candidate.link)
    elif candidate.guid is not None and not candidate.reused:
        id_ = digest("guid", feed, candidate.guid)
    else:
        id_ = digest("title", feed, candidate.guid or "", candidate.title)
    return id_ if id_ not in taken else digest("again", id_, feed, candidate.guid or "", candidate.title)


def timestamp(published: datetime | None, now: datetime) -> datetime:
    """``published``, or ``now`` when it is missing or not to be believed."""
    return now if published is None or published - now > AHEAD else published


def origin(state: FeedState, published: datetime | None, now: datetime) -> Origin:
    """Whether an entry first seen ``now`` is news: see the principle of that name in the architecture."""
    age = None if published is None else now - published
    if state.last_success is None or (age is not None and age > STALE):
        return Origin.BACKFILL
    if now - state.last_success > GAP and (age is None or age >= FRESH):
        return Origin.BACKFILL
    return Origin.LIVE


def _item(poll: _Poll, id_: str, entry: Entry) -> Item:
    spec, now = poll.spec, poll.now
    return Item(
        id=id_,
        index=poll.index,
        feed=spec.id,
        feeds=(spec.id,),
        url=entry.link,
        guid=entry.guid,
        title=entry.title,
        summary=entry.summary,
        content=entry.content,
        declared_language=entry.language or poll.parsed.language or spec.language,
        published=entry.published,
        timestamp=timestamp(entry.published, now),
        first_seen=now,
        origin=origin(poll.state, entry.published, now),
        publisher=spec.publisher,
        quality=_quality(entry, now),
    )


def _quality(entry: Entry, now: datetime) -> tuple[Quality, ...]:
    flags = list(entry.quality)
    if entry.published is not None and entry.published - now > AHEAD:
        flags.append(Quality.DATE_FUTURE)
    if entry.published is not None and now - entry.published > OLD:
        flags.append(Quality.DATE_OLD)
    return tuple(dict.fromkeys(flags))


def _remembered(candidate: Candidate, id_: str, index: str, now: datetime) -> Known:
    entry = candidate.entry
    return Known(id_, index, candidate.hash, entry.title[:_TITLE_KEPT], entry.link, now)
