"""Dates as feeds write them → UTC.

Three readers, the cheap ones first: ISO 8601 and W3CDTF, RFC 822/2822/5322 with its usual damage, and a reader of
day, month name, year and time in other languages. What none of them reads is None; the clock is never asked.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache

from newswatch.parse.months import MONTHS

_MAX = 120
_ISO = re.compile(
    r"(\d{4})-?(\d\d)(?:-?(\d\d))?(?:(?:\s*T\s*|\s+)(\d\d?)(?::?(\d\d)(?::?(\d\d))?(?:[.,]\d+)?)?)?\s*"
    r"(Z|(?![AP]M)[A-Z]{2,5}|[+-]\d\d(?::?\d\d)?)?",
    re.IGNORECASE,
)
_RFC = re.compile(
    r"(?:[A-Za-z]{2,9}\.?,?\s*)?(\d{1,2})[\s-]+([A-Za-z]{3,9})\.?[\s-]+(\d{2}|\d{4}),?\s+(\d{1,2}):(\d\d)(?::(\d\d))?(?:\.\d+)?"
    r"\s*((?![AaPp][Mm])[A-Za-z]{1,5}|[+-]\d{4})?"
)
_EAST = re.compile(
    r"(\d{4})\s*[년年]\s*(\d{1,2})\s*[월月]\s*(\d{1,2})\s*[일日](?:\s*\(?[^\d()]{1,5}\)?)??"
    r"\s*(오전|오후|午前|午後|上午|下午|am|pm)?\s*(?:(\d{1,2})\s*[:시時时点點]\s*(?:(\d{1,2})\s*[:분分]?)?\s*(?:(\d{1,2})\s*[초秒]?)?)?"
    r"\s*([a-z]{1,5}|[+-]\d\d:?\d\d)?$",
    re.IGNORECASE,
)
_HALF_FIRST = re.compile(r"(오전|오후|午前|午後|上午|下午)\s*(\d{1,2}:\d\d(?::\d\d)?)")
_NUMERIC = re.compile(r"\b(\d{1,4})[./-]\s?(\d{1,2})[./-]\s?(\d{4}|\d{1,2})\b")
_TIME = re.compile(r"\b(\d{1,2})[:.hч](\d\d)(?:[:.](\d\d))?(?:\.\d+)?\s*(am|pm|a\.m\.|p\.m\.)?(?![\d:])")
_OFFSET = re.compile(r"(?<=[\sctm\d])([+-])(\d{1,2})(?::?(\d\d))?\s*(?:\(.*\))?$")
_WORD = re.compile(r"[^\W\d_]+")
_NUMBER = re.compile(r"(?<![\d:.])(\d{4}|\d{1,2})(?![\d:])")
_EPOCH = re.compile(r"\d{9,10}(?:\d{3})?(?:\.\d+)?")
_PM = {"오후", "午後", "下午", "pm", "p.m."}
_AM = {"오전", "午前", "上午", "am", "a.m."}

#: zone names in minutes east of Greenwich; where a name has two meanings, the one that news feeds use
_ZONES = {
    "UT": 0, "UTC": 0, "GMT": 0, "Z": 0, "WET": 0, "WEST": 60, "BST": 60, "CET": 60, "CEST": 120, "MEZ": 60,
    "MESZ": 120, "EET": 120, "EEST": 180, "SAST": 120, "CAT": 120, "EAT": 180, "WAT": 60, "TRT": 180, "MSK": 180,
    "MSD": 240, "GST": 240, "PKT": 300, "IST": 330, "ICT": 420, "WIB": 420, "SGT": 480, "HKT": 480, "PHT": 480,
    "AWST": 480, "JST": 540, "KST": 540, "ACST": 570, "AEST": 600, "AEDT": 660, "NZST": 720, "NZDT": 780, "EST": -300,
    "EDT": -240, "CST": -360, "CDT": -300, "MST": -420, "MDT": -360, "PST": -480, "PDT": -420, "AKST": -540,
    "AKDT": -480, "HST": -600, "AST": -240, "ADT": -180, "NST": -210, "BRT": -180, "ART": -180, "МСК": 180,
}  # fmt: skip


def read(value: str | None) -> datetime | None:
    """The moment that ``value`` names, in UTC; without a zone it is taken to be UTC. None when it names none.

    24:00 is the next day's midnight, a leap second the second before it, a two-digit year 1950-2049 (RFC 2822 4.3).
    """
    if value is None or not (value := value.strip()[:_MAX]):
        return None
    return _read(value)


@lru_cache(maxsize=4096)
def _read(value: str) -> datetime | None:
    try:
        return _standard(value) or _other(value)
    except (ValueError, OverflowError):
        return None


def _standard(value: str) -> datetime | None:
    if match := _ISO.fullmatch(value):
        year, month, day, hour, minute, second, zone = match.groups()
        return _moment(
            (int(year), int(month), int(day or 1)), (int(hour or 0), int(minute or 0), int(second or 0)), _zone(zone)
        )
    if match := _RFC.fullmatch(value):
        number = MONTHS.get(match[2].lower()) or MONTHS.get(match[2][:3].lower())
        if number:
            clock = (int(match[4]), int(match[5]), int(match[6] or 0))
            return _moment((_year(match[3]), number, int(match[1])), clock, _zone(match[7]))
    if _EPOCH.fullmatch(value):
        seconds = float(value)
        return datetime.fromtimestamp(seconds / 1000 if seconds > 1e11 else seconds, UTC).replace(microsecond=0)
    return None


def _other(value: str) -> datetime | None:
    if match := _EAST.search(value):
        year, month, day, half, hour, minute, second, zone = match.groups()
        clock = (_half(int(hour or 0), half), int(minute or 0), int(second or 0))
        return _moment((int(year), int(month), int(day)), clock, _zone(zone))
    text = _folded(_HALF_FIRST.sub(lambda half: f"{half[2]} {'pm' if half[1] in _PM else 'am'}", value))
    clock_match = _TIME.search(text)
    rest = text if clock_match is None else f"{text[: clock_match.start()]} {text[clock_match.end() :]}"
    day_of = _named(rest)
    if day_of is None and (numeric := _NUMERIC.search(text)):
        day_of = _numbers(numeric)
        clock_match = _TIME.search(text, numeric.end())
    if day_of is None:
        return None
    clock = (0, 0, 0)
    if clock_match:
        clock = (_half(int(clock_match[1]), clock_match[4]), int(clock_match[2]), int(clock_match[3] or 0))
    return _moment(day_of, clock, _zone_in(text))


def _named(text: str) -> tuple[int, int, int] | None:
    """Year, month, day of a text with a month's name; None when one of the three is missing."""
    months = [MONTHS[word] for word in _WORD.findall(text) if word in MONTHS]
    if not months:
        return None
    month = months[-1]  # "mar. 7 avr." is a Tuesday in April
    numbers = _NUMBER.findall(_OFFSET.sub(" ", text))
    years = [number for number in numbers if len(number) == 4]
    days = [number for number in numbers if len(number) < 4]
    if years and days:
        return int(years[0]), month, int(days[0])
    if len(days) >= 2:
        return _year(days[1]), month, int(days[0])
    return None


