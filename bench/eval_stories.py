"""How well items are joined to stories: pairwise and B-cubed scores by language, copies attached, neighbours merged.

``python bench/eval_stories.py [--errors SPLIT]`` reads ``tests/data/stories/*.jsonl``; each line is an item with its
``story`` (the label), ``kind`` (of edit, or of look-alike neighbour), ``of`` (the story that a neighbour looks like)
and ``split``: ``dev`` (tuned on), ``held-out`` (chosen by the hash of the event), ``fresh`` (written after tuning).
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import combinations
from pathlib import Path
from typing import Any

import orjson

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "plugins"))

from newswatch.model.story import StoryText  # noqa: E402
from newswatch.story import assign, judge  # noqa: E402
from newswatch.story import read as reading  # noqa: E402

DATA = ROOT / "tests" / "data" / "stories"

Item = dict[str, Any]


@dataclass
class Score:
    """Pairs and B-cubed sums of one language."""

    items: int = 0
    right: int = 0
    found: int = 0
    wanted: int = 0
    precise: float = 0.0
    complete: float = 0.0

    @property
    def pairwise(self) -> tuple[float, float, float]:
        """Precision, recall and F1 over pairs of items."""
        return _three(self.right / (self.found or 1), self.right / (self.wanted or 1))

    @property
    def bcubed(self) -> float:
        """B-cubed F1 over items."""
        return _three(self.precise / (self.items or 1), self.complete / (self.items or 1))[2]


@dataclass
class Report:
    """All scores of one split. ``copies`` and ``neighbours``: kind → [those that were joined, all]."""

    by_language: dict[str, Score] = field(default_factory=lambda: defaultdict(Score))
    copies: dict[str, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))
    neighbours: dict[str, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))

    @property
    def merged(self) -> float:
        """Share of the look-alike neighbours that were joined to the story that they look like."""
        joined, total = (sum(column) for column in zip(*self.neighbours.values(), strict=True))
        return joined / total if total else 0.0


def load(folder: Path = DATA) -> list[Item]:
    """All labelled items."""
    return [orjson.loads(line) for path in sorted(folder.glob("*.jsonl")) for line in path.read_bytes().splitlines()]


def text(item: Item) -> StoryText:
    """An item as the rules see it."""
    time = datetime.fromisoformat(item["published"])
    return StoryText(item["id"], item["lang"], item["title"], item["summary"], item["publisher"], time)


def evaluate(items: Sequence[Item]) -> Report:
    """Join ``items`` and compare with the labels."""
    given = assign([text(item) for item in items])
    report = Report()
    for language in sorted({item["lang"] for item in items}):
        own = [item for item in items if item["lang"] == language]
        for scope in (language, "all"):
            _count(report.by_language[scope], own, given)
    _kinds(report, items, given)
    return report


def _count(score: Score, items: Sequence[Item], given: dict[str, str]) -> None:
    labels = Counter(item["story"] for item in items)
    clusters = Counter(given[item["id"]] for item in items)
    both = Counter((item["story"], given[item["id"]]) for item in items)
    score.items += len(items)
    score.wanted += sum(n * (n - 1) // 2 for n in labels.values())
    score.found += sum(n * (n - 1) // 2 for n in clusters.values())
    score.right += sum(n * (n - 1) // 2 for n in both.values())
    score.precise += sum(n * n / clusters[cluster] for (_, cluster), n in both.items())
    score.complete += sum(n * n / labels[label] for (label, _), n in both.items())


def _kinds(report: Report, items: Sequence[Item], given: dict[str, str]) -> None:
    """A copy is attached when it shares a story with its label's first item; a neighbour must not with another's."""
    first: dict[str, Item] = {}
    for item in sorted(items, key=lambda one: (one["published"], one["id"])):
        first.setdefault(item["story"], item)
    members = defaultdict(set)
    for item in items:
        members[item["story"]].add(given[item["id"]])
    for item in items:
        if first[item["story"]] is not item:
            counts = report.copies[item["kind"]]
            counts[0] += given[item["id"]] == given[first[item["story"]]["id"]]
            counts[1] += 1
        elif "of" in item:
            counts = report.neighbours[item["kind"]]
            counts[0] += given[item["id"]] in members[item["of"]]
            counts[1] += 1


def table(reports: dict[str, Report]) -> str:
    """The reports as Markdown, one column per split."""
    names = list(reports)
    rows = [["", *names], ["---"] * (len(names) + 1)]
    rows.append(["neighbours merged", *(f"{reports[name].merged:.1%}" for name in names)])
    for language in sorted({one for report in reports.values() for one in report.by_language}):
        rows.append([f"{language}: P, R, **F1**, B³", *(_cell(reports[name].by_language[language]) for name in names)])
    for title, column in (("copies", "copies"), ("merged", "neighbours")):
        for kind in sorted({kind for report in reports.values() for kind in getattr(report, column)}):
            counts = [getattr(reports[name], column).get(kind, [0, 0]) for name in names]
            rows.append([f"{title}: {kind}", *(f"{joined} of {total}" if total else "" for joined, total in counts)])
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def _cell(score: Score) -> str:
    precision, recall, f1 = score.pairwise
    return f"{precision:.3f}, {recall:.3f}, **{f1:.3f}**, {score.bcubed:.3f} ({score.items})" if score.items else ""


def _three(precision: float, recall: float) -> tuple[float, float, float]:
    total = precision + recall
    return precision, recall, 2 * precision * recall / total if total else 0.0


def errors(items: Sequence[Item]) -> Iterator[str]:
    """What held an item from its story's first, and the first pair that joined two stories."""
    given = assign([text(item) for item in items])
    ordered = sorted(items, key=lambda item: (item["published"], item["id"]))
    told = set()
    for one, other in combinations(ordered, 2):
        same, joined = one["story"] == other["story"], given[one["id"]] == given[other["id"]]
        if same == joined:
            continue
        verdict = judge(reading(text(one)), reading(text(other)))
        key = (same, one["story"], other["id"] if same else other["story"])
        if key in told or verdict.same == same:
            continue
        told.add(key)
        yield (
            f"{'MISSED' if same else 'MERGED'} {one['kind']} / {other['kind']}: {verdict.reason} {verdict.score:.2f}\n"
            f"   {one['id']} {one['published']} {one['title']} | {one['summary']}\n"
            f"   {other['id']} {other['published']} {other['title']} | {other['summary']}"
        )


def splits(items: Iterable[Item]) -> dict[str, list[Item]]:
    """Items by split."""
    found: dict[str, list[Item]] = defaultdict(list)
    for item in items:
        found[item["split"]].append(item)
    return dict(sorted(found.items()))


def main() -> None:
    """Print the table, or the errors of one split."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--errors", metavar="SPLIT", help="list the errors of this split instead")
    arguments = parser.parse_args()
    parts = splits(load())
    if arguments.errors:
        print("\n".join(errors(parts[arguments.errors])))
    else:
        print(table({name: evaluate(items) for name, items in parts.items()}))


if __name__ == "__main__":
    main()
