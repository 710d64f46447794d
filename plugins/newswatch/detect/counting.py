"""Counts per rule, split value and bucket: a touched bucket is counted anew as a whole, never added to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from newswatch.detect.memory import STEP, Cell, Memory
from newswatch.detect.where import Filed, split
from newswatch.model.observed import Observed
from newswatch.model.rules import Breadth, Rule, Share, Threshold, Volume

#: rule → split value → the items of one bucket that count there
Tally = dict[str, dict[str, list[Observed]]]
#: a split value without news for this long is forgotten
FORGET = 35 * 86_400
WHOLE = "*"


def counts(rule: Rule) -> bool:
    """Whether the rule is about counts per bucket."""
    return isinstance(rule, Threshold | Volume | Share | Breadth)


def tally(filed: Filed, items: Sequence[Observed]) -> Tally:
    """Count the live items of one bucket for all rules at once."""
    found: Tally = {}
    for item in items:
        for rule in filed.taking(item):
            if counts(rule):
                cells = found.setdefault(rule.id, {})
                for key in split(rule, item):
                    cells.setdefault(key, []).append(item)
    return found


def keep(rule: Rule, memory: Memory, bucket: int, cells: dict[str, list[Observed]], items: Sequence[Observed]) -> None:
    """Write one bucket's counts into the memory, whole. ``items`` is everything that the bucket holds."""
    for key in cells.keys() - memory.cells.keys():
        memory.cells[key] = Cell(base=_base(memory, bucket))
    if not rule.by and "" not in memory.cells:
        memory.cells[""] = Cell(base=_base(memory, bucket))
    for key, cell in memory.cells.items():
        if key != WHOLE:
            _keep(rule, cell, bucket, cells.get(key, []))
    if isinstance(rule, Share):
        whole = memory.cells.setdefault(WHOLE, Cell())
        among = list({item.id: item for one in cells.values() for item in one}.values()) if rule.by else list(items)
        whole.counts[bucket] = measure(rule, among)
        whole.names[bucket] = _distinct(rule, among)


def measure(rule: Rule, items: Sequence[Observed]) -> int:
    """Items, stories (their leads) or publisher families."""
    if rule.count == "items":
        return len(items)
    if rule.count == "stories":
        return sum(item.lead for item in items)
    return len({item.family for item in items})


def _keep(rule: Rule, cell: Cell, bucket: int, items: list[Observed]) -> None:
    names = _distinct(rule, items)
    if names or bucket in cell.names:
        cell.names[bucket] = names
    count = measure(rule, items)
    if count or bucket in cell.counts:
        cell.counts[bucket] = count
        counted = items if rule.count == "items" else [item for item in items if item.lead]
        largest = Counter(item.feeds[0] for item in counted if item.feeds).most_common(1)
        cell.tops[bucket] = largest[0][1] if largest else 0
    if items:
        cell.last = max(cell.last, *(item.at.timestamp() for item in items))


def _distinct(rule: Rule, items: Sequence[Observed]) -> list[str]:
    """The names that a window counts once, however many of its buckets have them; none where counts add up."""
    of = rule.of if isinstance(rule, Breadth) else rule.count
    if isinstance(rule, Volume) or of in ("items", "stories"):
        return []
    return sorted({_name(of, item) for item in items} - {""})


def _name(of: str, item: Observed) -> str:
    return {"publishers": item.family, "countries": item.country, "languages": item.language}[of]


def _base(memory: Memory, bucket: int) -> int:
    """A new split value was at nought before: give it up to two weeks of that, so that its start can be judged."""
    return max(memory.since, bucket - 14 * 86_400 // STEP * STEP)


def forget(memory: Memory, now: float) -> None:
    """Drop the split values that have been empty for long."""
    for key in [key for key, cell in memory.cells.items() if key and key != WHOLE and now - cell.last > FORGET]:
        if memory.cells[key].open is None:
            del memory.cells[key]