def _numbers(match: re.Match[str]) -> tuple[int, int, int]:
    """Year, month, day of 31.12.2026, 31/12/2026, 12/31/2026 or 2026/12/31: the day first where both fit."""
    first, second, third = match.groups()
    if len(first) == 4:
        return int(first), int(second), int(third)
    day, month = int(first), int(second)
    if month > 12 >= day:
        day, month = month, day
    return _year(third), month, day


def _moment(day: tuple[int, int, int], clock: tuple[int, int, int], offset: int) -> datetime | None:
    hour, minute, second = clock
    next_day = clock == (24, 0, 0)
    if second == 60:
        second = 59
    if day[0] < 1900 or abs(offset) > 14 * 60:
        return None
    if not offset and not next_day:
        return datetime(*day, hour, minute, second, tzinfo=UTC)
    zone = timezone(timedelta(minutes=offset))
    moment = datetime(*day, 0 if next_day else hour, minute, second, tzinfo=zone) + timedelta(days=int(next_day))
    return moment.astimezone(UTC)


def _year(digits: str) -> int:
    number = int(digits)
    if len(digits) > 2:
        return number
    return number + (2000 if number < 50 else 1900)


def _half(hour: int, half: str | None) -> int:
    if half is None:
        return hour
    if half.lower() in _PM:
        return hour + 12 if hour < 12 else hour
    return 0 if hour == 12 and half.lower() in _AM else hour


def _zone(zone: str | None) -> int:
    """Minutes east of Greenwich; an unknown name counts as UTC (RFC 2822 4.3)."""
    if not zone:
        return 0
    if zone[0] in "+-":
        minutes = int(zone[1:3]) * 60 + int(zone[3:].removeprefix(":") or 0)
        return -minutes if zone[0] == "-" else minutes
    return _ZONES.get(zone.upper(), 0)


def _zone_in(text: str) -> int:
    if match := _OFFSET.search(text):
        minutes = int(match[2]) * 60 + int(match[3] or 0) if len(match[2]) <= 2 else 0
        return -minutes if match[1] == "-" else minutes
    words = [word.upper() for word in _WORD.findall(text)]
    return next((_ZONES[word] for word in reversed(words) if len(word) > 1 and word in _ZONES), 0)


def _folded(value: str) -> str:
    decomposed = unicodedata.normalize("NFKD", value.casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char))
