"""What a change of the watch-list gains and loses, concept by concept, on given texts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from newswatch.model.watchlist import Watchlist
from newswatch.tag.tagger import Tagger

EXAMPLES = 3


@dataclass(slots=True)
class Change:
    """Items that a tag or concept gains and loses, and the titles of the first of them."""

    gained: int = 0
    lost: int = 0
    examples_gained: list[str] = field(default_factory=list)
    examples_lost: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Text:
    """What is tagged of a stored item."""

    title: str
    summary: str
    content: str = ""
    language: str | None = None


def compare(old: Watchlist, new: Watchlist, texts: Iterable[Text]) -> tuple[int, dict[str, Change]]:
    """How many texts were read, and the changes by name (``tag:ID`` and ``concept:ID``), only those that changed."""
    before, after = Tagger(old), Tagger(new)
    changes: dict[str, Change] = {}
    count = 0
    for text in texts:
        count += 1
        was, now = (_names(tagger, text) for tagger in (before, after))
        for name in now - was:
            change = changes.setdefault(name, Change())
            change.gained += 1
            change.examples_gained += [text.title] if change.gained <= EXAMPLES else []
        for name in was - now:
            change = changes.setdefault(name, Change())
            change.lost += 1
            change.examples_lost += [text.title] if change.lost <= EXAMPLES else []
    return count, dict(sorted(changes.items()))


def _names(tagger: Tagger, text: Text) -> set[str]:
    tagging = tagger.tag(text.title, text.summary, text.content, text.language)
    return {f"tag:{tag}" for tag in tagging.tags} | {f"concept:{concept}" for concept in tagging.concepts}
