"""Match, novelty and sequence: events, found item by item in the order in which newswatch saw them."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations, product
from typing import Any

from newswatch.detect.look import event_signal
from newswatch.detect.memory import Cell, Memory
from newswatch.detect.thread import thread
from newswatch.detect.where import labels, split
from newswatch.model.observed import Observed, families
from newswatch.model.rules import Match, Novelty
from newswatch.model.rules import Sequence as SequenceRule
from newswatch.model.signal import Kind, Signal, signal_id

#: recent matches kept for corroboration, the newest
MOST = 2_000


def matches(rule: Match, memory: Memory, items: Sequence[Observed]) -> Iterator[Signal]:
    """One signal per item and split value; with corroboration once its thread has enough independent publishers."""
    wanted = rule.corroborated
    if wanted is None:
        for item in items:
            for key in split(rule, item):
                yield event_signal(rule, item, [item], key=key)
        return
    known = {item.id: item for item in memory.recent}
    known |= {item.id: item for item in items if item.origin == "live"}
    for item in items:
        found = thread(item, known.values(), wanted.within)
        independent = families(found)
        if item.origin == "live" and len(independent) < wanted.publishers:
            continue
        note = f"{len(independent)} independent publishers: {', '.join(independent[:6])}"
        for key in split(rule, item):
            yield event_signal(rule, item, found, key=key, note=note)
    newest = max((item.at for item in known.values()), default=None)
    kept = [item for item in known.values() if newest and newest - item.at <= wanted.within]
    memory.recent = sorted(kept, key=lambda one: (one.at, one.id))[-MOST:]


def novelties(rule: Novelty, memory: Memory, items: Sequence[Observed]) -> Iterator[Signal]:
    """One signal per value not seen for ``unseen_for``, when enough publisher families have it within ``within``."""
    unseen = rule.unseen_for.total_seconds()
    for item in items:
        at = item.at.timestamp()
        for key, value in product(split(rule, item), _values(rule, item)):
            name = f"{key},{value}" if key else value
            cell = memory.cells.setdefault(name, Cell())
            if not cell.last or at - cell.last >= unseen or (cell.first and at - cell.first > _within(rule)):
                fresh = not cell.last or at - cell.last >= unseen
                cell.first, cell.families = (at if fresh else 0.0), []
            cell.last = max(cell.last, at)
            if not cell.first or at < cell.first:
                continue
            if item.family not in cell.families:
                cell.families.append(item.family)
            if len(cell.families) >= rule.publishers:
                begun, cell.first = cell.first, 0.0
                # nothing can be called new before one has looked for that long
                if item.origin == "live" and begun - memory.since >= unseen:
                    days = unseen / 86_400
                    where = f" with {key}" if key else ""
                    note = f"{value} not seen{where} for {days:g} days, now by {', '.join(cell.families)}"
                    yield event_signal(rule, item, [item], key=name, note=note)
    for value in [value for value, cell in memory.cells.items() if _stale(memory, cell, unseen)]:
        del memory.cells[value]


def _stale(memory: Memory, cell: Cell, unseen: float) -> bool:
    newest = max((one.last for one in memory.cells.values()), default=0.0) if len(memory.cells) > MOST else 0.0
    return newest - cell.last > unseen


def _within(rule: Novelty) -> float:
    return rule.within.total_seconds()


def _values(rule: Novelty, item: Observed) -> Iterable[str]:
    if rule.of == "concept":
        return item.concepts
    if rule.of == "actor":
        return item.actors
    if rule.of == "actor-pair":
        return [f"{one}+{other}" for one, other in combinations(sorted(item.actors), 2)]
    text = f" {item.title} {item.summary} ".casefold()
    return [term for term in rule.where.terms if term.casefold() in text]


def sequences(rule: SequenceRule, memory: Memory, signals: Sequence[Signal]) -> Iterator[Signal]:
    """A signal for each of rule ``then`` that follows one of rule ``first`` with the same actors (or key).

    With ``by``, one for each value that both have.
    """
    within = rule.within.total_seconds()
    for signal in sorted((one for one in signals if one.kind is not Kind.UNDER), key=lambda one: (one.at, one.id)):
        at = signal.at.timestamp()
        if signal.rule == rule.then and signal.origin == "live":
            before = [one for one in memory.told if 0 <= at - one["at"] <= within and _same(rule, one, signal)]
            latest = {key: one for one in before for key in _shared(rule, one, signal)}
            for key, one in latest.items():
                yield _follows(rule, one, signal, key)
        if signal.rule == rule.first and signal.origin == "live":
            row = {"id": signal.id, "at": at, "key": signal.key, "actors": list(signal.actors), "title": signal.title}
            row |= {"split": _split(rule, signal)} if rule.by else {}
            memory.told = [one for one in memory.told if one["id"] != signal.id and at - one["at"] <= within] + [row]
            memory.told = memory.told[-MOST:]


def _same(rule: SequenceRule, before: dict[str, Any], signal: Signal) -> bool:
    if rule.same == "actors":
        return not set(before["actors"]).isdisjoint(signal.actors)
    return rule.same == "nothing" or before["key"] == signal.key


def _split(rule: SequenceRule, signal: Signal) -> dict[str, list[str]]:
    """What a signal stands for in each field of the split: its own split value, else the names of its items."""
    known = {"tag": signal.tags, "actor": signal.actors}
    own = dict(signal.labels)
    return {field: [own[field]] if field in own else list(known.get(field, ())) for field in rule.by}


def _shared(rule: SequenceRule, before: dict[str, Any], signal: Signal) -> list[str]:
    """The split values of both."""
    if not rule.by:
        return [signal.key]
    here, there = _split(rule, signal), before.get("split", {})
    both = ([value for value in here[field] if value in there.get(field, ())] for field in rule.by)
    return [",".join(values) for values in product(*both)]


def _follows(rule: SequenceRule, before: dict[str, Any], signal: Signal, key: str) -> Signal:
    return dataclasses.replace(
        signal,
        id=signal_id(rule.id, key, signal.start, Kind.EVENT, signal.id),
        key=key,
        rule=rule.id,
        type=rule.type,
        title=rule.title,
        version=rule.version,
        severity=rule.severity,
        kind=Kind.EVENT,
        story=signal.story or signal.id,
        labels=tuple(sorted((dict(signal.labels) | dict(labels(rule, key))).items())),
        runbook=rule.runbook,
        note=f"after: {before['title']}",
    )
