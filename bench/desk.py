"""The desk measured over a store of 1,000,000 items (ELASTICSEARCH_URL; namespace newswatch-bench-desk).

python bench/desk.py fill [ITEMS]   make the store, once: the items of bench/digest.py, a week of counts, alerts, feeds
python bench/desk.py run [TIMES]    per view: server time, requests to Elasticsearch, weight of the page
python bench/desk.py drop           remove the store
"""

from __future__ import annotations

import gzip
import math
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "plugins"))

from fastapi import Request
from fastapi.testclient import TestClient

import digest as items
from newswatch import jobs
from newswatch.alert import shelf
from newswatch.desk.app import build
from newswatch.desk.setup import Desk, Person
from newswatch.detect.look import Band
from newswatch.index import documents
from newswatch.index.client import Settings, Store, connect
from newswatch.index.counts import band_write
from newswatch.index.documents import Write
from newswatch.index.feeds import write_states
from newswatch.index.signals import signal_write
from newswatch.index.templates import drop, ensure
from newswatch.model.book import Alert
from newswatch.model.feed import FeedState, FeedStatus
from newswatch.model.signal import Coverage, Kind, Severity, Signal, StoryRef

NAMESPACE = "newswatch-bench-desk"
NOW = items.UNTIL
FEEDS, ALERTS = 1000, 2000
VIEWS = {
    "now": ["", "?span=7d"],
    "search, all": ["/search"],
    "search, words": ["/search?q={word}", "/search?q={word}+{word}&sort=best", "/search?q={word}&span=7d&leads=1"],
    "search, facets": ["/search?tag={tag}&lang=ko", "/search?tag={tag}&actor=a{n}&span=30d", "/search?publisher=p{n}"],
    "search, deep": ["/search?page=400", "/search?tag={tag}&page=100"],
    "story": ["/stories/i{number}"],
    "alerts": ["/alerts", "/alerts?state=firing", "/alerts?tag={tag}"],
    "alert": ["/alerts/tag-spike%2Fk{n}"],
    "silence": ["/silence?match=tag%3D{tag}"],
    "feeds": ["/feeds", "/feeds?show=trouble"],
    "watch-list": ["/watchlist", "/watchlist?try=North+Korea+fires+a+missile+{number}"],
    "concept": ["/watchlist/missile-launch"],
    "chart of a volume": ["/charts/volume.svg?tag={tag}&span=7d&theme={theme}", "/charts/volume.svg?tag={tag}"],
    "chart of a panel": ["/charts/alerts-by-rule.svg?theme={theme}"],
}


def fill(store: Store, number: int) -> None:
    """Items, then everything else that the views read."""
    items.fill(store, number, 50_000)
    rest(store)


def rest(store: Store) -> None:
    """A week of counts for four tags, feeds, alerts with their signals and ledger."""
    rng = random.Random(7)
    documents.bulk(store, _counts(store))
    write_states(store, [_feed(n) for n in range(FEEDS)])
    documents.bulk(store, (write for n in range(ALERTS) for write in _alert(store, rng, n)))
    documents.refresh(store, *(store.index(name) for name in ("counts", "feeds", "alerts", "signals", "ledger")))


def _counts(store: Store) -> Iterator[Write]:
    start = int((NOW - timedelta(days=28)).timestamp())
    for tag in items.TAGS:
        for n in range(28 * 96):
            usual = 90 + 60 * math.sin(n / 96 * 2 * math.pi)
            seen = float(round(usual + n % 17))
            band = Band(
                "tag-spike", "v", "tag", tag, start + 900 * n, seen, usual, usual - 25, usual + 30, 0.1, 900, ""
            )
            yield band_write(store, band)


def _feed(n: int) -> FeedState:
    url = f"https://p{n}.example/rss"
    status = FeedStatus.FAILED if n % 17 == 0 else FeedStatus.OK
    error = "no answer within 20 s" if n % 17 == 0 else None
    return FeedState(f"p{n}", url, url, status, None, error, last_success=NOW, last_poll=NOW, items_total=1000 + n)


