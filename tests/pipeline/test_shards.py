"""Due feeds → shards: balanced, and one host's feeds in one of them, where manners towards it are kept."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newswatch import fetch, jobs
from newswatch.index.client import Settings, connect
from newswatch.index.feeds import write_states
from newswatch.index.templates import ensure
from newswatch.model.address import fingerprint
from newswatch.model.feed import Ask, FeedState, FeedStatus
from newswatch.pipeline.poll import shards

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)


def asks(*urls: str) -> list[Ask]:
    return [Ask(f"feed-{number}", url) for number, url in enumerate(urls)]


def test_one_host_one_shard_however_it_is_spelt() -> None:
    one = asks("http://a.example/1", "http://b.example/", "HTTP://A.example:80/2", "http://a.example./3?x")
    assert shards(one) == [["feed-0", "feed-2", "feed-3"], ["feed-1"]]


def test_another_port_is_another_host() -> None:
    assert shards(asks("http://a.example/", "https://a.example/")) == [["feed-0"], ["feed-1"]]


def test_what_cannot_be_asked_is_polled_too() -> None:
    assert shards(asks("ftp://a.example/", "http://a.example/")) == [["feed-0"], ["feed-1"]]


def test_nothing_due_no_shard() -> None:
    assert shards([]) == []


@given(st.lists(st.integers(0, 30), max_size=80), st.integers(1, 9))
def test_together_and_even(hosts: list[int], number: int) -> None:
    given_asks = asks(*(f"https://host-{host}.example/{index}" for index, host in enumerate(hosts)))
    found = shards(given_asks, number)
    assert sorted(name for shard in found for name in shard) == sorted(ask.feed for ask in given_asks)
    assert len(found) == min(number, len(set(hosts)))
    assert all(found)
    urls = {ask.feed: ask.url for ask in given_asks}
    pairs = [{fetch.host(urls[name]) for name in shard} for shard in found]
    assert sum(map(len, pairs)) == len(set(hosts))
    # one shard is larger than another by no more than its largest host
    largest = max((hosts.count(host) for host in hosts), default=0)
    assert max(map(len, found), default=0) - min(map(len, found), default=0) <= largest


def test_a_remembered_address_counts(
    es_url: str, namespace: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ELASTICSEARCH_URL", es_url)
    store = connect(Settings.from_environment(), namespace)
    ensure(store)
    moved = "http://old.example/feed"
    write_states(
        store,
        [
            FeedState(
                "moved", moved, "http://new.example/feed", FeedStatus.OK, next_poll=NOW, fingerprint=fingerprint(moved)
            )
        ],
    )
    urls = {"one": "http://new.example/1", "old": "http://old.example/1", "moved": moved}
    rows = "".join(f"- {{id: {name}, url: '{url}'}}\n" for name, url in urls.items())
    file = tmp_path / "feeds.yaml"
    file.write_text(f"feeds:\n{rows}", encoding="utf-8")
    for every in (False, True):
        assert jobs.due(jobs.Where(namespace, feeds=file, every=every), NOW) == [["one", "moved"], ["old"]]
