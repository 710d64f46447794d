"""What is expected: whose midnight, which days count less, and what an event or a quiet spell may teach."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from newswatch.detect.volume import Detector, Rows, judge

START = datetime(2026, 1, 5, tzinfo=UTC)
PER_DAY = 96


def local(days: int, level: float, zone: str = "UTC", weekend: float = 0.5) -> np.ndarray:
    """The mean per 15 minutes of those who live by the clock of ``zone``."""
    at = [(START + timedelta(minutes=15 * number)).astimezone(ZoneInfo(zone)) for number in range(days * PER_DAY)]
    hour = np.array([one.hour + one.minute / 60 for one in at])
    free = np.array([one.weekday() >= 5 for one in at])
    return level * (1 + 0.6 * np.cos((hour - 14) / 24 * 2 * np.pi)) * np.where(free, weekend, 1.0)


def expected(mean: np.ndarray, seed: int = 1) -> np.ndarray:
    return judge(Rows(START, 900, np.random.default_rng(seed).poisson(mean).astype(float))).expected


@pytest.mark.parametrize(("zone", "midnight"), [("Asia/Seoul", -9), ("UTC", 0), ("America/New_York", 5)])
def test_days_begin_at_the_midnight_of_those_who_write(zone: str, midnight: int) -> None:
    mean = local(35, 60, zone)
    detector = Detector(900)
    found = detector.judge(Rows(START, 900, np.random.default_rng(2).poisson(mean).astype(float)))
    assert detector.baseline.season.midnight == [midnight]
    # the fifth weekend begins and ends at once
    for day in (33, 35):
        edge = day * PER_DAY + midnight * 4
        around = slice(edge - 2, min(edge + 2, len(mean)))
        assert found.expected[around] == pytest.approx(mean[around], rel=0.2)


def test_a_holiday_says_little_of_its_weekday() -> None:
    tuesday, after = slice(8 * PER_DAY, 9 * PER_DAY), slice(15 * PER_DAY, 16 * PER_DAY)
    parts = []
    for seed in range(6):
        noise = np.random.default_rng(seed).gamma(7, 1 / 7, 28 * PER_DAY)
        mean = local(28, 60)
        usual = mean[after].sum()
        mean[tuesday] *= 0.5
        parts.append(expected(mean * noise)[after].sum() / usual)
    assert np.mean(parts) > 0.89


@pytest.mark.parametrize("level", [0.2, 40.0])
def test_an_event_teaches_the_level_little_while_it_holds(level: float) -> None:
    mean = local(30, level, weekend=0.8)
    event = slice(22 * PER_DAY, 24 * PER_DAY)
    usual = mean[event].sum()
    mean[event] *= 3
    assert expected(mean)[event].sum() < 1.25 * usual


def test_a_level_that_rose_for_good_is_told_once_and_learnt() -> None:
    mean = local(40, 10, weekend=0.8)
    mean[24 * PER_DAY :] *= 3
    found = judge(Rows(START, 900, np.random.default_rng(3).poisson(mean).astype(float)))
    assert found.alert[24 * PER_DAY :].sum() == 1
    assert found.expected[-5 * PER_DAY :].sum() > 0.8 * mean[-5 * PER_DAY :].sum()


def test_chance_does_not_lower_the_level_of_a_small_tag() -> None:
    mean = local(50, 0.08)
    for seed in range(12):
        found = expected(mean, seed)
        days = found.reshape(50, PER_DAY).sum(axis=1) / mean.reshape(50, PER_DAY).sum(axis=1)
        assert days[14:].min() > 0.5


@pytest.mark.parametrize("part", [0.4, 0.3, 0.15])
def test_without_feed_counts_a_level_that_fell_for_good_is_learnt_within_a_week(part: float) -> None:
    mean = local(42, 10, weekend=0.7)
    mean[28 * PER_DAY :] *= part
    days = slice(35 * PER_DAY, 42 * PER_DAY)
    assert expected(mean)[days].sum() < 1.25 * mean[days].sum()


def test_a_quiet_weekend_is_no_outage_for_ever() -> None:
    mean = local(56, 20, "Europe/London", weekend=0.2)
    saturday = slice(54 * PER_DAY, 55 * PER_DAY)
    assert expected(mean)[saturday].sum() == pytest.approx(mean[saturday].sum(), rel=0.25)


def test_a_first_bucket_that_is_far_too_high_is_forgotten_within_days() -> None:
    mean = local(14, 10)
    value = np.random.default_rng(4).poisson(mean).astype(float)
    value[0] = 500
    assert judge(Rows(START, 900, value)).expected[5 * PER_DAY :].sum() < 1.3 * mean[5 * PER_DAY :].sum()


def test_rows_that_start_off_the_hour_are_read_where_they_were_learnt() -> None:
    mean = local(42, 60)
    hourly = mean[2:-2].reshape(-1, 4).sum(axis=1)
    value = np.random.default_rng(5).poisson(hourly).astype(float)
    found = judge(Rows(START + timedelta(minutes=30), 3600, value)).expected[28 * 24 :]
    assert np.abs(np.log(found / hourly[28 * 24 :])).mean() < 0.08
