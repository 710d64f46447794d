"""What a poll means: scenarios of what feeds do to guids, links, titles and order, poll after poll."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newswatch.identity import decide, from_doc, origin, relocated, to_doc
from newswatch.identity.memory import KEPT_FOR, KEYS_MAX
from newswatch.model.feed import Decision, Entries, FeedSpec, FeedState, ParsedFeed
from newswatch.model.item import Entry, Origin, Publisher, Quality

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
STEP = timedelta(minutes=5)
STATE = FeedState("desk", "https://desk.example/f", "https://desk.example/f", last_success=NOW - STEP)


def entry(guid: str | None, link: str | None, title: str, summary: str = "", **other: Any) -> Entry:
    return Entry(guid, link, title, summary, **({"published": NOW - timedelta(minutes=30)} | other))


def spec(feed: str) -> FeedSpec:
    return FeedSpec(feed, f"https://{feed}.example/f", Publisher(feed, feed))


class Polls:
    """One feed, polled again and again, its entries document going through JSON in between."""

    def __init__(self, feed: str = "desk", *, first: bool = False) -> None:
        self.spec = spec(feed)
        self.state = replace(STATE, last_success=None) if first else STATE
        self.known = Entries(feed)
        self.now = NOW

    def poll(self, *entries: Entry) -> Decision:
        parsed = ParsedFeed("Desk", "en", entries, "rss-2.0")
        decision = decide(self.spec, self.state, self.known, parsed, self.now, "nw")
        if decision.entries is not None:
            self.known = from_doc(json.loads(json.dumps(to_doc(decision.entries))), self.now)
        self.state = replace(self.state, last_success=self.now)
        self.now += STEP
        return decision


def summary(decision: Decision) -> tuple[int, int, int]:
    return len(decision.new), len(decision.corrected), decision.unchanged


A = "https://desk.example/a"
#: name → polls of (guid, link, title), and after each poll what is (new, corrected, unchanged)
SCENARIOS: dict[str, list[tuple[list[tuple[str | None, str | None, str]], tuple[int, int, int]]]] = {
    "unchanged": [([("1", A, "One")], (1, 0, 0)), ([("1", A, "One")], (0, 0, 1))],
    "re-ordered": [
        ([("1", f"{A}/1", "One"), ("2", f"{A}/2", "Two")], (2, 0, 0)),
        ([("2", f"{A}/2", "Two"), ("1", f"{A}/1", "One")], (0, 0, 2)),
    ],
    "corrected title": [([("1", A, "One story")], (1, 0, 0)), ([("1", A, "Another headline altogether")], (0, 1, 0))],
    "guid changes at each poll": [
        ([("1", A, "One")], (1, 0, 0)),
        ([("2", A, "One")], (0, 0, 1)),
        ([("3", A, "One")], (0, 0, 1)),
    ],
    "guid changes, title corrected": [([("1", A, "One")], (1, 0, 0)), ([("2", A, "Two words")], (0, 1, 0))],
    "link changes": [([("1", f"{A}/1", "One")], (1, 0, 0)), ([("1", f"{A}/one", "One")], (0, 0, 1))],
    "link and title change a little": [
        ([("1", f"{A}/1", "Minister resigns after vote")], (1, 0, 0)),
        ([("1", f"{A}/2", "Minister resigns after lost vote")], (0, 1, 0)),
    ],
    "guid reused": [
        ([("1", f"{A}/1", "Minister resigns")], (1, 0, 0)),
        ([("1", f"{A}/2", "Earthquake in Chile kills ten")], (1, 0, 0)),
        ([("1", f"{A}/2", "Earthquake in Chile kills ten")], (0, 0, 1)),
    ],
    "guid and link change, title and date stay": [
        ([("1", f"{A}/1", "Minister resigns")], (1, 0, 0)),
        ([("2", f"{A}/2", "Minister resigns")], (0, 0, 1)),
    ],
    "links all the same": [
        ([("1", A, "One"), ("2", A, "Two")], (2, 0, 0)),
        ([("3", A, "Three"), ("1", A, "One"), ("2", A, "Two")], (1, 0, 2)),
    ],
    "links are the front page": [
        ([("1", "https://desk.example/", "One")], (1, 0, 0)),
        ([("2", "https://desk.example/", "Two")], (1, 0, 0)),
    ],
    "guids all the same": [
        ([("x", f"{A}/1", "One"), ("x", f"{A}/2", "Two")], (2, 0, 0)),
        ([("x", f"{A}/2", "Two"), ("x", f"{A}/1", "One")], (0, 0, 2)),
    ],
    "no guid": [([(None, A, "One")], (1, 0, 0)), ([(None, A, "One")], (0, 0, 1))],
    "no link": [([("1", None, "One")], (1, 0, 0)), ([("1", None, "One, corrected")], (0, 1, 0))],
    "no guid and no link": [
        ([(None, None, "One"), (None, None, "Two")], (2, 0, 0)),
        ([(None, None, "Two"), (None, None, "One")], (0, 0, 2)),
    ],
    "duplicates in one document": [
        ([("1", A, "One"), ("1", A, "One"), ("2", f"{A}?utm_source=x", "One")], (1, 0, 0)),
        ([("1", A, "One")], (0, 0, 1)),
    ],
    "same link twice, then once with a new guid": [
        ([("1", A, "One"), ("2", A, "Two")], (2, 0, 0)),
        ([("1", A, "One"), ("2", A, "Two"), ("3", A, "Three")], (1, 0, 2)),
    ],
    "one link for all, later one entry at a time": [
        ([("1", A, "One"), ("2", A, "Two")], (2, 0, 0)),
        ([("3", A, "Three")], (1, 0, 0)),
        ([("4", A, "Four")], (1, 0, 0)),
    ],
    "left and came back": [
        ([("1", f"{A}/1", "One")], (1, 0, 0)),
        ([("2", f"{A}/2", "Two")], (1, 0, 0)),
        ([("1", f"{A}/1", "One"), ("2", f"{A}/2", "Two")], (0, 0, 2)),
    ],
    "the old link is given to another": [
        ([("1", f"{A}/1", "Minister resigns")], (1, 0, 0)),
        ([("1", f"{A}/2", "Minister resigns"), ("2", f"{A}/1", "Earthquake in Chile")], (1, 0, 1)),
    ],
    "tracking changes": [([(None, f"{A}?utm_id=1", "One")], (1, 0, 0)), ([(None, f"{A}?utm_id=2", "One")], (0, 0, 1))],
}


@pytest.mark.parametrize("name", SCENARIOS)
def test_scenario(name: str) -> None:
    polls = Polls()
    ids: set[str] = set()
    for given_entries, expected in SCENARIOS[name]:
        decision = polls.poll(*(entry(*values) for values in given_entries))
        assert summary(decision) == expected
        assert not ids & {item.id for item in decision.new}
        assert {correction.id for correction in decision.corrected} <= ids
        ids |= {item.id for item in decision.new}


def test_random_guids_shared_links_and_no_dates_are_recognised_by_their_words() -> None:
    polls = Polls()
    for number in range(4):
        decision = polls.poll(
            entry(f"r{number}a", A, "One", "First text", published=None),
            entry(f"r{number}b", A, "Two", "Second text", published=None),
        )
        assert summary(decision) == ((2, 0, 0) if number == 0 else (0, 0, 2))
    assert len(polls.known.keys) <= 2 * KEYS_MAX


def test_one_article_in_two_feeds_is_one_document() -> None:
    one = Polls("desk").poll(entry("1", "https://www.desk.example/a/1?utm_source=rss", "One"))
    other = Polls("wire").poll(entry("other-guid", "http://m.desk.example/a/1/#top", "One (wire)"))
    assert one.new[0].id == other.new[0].id
    assert one.new[0].feeds == ("desk",)
    assert other.new[0].feeds == ("wire",)


def test_guids_do_not_collide_between_feeds() -> None:
    assert (
        Polls("desk").poll(entry("1", None, "One")).new[0].id != Polls("wire").poll(entry("1", None, "One")).new[0].id
    )


def test_item_says_what_is_known() -> None:
    item = Polls().poll(entry("1", A, "One", "Text", language="nl", quality=(Quality.TEXT_CUT,))).new[0]
    assert (item.index, item.feed, item.url, item.guid) == ("nw-items-2026.03", "desk", A, "1")
    assert (item.declared_language, item.quality) == ("nl", (Quality.TEXT_CUT,))
    assert item.timestamp == item.published == NOW - timedelta(minutes=30)
    assert item.first_seen == NOW
    assert len(item.id.encode()) <= 512


def test_a_correction_points_at_the_month_the_item_is_in() -> None:
    polls = Polls()
    polls.poll(entry("1", A, "One"))
    polls.now += KEPT_FOR + timedelta(days=1)
    decision = polls.poll(entry("1", A, "One, corrected"))
    assert [correction.index for correction in decision.corrected] == ["nw-items-2026.03"]
    moved = relocated(polls.known, {decision.corrected[0].id: "nw-items-2026.02"})
    assert {known.index for known in moved.keys.values()} == {"nw-items-2026.02"}


@pytest.mark.parametrize(
    ("published", "timestamp", "flags"),
    [
        (NOW - timedelta(hours=1), NOW - timedelta(hours=1), ()),
        (None, NOW, ()),
        (NOW + timedelta(minutes=9), NOW + timedelta(minutes=9), ()),
        (NOW + timedelta(minutes=11), NOW, (Quality.DATE_FUTURE,)),
        (datetime(1970, 1, 1, tzinfo=UTC), datetime(1970, 1, 1, tzinfo=UTC), (Quality.DATE_OLD,)),
        (datetime(9999, 12, 31, tzinfo=UTC), NOW, (Quality.DATE_FUTURE,)),
    ],
)
def test_times(published: datetime | None, timestamp: datetime, flags: tuple[Quality, ...]) -> None:
    item = Polls().poll(entry("1", A, "One", published=published)).new[0]
    assert (item.published, item.timestamp, item.quality) == (published, timestamp, flags)


HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("last_success", "age", "expected"),
    [
        (None, timedelta(minutes=1), Origin.BACKFILL),
        (None, None, Origin.BACKFILL),
        (HOUR, timedelta(minutes=1), Origin.LIVE),
        (HOUR, None, Origin.LIVE),
        (HOUR, 47 * HOUR, Origin.LIVE),
        (HOUR, 49 * HOUR, Origin.BACKFILL),
        (23 * HOUR, 2 * HOUR, Origin.LIVE),
        (25 * HOUR, 2 * HOUR, Origin.BACKFILL),
        (25 * HOUR, timedelta(minutes=59), Origin.LIVE),
        (25 * HOUR, None, Origin.BACKFILL),
    ],
)
def test_origin(last_success: timedelta | None, age: timedelta | None, expected: Origin) -> None:
    state = replace(STATE, last_success=None if last_success is None else NOW - last_success)
    assert origin(state, None if age is None else NOW - age, NOW) is expected


def test_entries_are_written_only_when_something_changed() -> None:
    polls = Polls()
    assert polls.poll(entry("1", A, "One")).entries is not None
    assert polls.poll(entry("1", A, "One")).entries is None
    polls.now += timedelta(days=1)
    assert polls.poll(entry("1", A, "One")).entries is not None, "last_seen is renewed once a day"


def test_entries_forget_what_left_long_ago_and_nothing_else() -> None:
    polls = Polls()
    polls.poll(entry("1", f"{A}/1", "One"))
    polls.poll(entry("2", f"{A}/2", "Two"))
    assert "g:1" in polls.known.keys
    polls.now += KEPT_FOR + timedelta(days=2)
    polls.poll(entry("2", f"{A}/2", "Two"))
    assert "g:1" not in polls.known.keys
    assert "g:2" in polls.known.keys


def test_changing_guids_do_not_pile_up() -> None:
    polls = Polls()
    for number in range(30):
        polls.poll(entry(f"g{number}", A, "One"))
    assert len(polls.known.keys) <= KEYS_MAX


def test_the_document_has_no_text_as_field_names() -> None:
    polls = Polls()
    polls.poll(entry("a.b..c", "https://desk.example/a.b?x=.y", "Dots. And. More."))
    doc = to_doc(polls.known)
    assert set(doc) == {"feed", "known"}
    assert all(isinstance(value, str | int | list | None) for row in doc["known"] for value in row)


entries = st.lists(
    st.builds(
        entry,
        st.sampled_from([None, "1", "2", "3", "x" * 900]),
        st.sampled_from([None, "https://desk.example/", f"{A}/1", f"{A}/2", "http://www.desk.example/a/2?utm_id=1"]),
        st.sampled_from(["One", "Two words", "Two words more", "Drei", "…"]),
        st.sampled_from(["", "text", "other text"]),
        published=st.sampled_from([None, NOW, NOW - timedelta(days=3)]),
    ),
    max_size=8,
)


@settings(max_examples=150, deadline=None)
@given(entries)
def test_a_second_poll_changes_nothing(found: list[Entry]) -> None:
    polls = Polls()
    first = polls.poll(*found)
    assert len({item.id for item in first.new}) == len(first.new) <= len(found)
    again = polls.poll(*found)
    assert (again.new, again.corrected) == ((), ())
    assert again.unchanged == len(first.new)


@settings(max_examples=60, deadline=None)
@given(st.permutations(range(6)), st.booleans(), st.booleans())
def test_order_does_not_matter(order: list[int], guids: bool, links: bool) -> None:
    listed = [
        entry(str(number) if guids else None, f"{A}/{number}" if links else None, f"Story number {number}")
        for number in range(6)
    ]
    polls = Polls()
    assert summary(polls.poll(*listed)) == (6, 0, 0)
    assert summary(polls.poll(*(listed[number] for number in order))) == (0, 0, 6)


@settings(max_examples=100, deadline=None)
@given(st.lists(entries, min_size=2, max_size=4))
def test_what_is_known_is_never_new(polled: list[list[Entry]]) -> None:
    polls = Polls()
    for found in polled:
        ids = {known.id for known in polls.known.keys.values()}
        decision = polls.poll(*found)
        new = [item.id for item in decision.new]
        assert len(new) == len(set(new))
        assert not set(new) & ids
        assert {correction.id for correction in decision.corrected} <= ids


@settings(max_examples=60, deadline=None)
@given(entries)
def test_the_entries_document_survives_json(found: list[Entry]) -> None:
    decision = decide(spec("desk"), STATE, Entries("desk"), ParsedFeed("D", None, tuple(found), "rss-2.0"), NOW, "nw")
    if decision.entries is not None:
        assert from_doc(json.loads(json.dumps(to_doc(decision.entries))), NOW) == decision.entries