def _alert(store: Store, rng: random.Random, n: int) -> Iterator[Write]:
    at, tag = NOW - timedelta(days=14) * rng.random(), rng.choice(items.TAGS)
    key, name = f"tag-spike/k{n % 500}", f"tag-spike/k{n % 500}@{n}"
    over = n > ALERTS - 12
    ended = None if over else at + timedelta(hours=2)
    named = (name, key, "tag-spike", True, {"tag": tag}, "warning", "warning")
    alert = Alert(*named, at, at, at, tags=(tag,), firing=over, ended=ended)
    alert.signals.append(f"s{n}")
    url, title = "https://x.example", "Unusually many stories"
    stories = tuple(StoryRef(f"i{n * 10 + k}", f"i{n}", f"Title {k}", url, "p1", "en", at, 3) for k in range(5))
    known = ("tag-spike", "volume", title, "v", Severity.WARNING, Kind.OVER, at, at, f"k{n % 500}", (("tag", tag),))
    numbers = {"observed": 60.0, "expected": 20.0, "low": 10.0, "high": 30.0}
    found = Signal(f"s{n}", *known, tags=(tag,), coverage=Coverage(900, 1000), stories=stories, **numbers)
    yield signal_write(store, found, at)
    source: dict[str, Any] = {
        "@timestamp": at.isoformat(), "ended": ended.isoformat() if ended else None, "alert": key, "kind": "state",
        "state": "firing" if over else "recovered", "severity": "warning", "title": "Unusually many stories",
        "rule": {"id": "tag-spike", "name": "Unusually many stories"}, "key": f"k{n % 500}", "tags": [tag],
        "labels": {"tag": tag}, "drill": False, "value": shelf.plain(alert),
    }  # fmt: skip
    yield Write("index", store.index("alerts"), name, source)
    entry = {"@timestamp": at.isoformat(), "signal": f"s{n}", "alert": key, "word": rng.choice(["sent", "grouped"])}
    yield Write("index", store.index("ledger"), f"s{n}", entry)


def run(store: Store, times: int) -> None:
    """Every view ``times`` times, none with a conditional request; the first of each only warms up."""

    def guard(request: Request) -> None:
        request.state.person = Person("bench", acts=True)

    feeds = Path(tempfile.mkdtemp()) / "feeds.yaml"
    feeds.write_text("feeds:\n" + "".join(f"  - {{id: p{n}, url: 'https://p{n}.example/rss'}}\n" for n in range(FEEDS)))
    desk = Desk(jobs.Where(store.namespace, feeds=feeds), lambda: NOW, lambda back: back)
    client = TestClient(build(desk, guard), base_url="http://desk.test")
    calls = _count(desk.store)
    rng = random.Random(3)
    print("| view | median, ms | p95, ms | requests | KB gzipped |\n|---|---|---|---|---|")
    for name, paths in VIEWS.items():
        for path in paths:
            client.get(f"/desk{_filled(path, rng)}")
        spent, asked, weight = [], [0], [0]
        for turn in range(times):
            path = _filled(paths[turn % len(paths)], rng)
            calls.clear()
            begun = time.perf_counter()
            answer = client.get(f"/desk{path}")
            spent.append(1000 * (time.perf_counter() - begun))
            assert answer.status_code == 200, (path, answer.text)
            asked.append(len(calls))
            weight.append(len(gzip.compress(answer.content, 5)))
        p95 = statistics.quantiles(spent, n=20)[18]
        print(
            f"| {name} | {statistics.median(spent):.0f} | {p95:.0f} | {max(asked)} | {max(weight) / 1000:.0f} |",
            flush=True,
        )


def _filled(path: str, rng: random.Random) -> str:
    word = items_words()[min(19_999, int(rng.paretovariate(0.7)))][: rng.randint(3, 8)]
    number = 2 * rng.randrange(400_000)
    values = {"word": word, "tag": rng.choice(items.TAGS), "n": rng.randrange(60), "number": number}
    return path.format(theme=rng.choice(("light", "dark")), **values)


_WORDS: list[str] = []


def items_words() -> list[str]:
    """The words of the items, as ``bench/digest.py`` makes them."""
    if not _WORDS:
        rng = random.Random(9)
        _WORDS.extend("".join(rng.choices("abcdefghijklmnoprstuvw", k=rng.randint(3, 10))) for _ in range(20_000))
    return _WORDS


def _count(store: Store) -> list[str]:
    transport, calls = store.client.transport, []
    perform: Callable[..., Any] = transport.perform_request

    def counted(method: str, target: str, **more: Any) -> Any:
        calls.append(target)
        return perform(method, target, **more)

    transport.perform_request = counted  # type: ignore[method-assign]
    return calls


def main() -> None:
    """What the first argument names."""
    store = connect(Settings.from_environment(os.environ), NAMESPACE)
    what, size = (sys.argv[1] if len(sys.argv) > 1 else "run"), int(sys.argv[2]) if len(sys.argv) > 2 else 0
    if what == "fill":
        ensure(store)
        fill(store, size or 1_000_000)
    elif what == "run":
        run(store, size or 40)
    elif what == "drop":
        drop(store)
    else:
        raise SystemExit(__doc__)


if __name__ == "__main__":
    main()
