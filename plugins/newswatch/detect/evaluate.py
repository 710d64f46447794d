"""All rules over one look at the news: counts first, then states, then events, then sequences of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from newswatch.detect import events, quiet, volumes, windowed
from newswatch.detect.counting import Tally, counts, forget, keep, tally
from newswatch.detect.look import Band, Finding, Look, state_signal
from newswatch.detect.memory import STEP, Memories, Memory, floor
from newswatch.detect.volumes import restart
from newswatch.detect.where import Filed
from newswatch.model.observed import Observed
from newswatch.model.rules import Match, Novelty, Quiet, Rule, Volume
from newswatch.model.rules import Sequence as SequenceRule
from newswatch.model.signal import Signal


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
        if memories.version(rule.id) != rule.version:
            first = min([now, *look.buckets])
            changed = memories.version(rule.id) is not None
            memories[rule.id] = Memory(rule.version, first, first, restarted=first if changed else 0)
            out.changed.add(rule.id)
    fresh = _matched(filed, look.fresh)
    members = _count(filed, memories, look, set(fresh), out)
    for rule in filed.rules:
        if rule.id in fresh or isinstance(rule, Quiet) or (counts(rule) and look.closed > memories.judged(rule.id)):
            _judge(rule, memories[rule.id], look, (fresh.get(rule.id, []), members.get(rule.id, {})), out)
    _sequences(filed, memories, out)
    out.signals.sort(key=lambda signal: (signal.at, signal.id))
    return out


def _judge(
    rule: Rule, memory: Memory, look: Look, given: tuple[list[Observed], dict[str, list[Observed]]], out: Detection
) -> None:
    fresh, members = given
    if isinstance(rule, Volume):
        _restart(rule, memory, look, fresh)
    found = list(_states(rule, memory, look, fresh))
    for finding in found:
        if isinstance(finding, Band):
            out.bands.append(finding)
        else:
            out.signals.append(state_signal(rule, finding, look, members.get(finding.key, [])))
    out.signals.extend(_events(rule, memory, fresh))
    if counts(rule):
        memory.judged = max(memory.judged, look.closed)
        forget(memory, look.now.timestamp())
    if found or fresh or counts(rule):
        out.changed.add(rule.id)


def _restart(rule: Volume, memory: Memory, look: Look, fresh: Sequence[Observed]) -> None:
    """A changed watch-list restarts the baselines of rules that go by its names."""
    names = rule.where.tags or rule.where.concepts or rule.where.actors or {"tag", "actor", "concept"} & set(rule.by)
    versions = [item.watchlist for item in fresh if item.watchlist and item.origin == "live"]
    if not versions or versions[-1] == memory.watchlist:
        return
    if names and memory.watchlist:
        restart(rule, memory, look.now.timestamp())
    memory.watchlist = versions[-1]


def _count(filed: Filed, memories: Memories, look: Look, touched: set[str], out: Detection) -> Tally:
    """Count the buckets anew for the rules that something new came for; returns the newest items, to explain with."""
    members: Tally = {}
    counting = [rule for rule in filed.rules if counts(rule) and rule.id in touched]
    for bucket in sorted(look.buckets):
        items = look.buckets[bucket]
        found = tally(filed, items)
        for rule in counting:
            keep(rule, memories[rule.id], bucket, found.get(rule.id, {}), items)
        for name, cells in found.items():
            for key, there in cells.items():
                members.setdefault(name, {}).setdefault(key, []).extend(there)
    return members


def _matched(filed: Filed, items: Sequence[Observed]) -> dict[str, list[Observed]]:
    found: dict[str, list[Observed]] = {}
    for item in sorted(items, key=lambda one: (one.at, one.id)):
        for rule in filed.taking(item):
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
        if look.closed > memory.judged or _earliest(fresh, memory.judged) < memory.judged:
            yield from volumes.findings(rule, memory, look, set(look.buckets))
    elif counts(rule) and not isinstance(rule, Match | Novelty | SequenceRule):
        first = max(_earliest(fresh, memory.judged), memory.judged - 96 * STEP, memory.since)
        yield from windowed.findings(rule, memory, look, first)


def _earliest(fresh: Sequence[Observed], judged: int) -> int:
    """The first bucket that has to be looked at."""
    return min([judged, *(floor(item.at.timestamp()) for item in fresh if item.origin == "live")])


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
            if not any(signal.rule in (rule.first, rule.then) for signal in out.signals):
                continue
            told = list(memories[rule.id].told)
            found = [one for one in events.sequences(rule, memories[rule.id], out.signals) if one.id not in known]
            if memories[rule.id].told != told:
                out.changed.add(rule.id)
            known |= {one.id for one in found}
            more += found
        if not more:
            return
        out.signals.extend(more)
