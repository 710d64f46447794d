"""What makes a signal: its stories with links, its publishers, the terms that are new in it."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence

from newswatch.model.observed import Observed
from newswatch.model.signal import StoryRef

STORIES = 8
TERMS = 6
_WORD = re.compile(r"[^\W\d_]{3,}|[\u3040-\u30ff\u3400-\u9fff]{2,4}")


def stories(items: Iterable[Observed], most: int = STORIES) -> tuple[StoryRef, ...]:
    """The stories of ``items``, those of most publisher families first, then the newest."""
    by_story: dict[str, list[Observed]] = {}
    for item in items:
        by_story.setdefault(item.story, []).append(item)
    found = []
    for story, members in by_story.items():
        lead = min(members, key=lambda item: (not item.lead, item.at, item.id))
        families = len({item.family for item in members})
        found.append(StoryRef(story, lead.id, lead.title, lead.url, lead.publisher, lead.language, lead.at, families))
    found.sort(key=lambda ref: (-ref.publishers, -ref.at.timestamp(), ref.story))
    return tuple(found[:most])


def publishers(items: Iterable[Observed]) -> tuple[str, ...]:
    """The publishers of ``items``, by number of items."""
    return tuple(name for name, _ in Counter(item.publisher for item in items).most_common())


def top_terms(items: Sequence[Observed], others: Sequence[Observed], most: int = TERMS) -> tuple[str, ...]:
    """Words that stand in more of these titles than others' titles would lead one to expect (smoothed log odds)."""
    here, there = _titles(items), _titles(others)
    scored = []
    for word, count in here.items():
        if count < 2:
            continue
        usual = (there.get(word, 0) + 0.5) / (len(others) + 1)
        gain = count * math.log(((count + 0.5) / (len(items) + 1)) / usual)
        scored.append((-gain, word))
    return tuple(word for gain, word in sorted(scored)[:most] if gain < 0)


def _titles(items: Iterable[Observed]) -> Counter[str]:
    return Counter(word for item in items for word in set(_WORD.findall(item.title.casefold())))
