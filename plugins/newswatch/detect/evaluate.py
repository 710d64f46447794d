"""All rules over one look at the news: counts first, then states, then events, then sequences of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from newswatch.detect import events, quiet, volumes, windowed
from newswatch.detect.counting import Tally, counts, forget, keep, tally
from newswatch.detect.look import Band, Finding, Look, state_signal
from newswatch.detect.memory import STEP, Memory, floor
from newswatch.detect.where import Filed
from newswatch.model.observed import Observed
from newswatch.model.rules import Match, Novelty, Quiet, Rule, Volume
from newswatch.model.rules import Sequence as SequenceRule
from newswatch.model.signal import Signal

Memories = dict[str, Memory]


@dataclass(slots=True)
class Detection:
    """What a pass found: its signals, the buckets that were judged, and which rules' memories changed."""

    signals: list[Signal] = field(default_factory=list)
    bands: list[Band] = field(default_factory=list)
    changed: set[str] = field(default_factory=set)


def evaluate(filed: Filed, memories: Memories, look: Look) -> Detection:
    """Take one look. ``memories`` is brought up to date in place; signals are in the order of their times."""
    out = Detection()
    now = floor(look.now.timestamp())
    for rule in filed.rules:
        _remember(rule, memories, min([now, *look.buckets]), out)
    members = _count(filed, memories, look, out)
    fresh = _matched(filed, look.fresh)
    for rule in filed.rules:
        memory = memories[rule.id]
        before = memory.judged
        found = list(_states(rule, memory, look, fresh.get(rule.id, [])))
        for finding in found:
            if isinstance(finding, Band):
                out.bands.append(finding)
                continue
            out.signals.append(state_signal(rule, finding, look, members.get(rule.id, {}).get(finding.key, [])))
        out.signals.extend(_events(rule, memory, fresh.get(rule.id, [])))
        if counts(rule):
            memory.judged = max(memory.judged, look.closed)
            forget(memory, look.now.timestamp())
        if found or memory.judged != before or rule.id in fresh:
            out.changed.add(rule.id)
    _sequences(filed, memories, out)
    out.signals.sort(key=lambda signal: (signal.at, signal.id))
    return out


def _remember(rule: Rule, memories: Memories, first: int, out: Detection) -> None:
    memory = memories.get(rule.id)
    if memory is None or memory.version != rule.version:
        memories[rule.id] = Memory(rule.version, first, first)
        out.changed.add(rule.id)


def _count(filed: Filed, memories: Memories, look: Look, out: Detection) -> Tally:
    """Count the touched buckets anew; returns the newest items per rule and split value, to explain with."""
    members: Tally = {}
    counting = [rule for rule in filed.rules if counts(rule)]
    for bucket in sorted(look.buckets):
        items = look.buckets[bucket]
        found = tally(filed, items)
        for rule in counting:
            memory, cells = memories[rule.id], found.get(rule.id, {})
            keep(rule, memory, bucket, cells, items)
            if cells:
                out.changed.add(rule.id)
            for key, there in cells.items():
                members.setdefault(rule.id, {}).setdefault(key, []).extend(there)
    return members


def _matched(filed: Filed, items: Sequence[Observed]) -> dict[str, list[Observed]]:
    found: dict[str, list[Observed]] = {}
    for item in sorted(items, key=lambda one: (one.at, one.id)):
        for rule in filed.taking(item):
            if isinstance(rule, Match | Novelty | Quiet):
                found.setdefault(rule.id, []).append(item)
    return found


def _states(rule: Rule, memory: Memory, look: Look, fresh: Sequence[Observed]) -> Iterator[Finding | Band]:
    if isinstance(rule, Quiet):
        heard: dict[str, list[Observed]] = {}
        for item in fresh:
            if item.origin == "live":
                for key in quiet.keys(rule, item):
                    heard.setdefault(key, []).append(item)
        yield from quiet.findings(rule, memory, look, heard)
    elif isinstance(rule, Volume):
        if look.closed > memory.judged or any(bucket < memory.judged for bucket in look.buckets):
            yield from volumes.findings(rule, memory, look, set(look.buckets))
    elif counts(rule) and not isinstance(rule, Match | Novelty | SequenceRule):
        first = min([memory.judged, *(bucket for bucket in look.buckets if bucket >= memory.judged - 96 * STEP)])
        yield from windowed.findings(rule, memory, look, max(first, memory.since))


def _events(rule: Rule, memory: Memory, fresh: Sequence[Observed]) -> Iterator[Signal]:
    if isinstance(rule, Match) and fresh:
        yield from events.matches(rule, memory, fresh)
    elif isinstance(rule, Novelty) and fresh:
        yield from events.novelties(rule, memory, fresh)


def _sequences(filed: Filed, memories: Memories, out: Detection) -> None:
    """Sequences may follow sequences: go round until nothing new comes, at most once per rule."""
    waiting = [rule for rule in filed.rules if isinstance(rule, SequenceRule)]
    known: set[str] = {signal.id for signal in out.signals}
    for _ in waiting:
        more: list[Signal] = []
        for rule in waiting:
            told = list(memories[rule.id].told)
            found = [one for one in events.sequences(rule, memories[rule.id], out.signals) if one.id not in known]
            if memories[rule.id].told != told:
                out.changed.add(rule.id)
            known |= {one.id for one in found}
            more += found
        if not more:
            return
        out.signals.extend(more)
