"""The volume detector on made series: golden verdicts, causality, restarts, and what is not an event."""

from __future__ import annotations

import csv
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import orjson
import pytest
from bench.volumes import Volume, news, tweets

from newswatch.detect.season import clock_change
from newswatch.detect.tail import Tail
from newswatch.detect.volume import Detector, Judged, Rows, judge

DATA = Path(__file__).parents[1] / "data" / "series"
GOLDEN = sorted(path for path in DATA.glob("*.csv"))
VERDICTS = ("expected", "low", "high", "score", "alert", "holding", "span")
START = datetime(2026, 2, 2, tzinfo=UTC)
PER_DAY = 96


def rows(volume: Volume, first: int = 0, last: int | None = None) -> Rows:
    cut = slice(first, last)
    start = volume.start + timedelta(seconds=volume.bucket * first)
    feeds = None if volume.feeds is None else volume.feeds[cut]
    top = None if volume.top is None else volume.top[cut]
    return Rows(start, volume.bucket, volume.value[cut], feeds, top)


def steady(days: int, level: float = 20.0, seed: int = 1) -> np.ndarray:
    """Counts per 15 minutes with a day and a weekend, UTC."""
    at = np.arange(days * PER_DAY)
    shape = 1 + 0.6 * np.cos((at / 4 - 14) / 24 * 2 * np.pi)
    shape = shape * np.where((at // PER_DAY) % 7 >= 5, 0.6, 1.0)
    return np.random.default_rng(seed).poisson(level * shape).astype(float)


def alerts(value: np.ndarray, **more: np.ndarray) -> list[int]:
    return [int(at) for at in np.flatnonzero(judge(Rows(START, 900, value, **more)).alert)]


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_golden_series(path: Path) -> None:
    """Each file names the rows of its events and nuisances in ``kind``; an alert belongs into each event, once."""
    with path.open(encoding="utf-8") as lines:
        table = list(csv.DictReader(lines))
    times = [datetime.fromisoformat(row["timestamp"]) for row in table]
    columns = {
        name: np.array([float(row[name]) for row in table]) for name in ("value", "feeds", "top") if name in table[0]
    }
    bucket = int((times[1] - times[0]).total_seconds())
    found = judge(Rows(times[0], bucket, columns["value"], columns.get("feeds"), columns.get("top")))
    kinds = [table[at]["kind"] for at in np.flatnonzero(found.alert)]
    wanted = sorted({row["kind"] for row in table if row["kind"].startswith("event")})
    assert sorted(kinds) == wanted


@pytest.mark.parametrize("volume", [news(2), news(3), tweets(1, 4000)], ids=["feeds", "plain", "tweets"])
def test_a_prefix_gives_equal_rows(volume: Volume) -> None:
    whole = judge(rows(volume))
    for cut in (1, 100, 997, 1500):
        part = judge(rows(volume, 0, cut))
        for name in VERDICTS:
            np.testing.assert_array_equal(getattr(part, name), getattr(whole, name)[:cut])


@pytest.mark.parametrize("volume", [news(4), news(7)], ids=["feeds", "plain"])
def test_a_restart_changes_nothing(volume: Volume) -> None:
    whole, parts = judge(rows(volume)), list[Judged]()
    detector = Detector(volume.bucket)
    for first in range(0, len(volume.value), 333):
        parts.append(detector.judge(rows(volume, first, first + 333)))
        packed = orjson.loads(orjson.dumps(detector.pack()))
        detector = Detector(volume.bucket)
        detector.restore(packed)
    for name in VERDICTS:
        joined = np.concatenate([getattr(part, name) for part in parts])
        np.testing.assert_allclose(joined, getattr(whole, name), rtol=1e-4, atol=1e-4)


def test_an_event_is_told_once_and_soon() -> None:
    value = steady(28)
    start = 21 * PER_DAY + 40
    value[start : start + 24] += np.random.default_rng(2).poisson(60, 24)
    found = alerts(value)
    assert len(found) == 1
    assert start <= found[0] <= start + 4


def test_a_small_tag_needs_counts_not_ratios() -> None:
    value = np.random.default_rng(3).poisson(0.03, 28 * PER_DAY).astype(float)
    start = 20 * PER_DAY
    value[start : start + 2] = 1
    assert alerts(value) == []
    value[start : start + 16] = 1
    assert len(alerts(value)) == 1


@pytest.mark.parametrize("known", [True, False], ids=["feeds-known", "feeds-unknown"])
@pytest.mark.parametrize("left", [0.0, 0.3], ids=["all", "most"])
def test_an_outage_and_the_catch_up_after_it_are_not_events(known: bool, left: float) -> None:
    value = steady(28)
    feeds = np.full(len(value), 40.0)
    start, end = 20 * PER_DAY + 20, 20 * PER_DAY + 52
    missed = value[start:end].sum() * (1 - left)
    value[start:end] = np.floor(value[start:end] * left)
    feeds[start:end] = np.floor(40 * left)
    value[end : end + 2] += missed / 2
    found = alerts(value, **({"feeds": feeds} if known else {}))
    assert [at for at in found if start <= at < end + PER_DAY] == []


def test_a_level_that_stays_low_is_learnt_and_no_outage_for_ever() -> None:
    value = steady(42)
    lower = slice(24 * PER_DAY, None)
    value[lower] = np.random.default_rng(4).poisson(0.25 * value[lower])
    found = judge(Rows(START, 900, value))
    week = slice(35 * PER_DAY, None)
    assert 0.7 < found.expected[week].mean() / value[week].mean() < 1.4
    value[38 * PER_DAY : 38 * PER_DAY + 24] += 15
    assert [38 * PER_DAY <= at < 38 * PER_DAY + 6 for at in alerts(value)] == [True]


def test_a_few_days_of_events_leave_the_tail_alone() -> None:
    """Four days of events in a month hardly move the quartiles of the daily maxima."""
    calm, upset = Tail(900), Tail(900)
    noise = np.random.default_rng(6).exponential(1.0, 28 * PER_DAY)
    for at, one in enumerate(noise.tolist()):
        calm.learn(one)
        upset.learn(one + (25.0 if at % (7 * PER_DAY) == 0 else 0.0))
    assert upset.scale < 1.5 * calm.scale
    assert upset.place < calm.place + 1.0


@pytest.mark.parametrize("known", [True, False], ids=["top-known", "top-unknown"])
def test_a_bulk_load_is_not_an_event(known: bool) -> None:
    value = steady(28)
    top = np.ceil(value * 0.2)
    for at in (18 * PER_DAY + 3, 22 * PER_DAY + 50):
        value[at] += 400
        top[at] += 400
    assert alerts(value, **({"top": top} if known else {})) == []


def test_the_largest_feed_may_be_a_part_instead_of_a_count() -> None:
    value = steady(28)
    top = np.full(len(value), 0.2)
    value[20 * PER_DAY] += 400
    top[20 * PER_DAY] = 0.98
    assert alerts(value, top=top) == []


def test_one_item_of_each_of_many_feeds_is_an_event() -> None:
    value = steady(28, level=1.0)
    top = np.minimum(value, 1.0)
    value[20 * PER_DAY : 20 * PER_DAY + 6] += 9
    assert [20 * PER_DAY <= at < 20 * PER_DAY + 3 for at in alerts(value, top=top)] == [True]


def test_clocks_that_change_and_holidays_are_not_events() -> None:
    value = steady(35, level=60)
    change = 34 * PER_DAY + 7 * 4
    assert clock_change(int(START.timestamp() // 86_400) + 34) == 1
    value = np.concatenate([value, steady(14, level=60, seed=5)])
    value[change:-4] = value[change + 4 :]
    assert alerts(value) == []
    value = steady(35, level=60)
    value[25 * PER_DAY : 27 * PER_DAY] = np.floor(value[25 * PER_DAY : 27 * PER_DAY] * 0.5)
    assert alerts(value) == []


def test_added_feeds_are_not_an_event() -> None:
    value, feeds = steady(35, level=40), np.full(35 * PER_DAY, 40.0)
    value[25 * PER_DAY :] = np.random.default_rng(8).poisson(value[25 * PER_DAY :] * 1.5)
    feeds[25 * PER_DAY :] = 60
    assert alerts(value, feeds=feeds) == []


def test_a_drop_is_found_and_an_outage_is_not_a_drop() -> None:
    value, feeds = steady(28), np.full(28 * PER_DAY, 40.0)
    start = 21 * PER_DAY + 40
    value[start : start + 30] = np.floor(value[start : start + 30] * 0.2)
    meant = slice(start, start + PER_DAY)
    assert judge(Rows(START, 900, value, feeds), direction="drop").alert[meant].sum() == 1
    feeds[start : start + 30] = 8
    assert not judge(Rows(START, 900, value, feeds), direction="drop").alert[meant].any()


def test_nothing_is_known_of_the_first_weekend_and_nothing_is_said_of_it() -> None:
    for seed in range(4):
        quiet = judge(Rows(START, 900, steady(7, seed=seed), np.full(7 * PER_DAY, 40.0)), direction="drop")
        assert not quiet.alert.any()


def test_nothing_is_said_without_history() -> None:
    value = steady(2)
    value[100:110] = 500
    assert alerts(value) == []


def test_scores_are_within_bounds_and_half_at_the_alert() -> None:
    found = judge(rows(tweets(2, 6000)))
    assert ((found.score >= 0) & (found.score <= 1)).all()
    assert (found.score[found.alert > 0] >= 0.5).all()


def test_a_state_of_another_layout_begins_anew() -> None:
    first = Detector(900)
    first.judge(Rows(START, 900, steady(5)))
    assert not first.young
    second = Detector(900)
    second.restore({**first.pack(), "layout": 1})
    assert second.young


@pytest.mark.parametrize("size", [1, 7])
def test_a_change_of_clocks_is_seen_in_pieces_too(size: int) -> None:
    change = int((datetime(2026, 3, 29, 1, tzinfo=UTC) - START).total_seconds()) // 900
    value = steady(60, level=60)
    value[change:-4] = value[change + 4 :]
    whole = judge(Rows(START, 900, value))
    detector, shifts = Detector(900), set()
    detector.judge(Rows(START, 900, value[: 54 * PER_DAY]))
    found = []
    for at in range(54 * PER_DAY, 60 * PER_DAY, size):
        piece = value[at : min(at + size, 60 * PER_DAY)]
        found += detector.judge(Rows(START + timedelta(minutes=15 * at), 900, piece)).expected.tolist()
        shifts.add(detector.baseline.shift)
    assert shifts >= {0, 1}
    assert found == pytest.approx(whole.expected[54 * PER_DAY :].tolist(), rel=1e-9)
