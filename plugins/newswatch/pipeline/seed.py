"""The seed articles as the initial feed: any number of runs leaves one document each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from newswatch import seeds, story
from newswatch.detect.where import Filed
from newswatch.index import documents, items
from newswatch.index.client import Store
from newswatch.index.items import Written
from newswatch.model.item import TaggedItem
from newswatch.model.rules import Rule
from newswatch.pipeline import link
from newswatch.pipeline.detect_news import observed
from newswatch.tag import Tagger


def seed(store: Store, folder: Path, tagger: Tagger, now: datetime) -> Written:
    """Tag and store the articles of ``folder``; those that are stored stay as they are."""
    found = []
    for one in seeds.load(folder, now, store.namespace):
        tagging = tagger.tag(one.title, one.summary, one.content, one.declared_language)
        bands = story.bands(one.title, one.summary, one.content, tagging.language)
        found.append(TaggedItem(one, tagging, bands))
    known = items.anywhere(store, [one.item.id for one in found])
    written = items.write(store, [one for one in found if one.item.id not in known], now)
    link.link(store, now)
    return Written(written.created, written.known | known, written.refused)


def matched(store: Store, rules: Sequence[Rule]) -> Counter[str]:
    """Rule id → how many seed articles its ``where`` takes: what they would have alerted, had they been live."""
    request = {"query": {"term": {"origin": "seed"}}, "size": 100}
    hits = documents.search(store, store.index("items"), request)["hits"]["hits"]
    filed = Filed([rule for rule in rules if rule.type == "match"])
    return Counter(rule.id for hit in hits for rule in filed.taking(observed(hit["_id"], hit["_source"])))
