"""When feeds are polled and what is remembered: cases, and properties over sequences of answers."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newswatch.model.feed import (
    Answer,
    Failure,
    FeedSpec,
    FeedState,
    FeedStatus,
    ParsedFeed,
    Refused,
    Stored,
)
from newswatch.model.item import Entry, Publisher
from newswatch.schedule import advance, ask, body_hash, current, due, shown
from newswatch.schedule.show import trouble

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)  # a Monday
SPEC = FeedSpec("f", "https://example.org/feed", Publisher("p", "p"))
ENTRY = Entry(guid="1", link=None, title="One")
FEED = ParsedFeed(title="T", language="en", entries=(ENTRY,), format="rss")
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def good(**fields: Any) -> Answer:
    return replace(
        Answer("f", SPEC.url, SPEC.url, status=200, body=b"<rss/>", etag='"1"', last_modified="Mon"), **fields
    )


def bad(failure: Failure, status: int | None = None, **fields: Any) -> Answer:
    return replace(Answer("f", SPEC.url, SPEC.url, status=status, failure=failure, error="it failed"), **fields)


def not_modified(**fields: Any) -> Answer:
    return replace(Answer("f", SPEC.url, SPEC.url, status=304, not_modified=True), **fields)


def healthy(now: datetime = NOW, **fields: Any) -> FeedState:
    return replace(advance(SPEC, None, good(), FEED, now, stored=Stored(new=1)), **fields)


def test_a_new_feed_is_due_and_asked_without_condition() -> None:
    assert due({}, [SPEC], NOW) == (SPEC,)
    assert ask(SPEC, None, NOW).etag is None
    assert due({}, [replace(SPEC, enabled=False)], NOW) == ()


def test_a_success_is_remembered() -> None:
    state = healthy()
    assert (state.status, state.error, state.failure, state.failures) == (FeedStatus.OK, None, None, 0)
    assert (state.etag, state.last_modified, state.body_hash) == ('"1"', "Mon", body_hash(b"<rss/>"))
    assert (state.next_poll, state.last_success, state.last_new_item) == (NOW + 5 * MINUTE, NOW, NOW)
    assert (state.items_total, state.items_last, state.entries_last, state.polls) == (1, 1, 1, 1)
    assert due({"f": state}, [SPEC], NOW + 4 * MINUTE) == ()
    assert due({"f": state}, [SPEC], NOW + 5 * MINUTE) == (SPEC,)
    again = ask(SPEC, state, NOW + 5 * MINUTE)
    assert (again.url, again.etag, again.last_modified) == (SPEC.url, '"1"', "Mon")


def test_a_304_clears_a_failure_and_takes_newer_validators() -> None:
    failed = advance(SPEC, healthy(), bad(Failure.TIMEOUT), None, NOW + HOUR)
    assert (failed.status, failed.error, failed.etag) == (FeedStatus.FAILED, "it failed", '"1"')
    state = advance(SPEC, failed, not_modified(etag='"2"'), None, NOW + 2 * HOUR)
    assert (state.status, state.error, state.failures, state.failure) == (FeedStatus.UNCHANGED, None, 0, None)
    assert (state.etag, state.last_modified, state.last_success) == ('"2"', "Mon", NOW + 2 * HOUR)


def test_the_latest_validators_replace_the_old_ones_even_by_none() -> None:
    state = advance(SPEC, healthy(), good(etag=None, last_modified="Tue"), FEED, NOW + HOUR)
    assert (state.etag, state.last_modified) == (None, "Tue")


def test_once_a_week_without_condition() -> None:
    state = healthy()
    for day in range(1, 7):
        state = advance(SPEC, state, not_modified(), None, NOW + day * DAY)
        assert ask(SPEC, state, NOW + day * DAY + HOUR).etag == '"1"'
    request = ask(SPEC, state, NOW + 7 * DAY)
    assert (request.etag, request.last_modified) == (None, None)


def test_an_unchanged_body_is_unchanged() -> None:
    state = advance(SPEC, healthy(empty=True), good(etag='"2"'), None, NOW + HOUR)
    assert (state.status, state.etag, state.last_full, state.empty) == (FeedStatus.UNCHANGED, '"2"', NOW + HOUR, True)


@pytest.mark.parametrize(
    ("answer", "outcome", "stored", "failure"),
    [
        (good(etag='"2"'), FEED, Stored(0, False, "no shard"), Failure.STORE),
        (good(etag='"2"'), Refused(Failure.NOT_A_FEED, "an HTML page"), None, Failure.NOT_A_FEED),
        (good(etag='"2"'), replace(FEED, cut=True), Stored(1), Failure.CUT_SHORT),
        (good(etag='"2"', cut=True, failure=Failure.CUT_SHORT, error="cut"), FEED, Stored(1), Failure.CUT_SHORT),
        (bad(Failure.HTTP, 500, etag='"2"'), None, None, Failure.HTTP),
        (bad(Failure.UNASKED_304, 304, etag='"2"'), None, None, Failure.UNASKED_304),
    ],
)
def test_validators_do_not_advance(
    answer: Answer, outcome: ParsedFeed | Refused | None, stored: Stored | None, failure: Failure
) -> None:
    before = healthy()
    state = advance(SPEC, before, answer, outcome, NOW + HOUR, stored=stored)
    assert (state.status, state.failure) == (FeedStatus.FAILED, failure)
    assert state.error
    for name in ("etag", "last_modified", "body_hash", "last_success", "last_full", "url"):
        assert getattr(state, name) == getattr(before, name), name
    assert state.next_poll is not None
    # the store's refusal is not the feed's fault: the next poll asks again
    assert state.next_poll > NOW + HOUR or (failure is Failure.STORE and state.next_poll == NOW + HOUR)


def test_items_of_a_cut_body_are_counted() -> None:
    state = advance(SPEC, healthy(), good(), replace(FEED, cut=True), NOW + HOUR, stored=Stored(3))
    assert (state.items_total, state.last_new_item, state.status) == (4, NOW + HOUR, FeedStatus.FAILED)


def test_the_store_is_not_the_feeds_fault() -> None:
    state = advance(SPEC, healthy(), good(), FEED, NOW, stored=Stored(0, False, None))
    assert state.failures == 0
    assert state.next_poll is not None
    assert state.next_poll <= NOW + 6 * MINUTE


def test_empty_and_damaged_feeds_are_well() -> None:
    state = advance(SPEC, None, good(), replace(FEED, entries=(), damaged="entities"), NOW)
    assert (state.status, state.error, state.empty, state.damaged) == (FeedStatus.OK, None, True, "entities")
    assert shown(SPEC, state, NOW)["damaged"] is True
    state = advance(SPEC, state, good(), FEED, NOW)
    assert (state.empty, state.damaged) == (False, None)


def test_410_ends_polling_until_the_address_changes() -> None:
    state = advance(SPEC, healthy(), bad(Failure.HTTP, 410), None, NOW)
    assert (state.status, state.next_poll) == (FeedStatus.GONE, None)
    assert due({"f": state}, [SPEC], NOW + 400 * DAY) == ()
    elsewhere = replace(SPEC, url="https://example.org/other")
    assert due({"f": state}, [elsewhere], NOW) == (elsewhere,)


def test_410_behind_a_temporary_redirect_is_only_a_failure() -> None:
    state = advance(SPEC, healthy(), bad(Failure.HTTP, 410, detour=True), None, NOW)
    assert state.status is FeedStatus.FAILED


WEIGHTS = [
    (Failure.NOT_A_FEED, 200, 1.0),
    (Failure.HTTP, 404, 1.0),
    (Failure.ADDRESS, None, 1.0),
    (Failure.UNREADABLE, 200, 0.5),
    (Failure.DNS, None, 0.5),
    (Failure.TIMEOUT, None, 0.25),
    (Failure.CONNECT, None, 0.25),
    (Failure.HTTP, 503, 0.25),
    (Failure.RATE_LIMITED, 429, 0.25),
]


@pytest.mark.parametrize(("failure", "status", "weight"), WEIGHTS)
def test_failures_weigh_differently(failure: Failure, status: int | None, weight: float) -> None:
    assert advance(SPEC, healthy(), bad(failure, status), None, NOW).failures == weight


@given(
    st.sampled_from([one for one in Failure if one is not Failure.STORE]),
    st.text(min_size=1, max_size=9),
    st.integers(3, 60),
)
@settings(max_examples=60)
def test_back_off_grows_up_to_a_day_and_ends_at_the_first_success(failure: Failure, name: str, count: int) -> None:
    spec = replace(SPEC, id=name)
    state, now, before = healthy(feed=name), NOW, timedelta(0)
    for _ in range(count):
        state = advance(spec, state, bad(failure), None, now)
        assert state.next_poll is not None
        delay = state.next_poll - now
        assert 5 * MINUTE <= delay <= DAY
        assert delay >= before
        before, now = delay, state.next_poll
    well = advance(spec, state, good(), FEED, now)
    assert (well.failures, well.error, well.status) == (0, None, FeedStatus.OK)
    assert well.next_poll is not None
    assert well.next_poll - now <= HOUR


def test_jitter_is_the_same_for_the_same_feed_and_another_for_another() -> None:
    waits = set()
    for name in ("a", "b", "c", "d"):
        spec = replace(SPEC, id=name)
        one, two = (advance(spec, healthy(feed=name), bad(Failure.DNS), None, NOW).next_poll for _ in range(2))
        assert one == two
        waits.add(one)
    assert len(waits) == 4


@pytest.mark.parametrize(
    ("answer", "at_least", "at_most"),
    [
        (bad(Failure.RATE_LIMITED, 429, retry_after=7200.0), 2 * HOUR, 2 * HOUR),
        (bad(Failure.HTTP, 503, retry_after=1.0), 5 * MINUTE, 10 * MINUTE),
        (bad(Failure.HTTP, 503, retry_after=1e9), DAY, DAY),
        (good(max_age=7200.0), 2 * HOUR, 2 * HOUR),
        (good(max_age=1e9), DAY, DAY),
        (good(max_age=10.0), 5 * MINUTE, 5 * MINUTE),
        (not_modified(max_age=3000.0), 50 * MINUTE, 50 * MINUTE),
    ],
)
def test_what_servers_ask_for(answer: Answer, at_least: timedelta, at_most: timedelta) -> None:
    outcome = FEED if answer.body else None
    state = advance(SPEC, healthy(), answer, outcome, NOW, stored=Stored(1))
    assert state.next_poll is not None
    assert NOW + at_least <= state.next_poll <= NOW + at_most


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"ttl": 7200}, NOW + 2 * HOUR),
        ({"update_period": 86_400}, NOW + DAY),
        ({"ttl": 10**9}, NOW + DAY),
        ({"ttl": 60}, NOW + 5 * MINUTE),
        ({"skip_hours": frozenset({10})}, NOW + HOUR),
        ({"skip_hours": frozenset({10, 11, 12})}, NOW + 3 * HOUR),
        ({"skip_hours": frozenset(range(24))}, NOW + 5 * MINUTE),
        ({"skip_days": frozenset({1})}, NOW + 14 * HOUR),
        ({"skip_days": frozenset({1, 2})}, NOW + DAY + 14 * HOUR),
        ({"skip_days": frozenset({1}), "skip_hours": frozenset({0, 1})}, NOW + 16 * HOUR),
        ({"skip_days": frozenset(range(1, 8))}, NOW + 5 * MINUTE),
    ],
)
def test_what_feeds_ask_for(fields: dict[str, Any], expected: datetime) -> None:
    state = advance(SPEC, None, good(), replace(FEED, **fields), NOW)
    assert state.next_poll == expected
    # a 304 says nothing of ttl or skipHours, which still hold
    again = advance(SPEC, state, not_modified(), None, NOW)
    assert again.next_poll is not None
    assert again.next_poll >= expected
    assert due({"f": state}, [SPEC], expected - MINUTE) == ()
    assert due({"f": state}, [SPEC], expected) == (SPEC,)


def test_a_late_run_still_respects_skipped_hours() -> None:
    state = advance(SPEC, None, good(), replace(FEED, skip_hours=frozenset({12})), NOW)
    assert due({"f": state}, [SPEC], NOW + 2 * HOUR) == ()
    assert due({"f": state}, [SPEC], NOW + 3 * HOUR) == (SPEC,)


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=1, max_size=80))
@settings(max_examples=60)
def test_the_interval_follows_the_feed(polls: list[tuple[int, bool]]) -> None:
    state, now = healthy(), NOW
    for new, modified in polls:
        assert state.next_poll is not None
        now = state.next_poll
        outcome, answer = (FEED, good()) if modified else (None, not_modified())
        state = advance(SPEC, state, answer, outcome, now, stored=Stored(new if modified else 0))
        assert 300 <= state.interval <= 86_400
        if now - NOW < 7 * DAY:
            assert state.interval <= 3600
        assert state.next_poll is not None
        assert now < state.next_poll <= now + DAY


def test_a_silent_feed_is_asked_daily_in_the_end_and_a_busy_one_every_five_minutes() -> None:
    state, now = healthy(), NOW
    for _ in range(300):
        assert state.next_poll is not None
        now = state.next_poll
        state = advance(SPEC, state, not_modified(), None, now)
    assert state.interval == 86_400
    for _ in range(10):
        state = advance(SPEC, state, good(), FEED, now, stored=Stored(2))
    assert state.interval == 300


def test_a_permanent_redirect_is_remembered_once_it_delivered_a_feed() -> None:
    there = "https://new.example/feed"
    gone_there = good(final_url=there, permanent_url=there)
    page = advance(SPEC, healthy(), gone_there, Refused(Failure.NOT_A_FEED, "a page"), NOW)
    assert ask(SPEC, page, NOW).url == SPEC.url
    state = advance(SPEC, healthy(), gone_there, FEED, NOW)
    assert ask(SPEC, state, NOW).url == there
    detour = advance(SPEC, healthy(), good(final_url=there, detour=True), FEED, NOW)
    assert ask(SPEC, detour, NOW).url == SPEC.url
    # and forgotten when it fails for good
    state = advance(SPEC, state, bad(Failure.HTTP, 404), None, NOW)
    assert ask(SPEC, state, NOW).url == SPEC.url


def test_an_alternate_is_remembered_once_it_delivered_a_feed() -> None:
    alternate = "https://example.org/rss.xml"
    state = advance(SPEC, None, good(final_url=alternate), FEED, NOW, alternate=alternate)
    assert ask(SPEC, state, NOW).url == alternate


def test_credentials_are_in_no_state_and_still_sent() -> None:
    spec = replace(SPEC, url="https://me:hunter2@example.org/feed?api_key=S3CRET")
    state = advance(spec, None, good(), FEED, NOW)
    failed = advance(spec, state, bad(Failure.HTTP, 401, error=f"no: {spec.url}"), None, NOW)
    for text in (repr(state), repr(failed), repr(shown(spec, failed, NOW))):
        assert "hunter2" not in text
        assert "S3CRET" not in text
    assert ask(spec, state, NOW).url == spec.url
    moved = advance(spec, state, good(permanent_url="https://example.org/new"), FEED, NOW)
    assert ask(spec, moved, NOW).url == "https://me:hunter2@example.org/new"


def test_another_key_in_the_address_starts_over() -> None:
    one, two = (replace(SPEC, url=f"https://example.org/?key={value}") for value in ("a", "b"))
    state = advance(one, None, good(), FEED, NOW, stored=Stored(5))
    assert current(one, state) is state
    fresh = current(two, state)
    assert (fresh.status, fresh.etag, fresh.body_hash, fresh.items_total) == (FeedStatus.NEW, None, None, 5)


def test_stale_is_silence_far_beyond_its_own_rhythm() -> None:
    state, now = healthy(), NOW
    for _ in range(20):
        now += 6 * HOUR
        state = advance(SPEC, state, good(), FEED, now, stored=Stored(1))
    assert not advance(SPEC, state, not_modified(), None, now + 2 * DAY).stale
    late = advance(SPEC, state, not_modified(), None, now + 4 * DAY)
    assert late.stale
    assert not advance(SPEC, late, good(), FEED, now + 4 * DAY, stored=Stored(1)).stale


def test_rows_are_sorted_by_trouble() -> None:
    states = {
        "well": healthy(feed="well"),
        "failed": healthy(feed="failed", status=FeedStatus.FAILED, failures=2.0),
        "worse": healthy(feed="worse", status=FeedStatus.FAILED, failures=9.0),
        "gone": healthy(feed="gone", status=FeedStatus.GONE),
        "damaged": healthy(feed="damaged", damaged="x"),
        "stale": healthy(feed="stale", last_new_item=NOW - 90 * DAY),
        "paused": healthy(feed="paused"),
    }
    rows = [shown(replace(SPEC, id=name, enabled=name != "paused"), state, NOW) for name, state in states.items()]
    ranked = [row["feed"] for row in sorted(rows, key=trouble)]
    assert ranked == ["gone", "worse", "failed", "stale", "damaged", "well", "paused"]
    assert rows[-1]["status"] == "paused"
    assert rows[-1]["next_poll"] is None


def test_a_feed_shows_its_rhythm_at_the_first_poll() -> None:
    entries = tuple(Entry(str(hours), None, "T", published=NOW - hours * HOUR) for hours in (1, 2, 3, 8))
    state = advance(SPEC, None, good(), replace(FEED, entries=entries), NOW, stored=Stored(4))
    assert state.rhythm == HOUR.total_seconds()
    assert not advance(SPEC, state, not_modified(), None, NOW + 47 * HOUR).stale
    assert advance(SPEC, state, not_modified(), None, NOW + 49 * HOUR).stale
    undated = advance(SPEC, None, good(), replace(FEED, entries=entries[:2]), NOW, stored=Stored(2))
    assert undated.rhythm is None
