"""Silence: a feed, publisher or tag that has brought nothing for much longer than its own rhythm."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from newswatch.detect.look import Finding, Look
from newswatch.detect.memory import Cell, Memory
from newswatch.detect.where import split
from newswatch.model.observed import Observed
from newswatch.model.rules import Quiet
from newswatch.model.signal import Kind

#: pauses seen before a rhythm is believed
ENOUGH = 8
#: items closer than this came together
TOGETHER = 60.0
#: after this long a silent source is taken to be gone for good
GONE = 30 * 86_400
#: newswatch itself must have seen something this recently to call others silent
AWAKE = 2 * 3600


def findings(rule: Quiet, memory: Memory, look: Look, members: dict[str, list[Observed]]) -> Iterator[Finding]:
    """``members``: the fresh live items per feed, publisher or tag."""
    whole = memory.cells.setdefault("", Cell())
    for key, items in members.items():
        for item in sorted(items, key=lambda one: (one.at, one.id)):
            yield from _heard(rule, memory.cells.setdefault(key, Cell()), key, item.at.timestamp())
            whole.last = max(whole.last, item.at.timestamp())
    now = look.now.timestamp()
    cover = look.covered(max(look.coverage)) if look.coverage else None
    if now - whole.last > AWAKE or (cover is not None and 2 * cover.answered < cover.feeds):
        return
    for key, cell in list(memory.cells.items()):
        if not key:
            continue
        limit = cell.last + allowed(rule, cell)
        if cell.open is None and cell.seen >= ENOUGH and now >= limit:
            cell.open = int(limit)
            silent = (now - cell.last) / 3600
            note = f"usually every {cell.gap / 3600:.1f} h"
            yield Finding(Kind.OVER, key, cell.open, limit, silent, cell.gap / 3600, score=1.0, unit="hours", note=note)
        if now - cell.last > GONE:
            if cell.open is not None:
                yield Finding(Kind.UNDER, key, cell.open, cell.last + GONE, unit="hours", note="given up after 30 days")
            del memory.cells[key]


def allowed(rule: Quiet, cell: Cell) -> float:
    """Seconds of silence that are usual."""
    return max(rule.at_least.total_seconds(), rule.times * cell.gap)


def keys(rule: Quiet, item: Observed) -> tuple[str, ...]:
    """What the item says is alive, under each of its split values."""
    return tuple(f"{key},{name}" if key else name for key in split(rule, item) for name in _names(rule, item))


def _names(rule: Quiet, item: Observed) -> Sequence[str]:
    if rule.of == "feed":
        return item.feeds
    if rule.of == "publisher":
        return (item.publisher,)
    return [tag for tag in item.tags if not rule.where.tags or tag in rule.where.tags]


def _heard(rule: Quiet, cell: Cell, key: str, at: float) -> Iterator[Finding]:
    pause = at - cell.last
    if cell.last and pause <= TOGETHER:
        cell.last = max(cell.last, at)
        return
    if cell.last:
        usual = min(pause, 5 * cell.gap) if cell.gap else pause
        cell.gap += (usual - cell.gap) * max(0.1, 1 / (cell.seen + 1))
        cell.seen += 1
    cell.last = at
    if cell.open is not None:
        start, cell.open = cell.open, None
        yield Finding(Kind.UNDER, key, start, at, unit="hours")
