"""Which rules take an item, and under which split values. One look-up per name of the item, whatever the rules."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence

from newswatch.model.observed import Observed
from newswatch.model.rules import Rule, Where

#: the most selective condition first: a rule is filed under one of them
_FILED = ("concepts", "actors", "publishers", "tags", "languages")


class Filed:
    """Rules filed under the names that they want, so that an item meets only those that may take it."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules = [rule for rule in rules if rule.enabled]
        self._by_name: dict[tuple[str, str], list[Rule]] = {}
        self._open: list[Rule] = []
        self._terms = {rule.id: _pattern(rule.where.terms) for rule in self.rules if rule.where.terms}
        for rule in self.rules:
            kind = next((kind for kind in _FILED if getattr(rule.where, kind)), None)
            if kind is None:
                self._open.append(rule)
                continue
            for name in dict.fromkeys(getattr(rule.where, kind)):
                self._by_name.setdefault((kind, name), []).append(rule)

    def taking(self, item: Observed) -> list[Rule]:
        """The rules whose ``where`` the item fits, each once."""
        found = {rule.id: rule for rule in self._open}
        for kind in _FILED:
            for name in _names(item, kind):
                for rule in self._by_name.get((kind, name), ()):
                    found[rule.id] = rule
        return [rule for rule in found.values() if self.fits(rule, item)]

    def fits(self, rule: Rule, item: Observed) -> bool:
        """Whether the item fits every line of the rule's ``where``."""
        for kind in _FILED:
            wanted = getattr(rule.where, kind)
            if wanted and not any(name in wanted for name in _names(item, kind)):
                return False
        pattern = self._terms.get(rule.id)
        return pattern is None or bool(pattern.search(f"{item.title}\n{item.summary}".casefold()))


def split(rule: Rule, item: Observed) -> Iterator[str]:
    """The split values under which the item counts: one empty value without ``by``, none when it has no such value.

    Names that ``where`` asks for limit the values of the same kind. Several fields are joined by a comma.
    """
    if not rule.by:
        yield ""
        return
    for values in itertools.product(*(_values(field, rule.where, item) for field in rule.by)):
        yield ",".join(values)


def labels(rule: Rule, key: str) -> tuple[tuple[str, str], ...]:
    """The rule's labels and the values of its split (``tag``, ``actor``, …), for routing."""
    found = dict(rule.labels)
    if rule.by and key:
        found |= dict(zip(rule.by, key.split(","), strict=False))
    return tuple(sorted(found.items()))


def _values(field: str, where: Where, item: Observed) -> Sequence[str]:
    if field == "language":
        return (item.language,)
    if field == "publisher-country":
        return (item.country,) if item.country else ()
    own: tuple[str, ...] = getattr(item, f"{field}s")
    wanted: tuple[str, ...] = getattr(where, f"{field}s")
    return [name for name in own if not wanted or name in wanted]


def _names(item: Observed, kind: str) -> tuple[str, ...]:
    if kind == "publishers":
        return (item.publisher, item.family)
    if kind == "languages":
        return (item.language,)
    found: tuple[str, ...] = getattr(item, kind)
    return found


def _pattern(terms: Iterable[str]) -> re.Pattern[str]:
    """Any of the terms as whole words, spaces standing for any white space; longest first."""
    parts = sorted((r"\s+".join(map(re.escape, term.casefold().split())) for term in terms), key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(parts)})(?!\w)")
