"""The digest measured: a day of 50,000 items in a store of 1,000,000; ELASTICSEARCH_URL is asked for.

python bench/digest.py fill [ITEMS] [A_DAY]   make the store, once
python bench/digest.py build                  seconds, requests and memory of building a digest of its last day
python bench/digest.py drop                   remove the store
"""

from __future__ import annotations

import os
import random
import resource
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "plugins"))

from newswatch.index import documents
from newswatch.index.client import Settings, Store, connect
from newswatch.index.documents import Write
from newswatch.index.templates import drop, ensure, monthly

UNTIL = datetime(2026, 3, 28, 6, 0, tzinfo=UTC)
NAMESPACE = "newswatch-bench-digest"
TAGS = ("military", "sanctions", "diplomacy", "discourse")
LANGUAGES = ("en", "ko", "ru", "de", "nl", "ja", "uk")
PUBLISHERS = 80
HISTORY = 30


def fill(store: Store, items: int, a_day: int) -> None:
    """``a_day`` items in the last day, the others spread over the 30 days before it; half of all are tagged."""
    ensure(store)
    rng = random.Random(9)
    words = ["".join(rng.choices("abcdefghijklmnoprstuvw", k=rng.randint(3, 10))) for _ in range(20_000)]
    for first in range(0, items, 20_000):
        numbers = range(first, min(items, first + 20_000))
        outcomes = documents.bulk(store, _writes(store, rng, words, numbers, items - a_day))
        assert all(one.applied for one in outcomes)
        print(numbers.stop, flush=True)
    documents.refresh(store, store.index("items"))


def _writes(store: Store, rng: random.Random, words: list[str], numbers: range, old: int) -> Iterator[Write]:
    day, before = timedelta(days=1), timedelta(days=HISTORY)
    for number in numbers:
        at = UNTIL - day + rng.random() * day if number >= old else UNTIL - day - rng.random() * before
        at = at.replace(microsecond=0)
        yield Write("create", monthly(store, "items", at), f"i{number}", _item(rng, words, number, at))


def _item(rng: random.Random, words: list[str], number: int, at: datetime) -> dict[str, Any]:
    tagged = number % 2 == 0
    copy = number > 100 and rng.random() < 0.2
    publisher = f"p{rng.randrange(PUBLISHERS)}"
    text = [words[min(19_999, int(rng.paretovariate(0.7)))] for _ in range(40)]
    return {
        "@timestamp": at.isoformat(),
        "event": {"created": at.isoformat(), "ingested": (at + timedelta(seconds=9)).isoformat()},
        "title": " ".join(text[:11]),
        "summary": " ".join(text[11:]) + ".",
        "url": {"full": f"https://{publisher}.example/{number}", "domain": f"{publisher}.example"},
        "feed": publisher,
        "feeds": [publisher],
        "publisher": {"id": publisher, "family": publisher, "country": "NL", "kind": "newspaper"},
        "origin": "live",
        "language": rng.choice(LANGUAGES),
        "tags": rng.sample(TAGS, 1 + (rng.random() < 0.3)) if tagged else [],
        "concepts": [f"c{int(rng.paretovariate(0.5)) % 60}" for _ in range(rng.randint(1, 4))] if tagged else [],
        "actors": [f"a{int(rng.paretovariate(0.5)) % 80}" for _ in range(rng.randint(1, 4))] if tagged else [],
        "story": {"id": f"i{number - 100}" if copy else f"i{number}", "lead": not copy},
    }


def build(store: Store) -> None:
    """Build and draw the digest of the last day, with empty caches of this process, three times."""
    from newswatch.model.digest_plan import DigestSpec, Window
    from newswatch.model.rendered import Links
    from newswatch.pipeline import digest

    spec = DigestSpec(id="morning", recipients=("ann",))
    sources = digest.Sources(store, [], [], TAGS, Links())
    window = Window(UNTIL - timedelta(days=1), UNTIL)
    transport = type(store.client.transport)
    perform, calls = transport.perform_request, []

    def counted(self: Any, method: str, target: str, **more: Any) -> Any:
        begun = time.perf_counter()
        answer = perform(self, method, target, **more)
        calls.append((target.partition("?")[0], time.perf_counter() - begun))
        return answer

    transport.perform_request = counted  # type: ignore[method-assign]
    for _ in range(3):
        before = time.process_time(), _server(store)
        calls.clear()
        begun = time.perf_counter()
        made = digest.build(sources, spec, window, UNTIL)
        built = time.perf_counter() - begun
        requests = len(calls)
        client, server = time.process_time() - before[0], _server(store) - before[1]
        body = digest.draw(made, Links())
        drawn = time.perf_counter() - begun - built
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(
            f"{len(made.facts.reports):,} stories: built in {built:.1f} s (CPU {client:.1f} s here, {server:.1f} s in "
            f"the server) with {requests} requests, drawn in {drawn:.1f} s; {len(body.html) / 1000:.0f} KB of HTML, "
            f"peak memory {peak:.0f} MB"
        )
    for target, spent in calls[:requests]:
        print(f"  {spent:6.2f} s  {target}")


def _server(store: Store) -> float:
    """CPU seconds that Elasticsearch has used."""
    nodes = store.client.nodes.stats(metric="process")["nodes"].values()
    return sum(node["process"]["cpu"]["total_in_millis"] for node in nodes) / 1000


def main() -> None:
    """What the first argument names."""
    store = connect(Settings.from_environment(os.environ), NAMESPACE)
    what = sys.argv[1] if len(sys.argv) > 1 else "build"
    if what == "fill":
        sizes = [int(given) for given in sys.argv[2:]] + [1_000_000, 50_000][len(sys.argv) - 2 :]
        fill(store, sizes[0], sizes[1])
    elif what == "drop":
        drop(store)
    else:
        build(store)


if __name__ == "__main__":
    main()
