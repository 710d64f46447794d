"""Dates: what can be written is read back, in many languages; nothing makes the reader fail."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newswatch.parse import dates
from newswatch.parse.months import MONTHS

FIRST = datetime(1950, 1, 1, tzinfo=UTC)
moments = st.integers(0, 99 * 365 * 86_400).map(lambda seconds: FIRST + timedelta(seconds=seconds))
zones = st.integers(-12 * 4, 14 * 4).map(lambda quarters: timezone(timedelta(minutes=15 * quarters)))


@settings(max_examples=200, deadline=None)
@given(moments, zones)
def test_rfc_5322_and_iso_8601_are_read_back(moment: datetime, zone: timezone) -> None:
    there = moment.replace(tzinfo=zone)
    assert dates.read(format_datetime(there)) == there
    assert dates.read(there.isoformat()) == there
    assert dates.read(there.isoformat(sep=" ")) == there


@settings(max_examples=150, deadline=None)
@given(moments, st.sampled_from(sorted(MONTHS)))
def test_month_names_of_all_languages_are_read(moment: datetime, name: str) -> None:
    there = moment.replace(month=MONTHS[name], day=min(moment.day, 28), tzinfo=UTC)
    clock = f"{there:%H:%M:%S}"
    assert dates.read(f"{there.day} {name} {there.year} {clock}") == there
    assert dates.read(f"{there.day:02}. {name.capitalize()}. {there.year}, {clock}") == there
    assert dates.read(f"xxx, {there.day:02} {name} {there:%y} {clock} +0000") == there


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.text(max_size=60), st.from_regex(r"[0-9A-Za-z년월일:,.+/-]{1,40}", fullmatch=True)))
def test_anything_is_survived(value: str) -> None:
    found = dates.read(value)
    assert found is None or found.tzinfo is UTC


@pytest.mark.parametrize(
    "value",
    [
        *["", "  ", "soon", "yesterday at 10:00", "32 Mar 2026", "2026-13-01", "2026-02-30T10:00:00Z", "25:00"],
        *[
            "Mon, 02 Mar 2026 10:00:00 +9900",
            "Mon, 02 Mar 2026 25:61:00 GMT",
            "0001-01-01T00:00:00Z",
            "2026-03-02T24:30:00Z",
        ],
        *["99999999999999999999", "13월 3일", "2026년 13월 40일"],
    ],
)
def test_impossible_is_none(value: str) -> None:
    assert dates.read(value) is None


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Mon, 02 Mar 2026 10:00:00 MSK", "2026-03-02T07:00:00"),
        ("Mon, 02 Mar 2026 10:00:00 KST", "2026-03-02T01:00:00"),
        ("Mon, 02 Mar 2026 10:00:00 CEST", "2026-03-02T08:00:00"),
        ("Mon, 02 Mar 2026 10:00 PDT", "2026-03-02T17:00:00"),
        ("Mon, 02 Mar 2026 10:00:00 XYZ", "2026-03-02T10:00:00"),
        ("2026-03-02T10:00:00.123Z", "2026-03-02T10:00:00"),
        ("2026-03-02T10:00+09", "2026-03-02T01:00:00"),
        ("2026-03", "2026-03-01T00:00:00"),
        ("20260302T100000Z", "2026-03-02T10:00:00"),
        ("1772445600", "2026-03-02T10:00:00"),
        ("Mon Mar  2 10:00:00 2026", "2026-03-02T10:00:00"),
        ("31.12.2026 23:59", "2026-12-31T23:59:00"),
        ("12/31/2026 11:59 PM", "2026-12-31T23:59:00"),
        ("2026/03/02 10:00:00", "2026-03-02T10:00:00"),
        ("Fri, 02 Jan 70 10:00:00 GMT", "1970-01-02T10:00:00"),
        ("2 March 2026 12:30 am", "2026-03-02T00:30:00"),
        ("2026년 3월 2일 오전 12:05", "2026-03-02T00:05:00"),
        ("2026-03-02 오후 3:04:05", "2026-03-02T15:04:05"),
        ("2026. 3. 2. 오후 3:04", "2026-03-02T15:04:00"),
        ("mar., 07 avr. 2026 10:00:00 +0000", "2026-04-07T10:00:00"),
        ("mar 7 de abril de 2026, 10:00", "2026-04-07T10:00:00"),
        ("mardi 7 avril 2026 à 10h05", "2026-04-07T10:05:00"),
        ("7 апреля 2026 г. в 10:05 МСК", "2026-04-07T07:05:00"),
        ("Mon, 2 Mar 2026 10:00:00 +01:00", "2026-03-02T09:00:00"),
        ("Mon, 02 Mar 2026 10:00:00 GMT+0100 (CET)", "2026-03-02T09:00:00"),
        ("Mon, 02 Mar 2026\n 10:00:00 GMT", "2026-03-02T10:00:00"),
    ],
)
def test_damaged_and_rare_spellings(value: str, expected: str) -> None:
    assert dates.read(value) == datetime.fromisoformat(expected).replace(tzinfo=UTC)
