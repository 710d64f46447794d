"""Documents, templates and leases on a real node."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from newswatch.errors import StoreError, StoreUnavailableError, UsageError
from newswatch.index import documents, feeds, items, state
from newswatch.index.client import Settings, Store, connect
from newswatch.index.documents import Write
from newswatch.index.mappings import ALL, MONTHLY
from newswatch.index.templates import ensure, monthly
from newswatch.model.feed import Failure, FeedState, FeedStatus
from newswatch.model.item import Evidence, Item, Origin, Publisher, Quality, Revision, TaggedItem, Tagging

NOW = datetime(2026, 3, 1, 0, 0, 30, tzinfo=UTC)


def tagged(store: Store, name: str, feed: str = "a", now: datetime = NOW, **given: object) -> TaggedItem:
    fields: dict[str, object] = {
        "id": name,
        "index": monthly(store, "items", now),
        "feed": feed,
        "feeds": (feed,),
        "url": f"https://news.example/{name}",
        "guid": name,
        "title": "북한 troops",
        "summary": "",
        "content": "",
        "declared_language": None,
        "published": None,
        "timestamp": now,
        "first_seen": now,
        "origin": Origin.LIVE,
        "publisher": Publisher("p", "p", "KR", "agency"),
        "quality": (Quality.DATE_MISSING,),
        "revisions": (Revision(now, "old", ""),),
        "labels": {"seed": "x"},
    }
    evidence = Evidence("military", "troops", "troops", "title", 3, 9, "en", 1.0, {"place": 1})
    tagging = Tagging(("military",), ("troops",), ("north-korea",), "ko", (evidence,), "v1")
    return TaggedItem(Item(**{**fields, **given}), tagging, ("b1", "b2"))  # type: ignore[arg-type]


def test_ensure_makes_every_index_and_can_be_repeated(store: Store) -> None:
    ensure(store)
    for name in ALL:
        if name not in MONTHLY:
            assert store.client.indices.exists(index=store.index(name))
    assert store.client.indices.get_index_template(name=store.index("items"))


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://news.example/a?b=c#d", "news.example"),
        ("http://news.example", "news.example"),
        ("https://news.example?a=1", "news.example"),
        ("https://WWW.News.Example:8443/a", "www.news.example"),
        ("https://me@news.example/a", "news.example"),
        ("https://новости.example/a", "новости.example"),
        (None, None),
    ],
)
def test_an_item_has_the_host_of_its_address(store: Store, url: str | None, host: str | None) -> None:
    assert items.document(tagged(store, "x", url=url), NOW)["url"] == {"full": url, "domain": host}


def test_an_item_survives_the_round_trip(store: Store) -> None:
    one = tagged(store, "x1")
    assert items.write(store, [one], NOW).created == {"x1"}
    found = documents.get(store, one.item.index, "x1")
    assert found is not None
    assert items.item("x1", found.index, found.source) == one.item
    assert items.tagging(found.source) == one.tagging
    documents.refresh(store, store.index("items"))
    assert documents.search(store, store.index("items"), {"query": {"match": {"title": "troops"}}})["hits"]["hits"]


def test_the_same_item_from_two_feeds_and_twice_is_one_document(store: Store) -> None:
    first, second = tagged(store, "x1"), tagged(store, "x1", feed="b")
    items.write(store, [first], NOW)
    assert items.write(store, [second], NOW).known == {"x1"}
    assert items.write(store, [second], NOW).known == {"x1"}
    found = documents.get(store, first.item.index, "x1")
    assert found is not None
    assert found.source["feeds"] == ["a", "b"]


def test_an_item_of_last_month_is_known_this_month(store: Store) -> None:
    before = NOW - timedelta(minutes=1)
    items.write(store, [tagged(store, "x1", now=before)], before)
    assert items.write(store, [tagged(store, "x1", feed="b")], NOW).known == {"x1"}
    assert documents.get(store, monthly(store, "items", NOW), "x1") is None


def test_a_document_that_the_mapping_refuses_is_set_aside_and_the_rest_stored(store: Store) -> None:
    good, bad = tagged(store, "good"), tagged(store, "bad", title="x" * 10)
    broken = TaggedItem(bad.item, bad.tagging, bands=({"not": "a band"},))  # type: ignore[arg-type]
    done = items.write(store, [good, broken], NOW)
    assert (done.created, done.refused) == ({"good"}, {"bad"})
    documents.refresh(store, store.index("dead-letter"))
    (letter,) = documents.search(store, store.index("dead-letter"), {})["hits"]["hits"]
    assert letter["_source"]["target"] == bad.item.index
    assert "bands" in letter["_source"]["reason"]


def test_a_thousand_writes_go_in_chunks_and_keep_their_order(store: Store) -> None:
    writes = [Write("create", store.index("entries"), f"e{n}", {"feed": str(n)}) for n in range(1200)]
    assert [outcome.status for outcome in documents.bulk(store, writes)] == [201] * 1200
    assert {outcome.status for outcome in documents.bulk(store, writes)} == {409}
    documents.refresh(store, store.index("entries"))
    search = {"query": {"match_all": {}}, "sort": ["feed"]}
    assert sum(len(page) for page in documents.pages(store, search, store.index("entries"), 500)) == 1200


def test_a_bulk_that_no_server_takes_at_once_goes_in_order(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[int] = []
    send = documents._send

    def counted(store: Store, chunk: Any) -> Any:
        sent.append(len(chunk))
        return send(store, chunk)

    monkeypatch.setattr(documents, "_send", counted)
    monkeypatch.setattr(documents, "WHOLE", (1_000, 10_000))
    writes = [Write("create", store.index("ledger"), f"w{n}", {"word": "x" * 900}) for n in range(25)]
    assert [one.write.id for one in documents.bulk(store, writes, whole=True)] == [f"w{n}" for n in range(25)]
    assert sent == [10, 10, 5]


def test_put_is_guarded(store: Store) -> None:
    index = store.index("state")
    assert documents.put(store, index, "s", {"kind": "a"})
    assert not documents.put(store, index, "s", {"kind": "b"})
    found = documents.get(store, index, "s")
    assert documents.put(store, index, "s", {"kind": "b"}, found)
    assert not documents.put(store, index, "s", {"kind": "c"}, found)


def test_feed_states_survive_the_round_trip(store: Store) -> None:
    one = FeedState(
        "a", "https://a.example/", "https://a.example/", FeedStatus.FAILED, Failure.TIMEOUT, "too slow",
        next_poll=NOW, skip_hours=frozenset({1, 2}), etag='W/"x"', labels={"k": "v"},
    )  # fmt: skip
    feeds.write_states(store, [one])
    assert feeds.states(store, ["a", "b"]) == {"a": one}


def test_a_lease_is_held_by_one_and_runs_out(store: Store) -> None:
    term = timedelta(minutes=5)
    assert state.acquire(store, "link", "one", NOW, term)
    assert not state.acquire(store, "link", "two", NOW + timedelta(minutes=4), term)
    assert state.acquire(store, "link", "two", NOW + timedelta(minutes=6), term)
    state.release(store, "link", "two", NOW + timedelta(minutes=7))
    assert state.acquire(store, "link", "one", NOW + timedelta(minutes=7), term)


def test_a_cursor_is_advanced_by_one_of_two(store: Store) -> None:
    value, guard = state.cursor(store, "watch")
    assert value == {}
    assert state.advance(store, "watch", {"at": "x"}, guard, NOW)
    assert not state.advance(store, "watch", {"at": "y"}, guard, NOW)
    assert state.cursor(store, "watch")[0] == {"at": "x"}


@pytest.mark.parametrize("url", ["ftp://x", "x:9200", "http://", "http://x:99999", "http://[x"])
def test_an_address_that_is_none(url: str) -> None:
    with pytest.raises(UsageError, match="should look like"):
        Settings.from_environment({"ELASTICSEARCH_URL": url})


def test_nobody_answers() -> None:
    store = connect(Settings("http://127.0.0.1:1"), "x", timeout=2)
    with pytest.raises(StoreUnavailableError, match=r"nothing answers at http://127\.0\.0\.1:1"):
        documents.get(store, "x", "y")


def test_wrong_credentials_are_told(es_url: str) -> None:
    settings = Settings.from_environment({"ELASTICSEARCH_URL": es_url})
    if settings.user is None:  # a node without passwords, named by NEWSWATCH_TEST_ES
        return
    with pytest.raises(StoreError, match="refuses the login"):
        ensure(connect(Settings(settings.url, settings.user, "wrong"), "nwtest-x"))
