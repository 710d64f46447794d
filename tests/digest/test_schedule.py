"""When a digest is due: once for each recipient, whatever the clock does."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newswatch.digest.schedule import deadline, due, latest, moment_of, unknown
from newswatch.model.digest_plan import DigestSpec, Due, Sent, Window

KYIV = "Europe/Kyiv"
ANN, BOB = "mail-ann", "mail-bob"


def spec(**given: object) -> DigestSpec:
    return DigestSpec.model_validate({"id": "morning", "recipients": [ANN, BOB], "zone": KYIV, **given})


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def deployed(text: str) -> list[Sent]:
    return [Sent("morning", name, at(text), told=False) for name in (ANN, BOB)]


def told(name: str, until: str) -> Sent:
    return Sent("morning", name, at(until))


def test_first_deployment_sends_nothing_for_the_past() -> None:
    now = at("2026-01-10T06:00")
    assert due([spec()], [], now) == ()
    entries = unknown([spec()], [], now)
    assert entries == tuple(Sent("morning", name, now, told=False) for name in (ANN, BOB))
    assert due([spec()], entries, now) == ()
    assert due([spec()], entries, at("2026-01-11T05:00")) == (
        Due("morning", Window(at("2026-01-10T05:00"), at("2026-01-11T05:00")), (ANN, BOB), late=False),
    )
    assert unknown([spec()], entries, now) == ()


def test_a_rerun_finds_nothing_left_and_a_failed_recipient_is_tried_alone() -> None:
    ledger = [*deployed("2026-01-01T00:00"), told(ANN, "2026-01-11T05:00")]
    (one,) = due([spec()], ledger, at("2026-01-11T05:10"))
    assert one.recipients == (BOB,)
    assert due([spec()], [*ledger, told(BOB, "2026-01-11T05:00")], at("2026-01-11T05:15")) == ()


def test_days_missed_are_told_in_one_digest_marked_late() -> None:
    ledger = [*deployed("2026-01-01T00:00"), told(ANN, "2026-01-11T05:00"), told(BOB, "2026-01-11T05:00")]
    assert due([spec()], ledger, at("2026-01-14T13:00")) == (
        Due("morning", Window(at("2026-01-11T05:00"), at("2026-01-14T05:00")), (ANN, BOB), late=True),
    )


def test_a_digest_that_comes_hours_after_its_time_is_late() -> None:
    ledger = [*deployed("2026-01-01T00:00"), told(ANN, "2026-01-10T05:00"), told(BOB, "2026-01-10T05:00")]
    (one,) = due([spec()], ledger, at("2026-01-11T08:00"))
    assert one == Due("morning", Window(at("2026-01-10T05:00"), at("2026-01-11T05:00")), (ANN, BOB), late=True)


def test_a_recipient_that_joins_later_is_sent_nothing_for_the_past_either() -> None:
    alone = spec(recipients=[ANN])
    ledger = [*unknown([alone], [], at("2026-01-01T00:00")), told(ANN, "2026-01-11T05:00")]
    joined = unknown([spec()], ledger, at("2026-01-11T15:00"))
    assert joined == (Sent("morning", BOB, at("2026-01-11T15:00"), told=False),)
    assert due([spec()], [*ledger, *joined], at("2026-01-11T15:05")) == ()
    (one,) = due([spec()], [*ledger, *joined], at("2026-01-12T05:00"))
    assert one == Due("morning", Window(at("2026-01-11T05:00"), at("2026-01-12T05:00")), (ANN, BOB), late=False)


def test_a_digest_on_weekdays_tells_of_the_weekend_on_monday() -> None:
    ledger = [*deployed("2026-01-01T00:00"), told(ANN, "2026-01-09T05:00"), told(BOB, "2026-01-09T05:00")]
    (one,) = due([spec(cron="0 7 * * 1-5")], ledger, at("2026-01-12T05:00"))
    assert one == Due("morning", Window(at("2026-01-09T05:00"), at("2026-01-12T05:00")), (ANN, BOB), late=False)


def test_a_chosen_window_reaches_back_as_far_as_it_says_and_further_after_missed_days() -> None:
    half = spec(window="12h")
    ledger = [*deployed("2026-01-01T00:00"), told(ANN, "2026-01-11T05:00"), told(BOB, "2026-01-11T05:00")]
    (one,) = due([half], ledger, at("2026-01-12T05:00"))
    assert one.window.since == at("2026-01-11T17:00")
    (late,) = due([half], ledger, at("2026-01-14T05:00"))
    assert (late.window.since, late.late) == (at("2026-01-11T05:00"), True)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-01-11T04:59", "2026-01-11T07:00"),
        ("2026-01-11T05:00", "2026-01-12T07:00"),
        ("2026-03-28T12:00", "2026-03-29T06:00"),  # the clock goes forward in between
    ],
)
def test_until_when_the_next_must_have_gone_out(now: str, expected: str) -> None:
    assert deadline(spec(), at(now)) == at(expected)


def test_without_a_cron_line_it_is_seven_every_day_or_every_monday() -> None:
    assert latest(spec(), at("2026-01-14T12:00")) == at("2026-01-14T05:00")
    assert latest(spec(period="weekly"), at("2026-01-14T12:00")) == at("2026-01-12T05:00")


def test_weekly_windows_are_a_week() -> None:
    ledger = deployed("2026-01-01T00:00")
    (one,) = due([spec(cron="0 7 * * 1", period="weekly")], ledger, at("2026-01-12T05:00"))
    assert one.window == Window(at("2026-01-05T05:00"), at("2026-01-12T05:00"))


@pytest.mark.parametrize(
    ("wall", "expected"),
    [
        ("2026-03-29T02:59", "2026-03-29T00:59"),
        ("2026-03-29T03:30", "2026-03-29T01:00"),  # skipped: the first moment after the gap
        ("2026-03-29T04:00", "2026-03-29T01:00"),
        ("2026-10-25T03:30", "2026-10-25T00:30"),  # comes twice: the first
        ("2026-10-25T04:00", "2026-10-25T02:00"),
    ],
)
def test_wall_clock_at_the_changes(wall: str, expected: str) -> None:
    assert moment_of(datetime.fromisoformat(wall), ZoneInfo(KYIV)) == at(expected)


@pytest.mark.parametrize(
    ("zone", "cron"),
    [
        (KYIV, "0 7 * * *"),
        (KYIV, "30 3 * * *"),
        ("America/New_York", "30 2 * * *"),
        ("America/New_York", "30 1 * * *"),
        ("Australia/Lord_Howe", "15 2 * * *"),
        ("Asia/Seoul", "0 7 * * *"),
        ("America/Santiago", "0 0 * * *"),
    ],
)
def test_one_digest_a_day_through_a_whole_year_and_no_gap_between_windows(zone: str, cron: str) -> None:
    one = spec(zone=zone, cron=cron, recipients=[ANN])
    now, end = at("2026-01-01T00:00"), at("2027-01-01T00:00")
    ledger, windows = list(unknown([one], [], now)), []
    while now < end:
        # every half hour in the days around a change of the clock, twice a day otherwise
        near = {(now + timedelta(days=days)).astimezone(ZoneInfo(zone)).utcoffset() for days in (-2, 0, 2)}
        now += timedelta(minutes=30) if len(near) > 1 else timedelta(hours=12)
        for found in due([one], ledger[-3:], now):
            windows.append(found.window)
            ledger.append(Sent(one.id, ANN, found.window.until))
            assert not found.late or len(near) == 1
    days = {window.until.astimezone(ZoneInfo(zone)).date() for window in windows}
    assert len(windows) == len(days)
    assert len(days) in (364, 365, 366)
    assert all(a.until == b.since for a, b in itertools.pairwise(windows))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(1, 4000), min_size=1, max_size=30), st.booleans())
def test_whenever_it_runs_and_however_often_each_window_is_sent_once(minutes: list[int], twice: bool) -> None:
    one, now = spec(), at("2026-03-20T00:00")
    ledger = list(unknown([one], [], now))
    told_windows: list[tuple[str, datetime]] = []
    for step in minutes:
        now += timedelta(minutes=step)
        for _ in range(2 if twice else 1):
            for found in due([one], ledger, now):
                told_windows += [(name, found.window.until) for name in found.recipients]
                ledger += [Sent(one.id, name, found.window.until) for name in found.recipients]
    assert len(set(told_windows)) == len(told_windows)


def test_latest_is_never_ahead() -> None:
    assert latest(spec(), at("2026-01-11T04:59")) == at("2026-01-10T05:00")
    assert latest(spec(), at("2026-01-11T05:00")) == at("2026-01-11T05:00")
