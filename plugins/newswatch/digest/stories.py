"""From a window's items to its stories: who reports each on his own, and which tell of the same matter.

A story belongs to this window when its first report does; copies that come later are no news. Independent publishers
are counted over the story's thread: first reports that share a concept and an actor with it, within six hours of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from newswatch.model.digest import Report
from newswatch.model.observed import Observed

NEAR = timedelta(hours=6)
ALIKE = 0.6
HOUR = 3600


@dataclass(frozen=True, slots=True)
class Thread:
    """Where first reports are found: per concept, actor and hour, a bit per family; ``independent`` are the bits of
    families with a publisher that is no state medium.
    """

    families: dict[str, int] = field(default_factory=dict)
    hours: dict[tuple[str, str], dict[int, int]] = field(default_factory=dict)
    leads: dict[tuple[str, str], list[Observed]] = field(default_factory=dict)
    independent: int = 0

    def around(self, item: Observed) -> int:
        """The families that report on ``item``'s matter around its time, as bits."""
        hour, reach = int(item.at.timestamp()) // HOUR, int(NEAR.total_seconds()) // HOUR
        found = self.families[item.family]
        for pair in _pairs(item):
            known = self.hours[pair]
            for near in range(hour - reach, hour + reach + 1):
                found |= known.get(near, 0)
        return found

    def members(self, item: Observed) -> list[Observed]:
        """The first reports of the thread, one for each family, ``item`` first and then in order of time."""
        found = {one.id: one for pair in _pairs(item) for one in self.leads[pair] if abs(one.at - item.at) <= NEAR}
        first = {item.family: item}
        for one in sorted(found.values(), key=lambda one: (one.at, one.id)):
            first.setdefault(one.family, one)
        return list(first.values())


def leads(items: Iterable[Observed]) -> dict[str, Observed]:
    """The first report of each story that began in the window, in order of time."""
    found: dict[str, Observed] = {}
    for item in sorted(items, key=lambda one: (one.at, one.id)):
        if item.lead:
            found.setdefault(item.story, item)
    return found


def threads(first: Iterable[Observed], state_media: frozenset[str] = frozenset()) -> Thread:
    """The threads of first reports; ``state_media`` are publishers whose word alone is worth less."""
    made, own = Thread(), 0
    for item in first:
        bit = made.families.setdefault(item.family, 1 << len(made.families))
        if item.publisher not in state_media:
            own |= bit
        for pair in _pairs(item):
            hours = made.hours.setdefault(pair, {})
            hour = int(item.at.timestamp()) // HOUR
            hours[hour] = hours.get(hour, 0) | bit
            made.leads.setdefault(pair, []).append(item)
    return Thread(made.families, made.hours, made.leads, own)


def reports(
    items: Sequence[Observed], thread: Thread, severities: Mapping[str, int], new: Mapping[str, Sequence[str]]
) -> Iterator[Report]:
    """The stories of the window. ``severities`` (of alerts raised) and ``new`` are by story."""
    copies: dict[str, list[Observed]] = defaultdict(list)
    for item in items:
        copies[item.story].append(item)
    for story, item in leads(items).items():
        families = thread.around(item)
        told = copies[story]
        yield Report(
            id=story,
            title=item.title,
            url=item.url,
            language=item.language,
            publishers=tuple(dict.fromkeys([item.publisher, *(one.publisher for one in told)])),
            languages=(item.language,),
            families=families.bit_count(),
            tags=item.tags,
            concepts=item.concepts,
            actors=item.actors,
            first_seen=item.at,
            copies=len(told),
            severity=severities.get(story, 0),
            new=tuple(new.get(story, ())),
            state_media=not families & thread.independent,
        )


def told_by(item: Observed, thread: Thread) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Who reports it independently, and in which languages."""
    members = thread.members(item)
    languages = tuple(dict.fromkeys(one.language for one in members if one.language != "und"))
    return tuple(one.publisher for one in members), languages or (item.language,)


def alike(one: Report, other: Report) -> bool:
    """Whether two stories tell of the same matter, as far as concepts, actors and time can say."""
    here, there = set(one.concepts) & set(other.concepts), set(one.actors) & set(other.actors)
    if not here or not there or abs(one.first_seen - other.first_seen) > NEAR:
        return False
    every = len({*one.concepts, *other.concepts}) + len({*one.actors, *other.actors})
    return len(here) + len(there) >= ALIKE * every


def _pairs(item: Observed) -> Iterator[tuple[str, str]]:
    return ((concept, actor) for concept in item.concepts for actor in item.actors)
