"""``rules.yaml``: read and checked against the watch-list."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import timedelta
from pathlib import Path

from newswatch.config import loader
from newswatch.config.loader import Key, Lines
from newswatch.model.rules import BUCKET, Breadth, Match, Novelty, Rule, RulesFile, Sequence, Share, Threshold, Volume

#: a budget below or above these cannot be kept, or is no budget
LEAST_BUDGET, MOST_BUDGET = 0.001, 20.0
MINUTE = timedelta(minutes=1)


def load_rules(file: Path, *, known: Mapping[str, Collection[str]]) -> tuple[Rule, ...]:
    """The rules of ``file``, in its order. Raises ConfigError with file, line and key; a missing file means no rules.

    ``known`` holds the names that ``where`` may refer to: ``tags``, ``concepts``, ``actors`` and, when it is there,
    ``publishers`` (ids and families).
    """
    if not file.exists():
        return ()
    content, lines = loader.load(file, RulesFile)
    rules = content.rules
    ids: dict[str, int] = {}
    for number, rule in enumerate(rules):
        key: Key = ("rules", number)
        if rule.id in ids:
            raise lines.error((*key, "id"), f"a rule named {rule.id!r} stands above already")
        ids[rule.id] = number
        _check_names(rule, known, lines, key)
        _check_times(rule, lines, key)
        _check_sense(rule, lines, key)
    for number, rule in enumerate(rules):
        if isinstance(rule, Sequence):
            _check_sequence(rule, rules, ids, lines, ("rules", number))
    return rules


def _check_names(rule: Rule, known: Mapping[str, Collection[str]], lines: Lines, key: Key) -> None:
    for kind, names in known.items():
        for at, name in enumerate(getattr(rule.where, kind, ())):
            if name not in names:
                hint = f" (there are: {', '.join(sorted(names))})" if len(names) <= 12 else ""
                raise lines.error((*key, "where", kind, at), f"there is no {kind.removesuffix('s')} {name!r}{hint}")


def _check_times(rule: Rule, lines: Lines, key: Key) -> None:
    bucket = getattr(rule, "bucket", BUCKET)
    if bucket < BUCKET or bucket % BUCKET:
        raise lines.error((*key, "bucket"), "a bucket is 15m or a multiple of it: finer counts are not kept")
    if isinstance(rule, Threshold | Share | Breadth):
        if rule.window < bucket:
            raise lines.error((*key, "window"), f"the window ({_say(rule.window)}) is shorter than its bucket")
        if rule.window > timedelta(days=31):
            raise lines.error((*key, "window"), f"the window ({_say(rule.window)}) is longer than 31d")
    for name, alias in (("hold", "for"), ("recover_after", "recover_after")):
        if getattr(rule, name, MINUTE) % MINUTE:
            raise lines.error((*key, alias), "states are looked at once a minute; take whole minutes")
    if isinstance(rule, Volume) and rule.bucket > timedelta(hours=6):
        raise lines.error((*key, "bucket"), "a volume rule's bucket is at most 6h")


def _check_sense(rule: Rule, lines: Lines, key: Key) -> None:
    if isinstance(rule, Volume) and not LEAST_BUDGET <= rule.false_alarms_per_week <= MOST_BUDGET:
        message = f"an impossible budget: it should be between {LEAST_BUDGET} and {MOST_BUDGET:g} a week"
        raise lines.error((*key, "false_alarms_per_week"), message)
    if isinstance(rule, Threshold) and (rule.at_least is None) == (rule.below is None):
        raise lines.error(key, "give either at_least or below")
    if isinstance(rule, Match) and not any(getattr(rule.where, name) for name in type(rule.where).model_fields):
        raise lines.error((*key, "where"), "a match rule without any condition would match every item")
    if isinstance(rule, Novelty) and rule.of == "term" and not rule.where.terms:
        raise lines.error((*key, "where"), "novelty of a term needs terms to look for")
    if len(set(rule.by)) != len(rule.by):
        raise lines.error((*key, "by"), "splits by the same field twice")


def _check_sequence(rule: Sequence, rules: tuple[Rule, ...], ids: dict[str, int], lines: Lines, key: Key) -> None:
    for part in ("first", "then"):
        name = getattr(rule, part)
        if name == rule.id:
            raise lines.error((*key, part), f"the sequence {rule.id!r} names itself")
        if name not in ids:
            raise lines.error((*key, part), f"there is no rule {name!r}")
    trail = [rule.id]
    if _cycle(rule, rules, ids, trail):
        raise lines.error(key, f"sequences go round in a circle: {' → '.join(trail)}")


def _cycle(rule: Sequence, rules: tuple[Rule, ...], ids: dict[str, int], trail: list[str]) -> bool:
    for name in (rule.first, rule.then):
        following = rules[ids[name]] if name in ids else None
        if isinstance(following, Sequence):
            trail.append(name)
            if name in trail[:-1] or _cycle(following, rules, ids, trail):
                return True
            trail.pop()
    return False


def _say(span: timedelta) -> str:
    minutes = span.total_seconds() / 60
    return f"{minutes:g}m" if minutes < 120 else f"{minutes / 60:g}h"
