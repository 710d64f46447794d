"""How well the watch-list tags: micro-F1, F1 by tag and by language, and false alarms, on each part of the data.

``python bench/eval_tagging.py [--errors SPLIT]`` reads ``config/watchlist`` and ``tests/data/tagging/*.jsonl``; each
line of the data names its ``split``: ``dev`` (tuned on), ``held-out`` (a fifth, chosen by the hash of the id, never
looked at while tuning), ``fresh`` (written after tuning), ``late`` (written after the weights were fitted; the terms
that it lacked were added, so see docs/tagging.md for what it scored at first sight).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "plugins"))

from newswatch.config.watchlist import load_watchlist  # noqa: E402
from newswatch.tag import Tagger  # noqa: E402

DATA = ROOT / "tests" / "data" / "tagging"
CONFIG = ROOT / "config"


@dataclass
class Counts:
    """Pairs of (item, tag) found rightly, found wrongly and missed; untagged items and those of them that got a tag."""

    right: int = 0
    wrong: int = 0
    missed: int = 0
    untagged: int = 0
    alarms: int = 0

    def add(self, expected: set[str], given: set[str]) -> None:
        """Count one item."""
        self.right += len(expected & given)
        self.wrong += len(given - expected)
        self.missed += len(expected - given)
        if not expected:
            self.untagged += 1
            self.alarms += bool(given)

    @property
    def f1(self) -> float:
        """F1 over the pairs; 1 when there is nothing to find and nothing was found."""
        total = 2 * self.right + self.wrong + self.missed
        return 2 * self.right / total if total else 1.0

    @property
    def alarm_rate(self) -> float:
        """Share of the untagged items that got a tag."""
        return self.alarms / self.untagged if self.untagged else 0.0


@dataclass
class Report:
    """Counts of one split: all, by tag, by language."""

    items: int = 0
    all: Counts = field(default_factory=Counts)
    by_tag: dict[str, Counts] = field(default_factory=dict)
    by_language: dict[str, Counts] = field(default_factory=dict)

    def add(self, item: dict[str, Any], given: Iterable[str]) -> None:
        """Count one labelled item."""
        expected, found = set(item["tags"]), set(given)
        self.items += 1
        self.all.add(expected, found)
        self.by_language.setdefault(item["lang"], Counts()).add(expected, found)
        for tag in expected | found:
            self.by_tag.setdefault(tag, Counts()).add(expected & {tag}, found & {tag})


def read(folder: Path = DATA) -> Iterator[dict[str, Any]]:
    """All labelled items: ``id``, ``lang``, ``title``, ``summary``, ``tags``, ``split``."""
    for path in sorted(folder.glob("*.jsonl")):
        for line in path.read_bytes().splitlines():
            yield orjson.loads(line)


def evaluate(tagger: Tagger, items: Iterable[dict[str, Any]]) -> Report:
    """Tag ``items``, without telling their language, and count."""
    report = Report()
    for item in items:
        report.add(item, tagger.tag(item["title"], item["summary"]).tags)
    return report


def table(reports: dict[str, Report]) -> str:
    """The reports as a Markdown table, one column per split."""
    tags = sorted({tag for report in reports.values() for tag in report.by_tag})
    languages = sorted({language for report in reports.values() for language in report.by_language})
    rows = [["", *(f"{name} ({report.items})" for name, report in reports.items())]]
    rows.append(["micro-F1", *(f"**{report.all.f1:.3f}**" for report in reports.values())])
    rows.append(
        [
            "false alarms",
            *(
                f"{report.all.alarms} of {report.all.untagged} ({report.all.alarm_rate:.1%})"
                for report in reports.values()
            ),
        ]
    )
    for tag in tags:
        rows.append([tag, *(f"{report.by_tag.get(tag, Counts()).f1:.3f}" for report in reports.values())])
    for language in languages:
        rows.append([language, *(_cell(report.by_language.get(language)) for report in reports.values())])
    rows.insert(1, ["---"] * len(rows[0]))
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def _cell(counts: Counts | None) -> str:
    return f"{counts.f1:.3f}" if counts is not None else ""


def errors(tagger: Tagger, items: Iterable[dict[str, Any]]) -> Iterator[str]:
    """One line per item that was tagged otherwise than labelled."""
    for item in items:
        features = tagger.features(item["title"], item["summary"])
        scores = tagger.scores(features)
        given = set(tagger.tag(item["title"], item["summary"]).tags)
        if given != set(item["tags"]):
            odds = " ".join(f"{tag}={score.probability:.2f}" for tag, score in scores.items())
            names = " ".join(f"{name}={value:.2f}" for name, value in features.values.items())
            yield (
                f"{item['id']} expected {','.join(item['tags']) or '-'} got {','.join(sorted(given)) or '-'}\n"
                f"   {item['title']} | {item['summary']}\n   {odds}\n   {names}"
            )


def main() -> None:
    """Print the table, or the errors of one split."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--errors", metavar="SPLIT", help="list the errors of this split instead")
    arguments = parser.parse_args()
    tagger = Tagger(load_watchlist(CONFIG))
    splits: dict[str, list[dict[str, Any]]] = {}
    for item in read():
        splits.setdefault(item["split"], []).append(item)
    if arguments.errors:
        print("\n".join(errors(tagger, splits[arguments.errors])))
    else:
        print(table({name: evaluate(tagger, items) for name, items in sorted(splits.items())}))


if __name__ == "__main__":
    main()
