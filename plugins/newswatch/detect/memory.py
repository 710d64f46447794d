"""What detection keeps of each rule between passes: plain JSON, in Elasticsearch and nowhere else."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from newswatch.model.observed import Observed
from newswatch.model.rules import BUCKET

STEP = int(BUCKET.total_seconds())


def floor(epoch: float, step: int = STEP) -> int:
    """The start of the bucket that holds ``epoch``."""
    return int(epoch // step) * step


def moment(epoch: float) -> datetime:
    """Epoch seconds as UTC."""
    return datetime.fromtimestamp(epoch, UTC)


@dataclass(slots=True)
class Cell:
    """One split value of one rule. Times are epoch seconds.

    ``counts`` holds the buckets that are still needed; ``tops`` what the largest feed brought; ``names`` distinct names
    per bucket. ``open`` is the start of the episode that holds, ``first`` the bucket in which the last one ended
    (novelty: when the value turned up again). ``detector`` is its packed state before ``base``.
    """

    counts: dict[int, int] = field(default_factory=dict)
    tops: dict[int, int] = field(default_factory=dict)
    names: dict[int, list[str]] = field(default_factory=dict)
    open: int | None = None
    base: int = 0
    detector: dict[str, Any] | None = None
    last: float = 0.0
    gap: float = 0.0
    seen: int = 0
    first: float = 0.0
    families: list[str] = field(default_factory=list)

    def prune(self, before: int) -> None:
        """Forget the buckets before ``before``."""
        for kept in (self.counts, self.tops, self.names):
            for bucket in [bucket for bucket in kept if bucket < before]:
                del kept[bucket]


@dataclass(slots=True)
class Memory:
    """One rule: the version it was kept for, since when, how far it was judged, its cells, its recent matches.

    ``watchlist`` is the version of the watch-list that tagged what was counted last, ``restarted`` when (epoch seconds)
    a change of rule or watch-list last began the history anew.
    """

    version: str
    since: int
    judged: int
    cells: dict[str, Cell] = field(default_factory=dict)
    recent: list[Observed] = field(default_factory=list)
    told: list[dict[str, Any]] = field(default_factory=list)
    watchlist: str = ""
    restarted: int = 0

    def dump(self) -> dict[str, Any]:
        """As JSON: empty parts left out, buckets as text."""
        cells = {}
        for key, cell in self.cells.items():
            values = {name: value for name, value in _fields(cell) if value not in (None, 0, 0.0, {}, [])}
            for name in ("counts", "tops", "names"):
                if name in values:
                    values[name] = {str(bucket): value for bucket, value in values[name].items()}
            cells[key] = values
        recent = [{**dict(_fields(item)), "at": item.at.timestamp()} for item in self.recent]
        return {
            "version": self.version,
            "since": self.since,
            "judged": self.judged,
            "cells": cells,
            "recent": recent,
            "told": self.told,
            "watchlist": self.watchlist,
            "restarted": self.restarted,
        }


def load(source: dict[str, Any]) -> Memory:
    """The memory that ``Memory.dump`` wrote."""
    cells = {}
    for key, values in source["cells"].items():
        given = dict(values)
        for name in ("counts", "tops", "names"):
            if name in given:
                given[name] = {int(bucket): value for bucket, value in given[name].items()}
        cells[key] = Cell(**given)
    recent = [_observed(one) for one in source["recent"]]
    single = {name: source[name] for name in ("version", "since", "judged", "told", "watchlist")}
    return Memory(**single, cells=cells, recent=recent, restarted=source.get("restarted", 0))


class Memories:
    """Memories by rule, made from their JSON only when they are asked for; the others go back as they came."""

    def __init__(self, sources: Mapping[str, dict[str, Any]] | None = None) -> None:
        self._sources = dict(sources or {})
        self._loaded: dict[str, Memory] = {}

    def __getitem__(self, rule: str) -> Memory:
        if rule not in self._loaded:
            self._loaded[rule] = load(self._sources[rule])
        return self._loaded[rule]

    def __setitem__(self, rule: str, memory: Memory) -> None:
        self._loaded[rule] = memory

    def version(self, rule: str) -> str | None:
        """For which version of the rule its memory was kept; None when there is none."""
        if rule in self._loaded:
            return self._loaded[rule].version
        return self._sources[rule]["version"] if rule in self._sources else None

    def judged(self, rule: str) -> int:
        """Up to when the rule was judged."""
        return self._loaded[rule].judged if rule in self._loaded else int(self._sources[rule]["judged"])

    def dump(self, rules: Iterable[str]) -> dict[str, dict[str, Any]]:
        """The JSON of those of ``rules`` that are remembered."""
        return {
            rule: self._loaded[rule].dump() if rule in self._loaded else self._sources[rule]
            for rule in rules
            if rule in self._loaded or rule in self._sources
        }


def _fields(thing: Any) -> list[tuple[str, Any]]:
    return [(one.name, getattr(thing, one.name)) for one in dataclasses.fields(thing)]


def _observed(source: dict[str, Any]) -> Observed:
    values: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in source.items()
    }
    values["at"] = moment(source["at"])
    return Observed(**values)
