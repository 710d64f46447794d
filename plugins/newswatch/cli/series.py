"""Series as CSV: ``timestamp,value[,feeds,top]`` in, ``timestamp,value,expected,score,alert`` out."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from newswatch.errors import UsageError

if TYPE_CHECKING:
    from newswatch.detect.volume import Judged, Rows

REQUIRED = ("timestamp", "value")
KNOWN = (*REQUIRED, "feeds", "top")


@dataclass(frozen=True, slots=True)
class Series:
    """A series with its timestamps and values as they were written."""

    rows: Rows
    timestamps: tuple[str, ...]
    values: tuple[str, ...]


def read_series(path: Path) -> Series:
    """Read and check a series. Raises UsageError that names the row (its line in the file)."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: is not UTF-8 text") from error
    table = csv.reader(text.splitlines())
    try:
        header = [name.strip().lower() for name in next(table)]
        _check_header(path, header)
        rows = [(table.line_num, row) for row in table if row]
    except StopIteration:
        raise UsageError(f"{path}: is empty; it should start with timestamp,value") from None
    except csv.Error as error:
        raise UsageError(f"{path}: row {table.line_num}: is not CSV: {error}") from None
    return _series(path, header, rows)


def _check_header(path: Path, header: list[str]) -> None:
    for name in REQUIRED:
        if name not in header:
            raise UsageError(f"{path}: row 1: there is no column {name!r}; it should start with timestamp,value")
    for name in header:
        if name not in KNOWN or header.count(name) > 1:
            raise UsageError(f"{path}: row 1: the column {name!r} is unknown or given twice ({', '.join(KNOWN)})")


def _series(path: Path, header: list[str], rows: list[tuple[int, list[str]]]) -> Series:
    import numpy as np

    from newswatch.detect.volume import Rows

    if len(rows) < 2:
        last = rows[-1][0] if rows else 1
        raise UsageError(f"{path}: row {last}: is the last; a series needs at least two rows below its header")
    for line, row in rows:
        if len(row) != len(header):
            raise UsageError(f"{path}: row {line}: has {len(row)} fields, not {len(header)}")
    column = {name: [(line, row[at].strip()) for line, row in rows] for at, name in enumerate(header)}
    times = _times(path, column["timestamp"])
    # an optional column without any number is one that is not known
    given = ["value", *(name for name in ("feeds", "top") if any(text for _, text in column.get(name, ())))]
    numbers = {name: np.array(list(_numbers(path, name, column[name]))) for name in given}
    bucket = int((times[1] - times[0]).total_seconds())
    return Series(
        Rows(times[0], bucket, numbers["value"], numbers.get("feeds"), numbers.get("top")),
        tuple(text for _, text in column["timestamp"]),
        tuple(text for _, text in column["value"]),
    )


def _times(path: Path, cells: list[tuple[int, str]]) -> list[datetime]:
    times: list[datetime] = []
    step = timedelta(0)
    for line, text in cells:
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            raise UsageError(f"{path}: row {line}: {text!r} is not a time such as 2026-03-02T10:00:00Z") from None
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
        if times:
            gone = moment - times[-1]
            if not gone:
                raise UsageError(f"{path}: row {line}: the time {text} stands there twice")
            if gone < timedelta(0):
                raise UsageError(f"{path}: row {line}: the time {text} is earlier than the row before it")
            step = step or gone
            if gone != step:
                what = "a gap" if gone > step else "an irregular step"
                raise UsageError(f"{path}: row {line}: {what} before {text}: rows should be {step} apart, not {gone}")
        times.append(moment)
    if step.total_seconds() != int(step.total_seconds()):
        raise UsageError(f"{path}: row {cells[1][0]}: rows should be whole seconds apart, not {step}")
    return times


def _numbers(path: Path, name: str, cells: list[tuple[int, str]]) -> Iterator[float]:
    for line, text in cells:
        try:
            # Python would read 1_000
            number = float(text.replace("_", "?"))
        except ValueError:
            what = f"{text!r} is not a number" if text else "is empty, though others are not"
            raise UsageError(f"{path}: row {line}: {name} {what}") from None
        if not math.isfinite(number):
            raise UsageError(f"{path}: row {line}: {name} {text} is not a finite number")
        if number < 0:
            raise UsageError(f"{path}: row {line}: {name} {text} is negative")
        yield number


def write_series(path: Path, series: Series, judged: Judged) -> None:
    """Write the verdicts beside the rows as they were read."""
    try:
        with path.open("w", encoding="utf-8", newline="") as target:
            out = csv.writer(target, lineterminator="\n")
            out.writerow(("timestamp", "value", "expected", "score", "alert"))
            columns = (judged.expected, judged.score, judged.alert)
            for at, (moment, value) in enumerate(zip(series.timestamps, series.values, strict=True)):
                expected, score, alert = (float(column[at]) for column in columns)
                out.writerow((moment, value, f"{expected:.4f}", f"{score:.6f}", int(alert)))
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from error
