"""``newswatch backtest --series`` on good and bad files."""

from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path

import pytest

from newswatch.cli.series import read_series
from newswatch.errors import UsageError

BAD = Path(__file__).parents[1] / "data" / "series" / "bad"
SENTENCES = {
    "gap": "row 4: a gap before 2026-03-01T00:45:00Z: rows should be 0:15:00 apart, not 0:30:00",
    "twice": "row 4: the time 2026-03-01T00:15:00Z stands there twice",
    "backwards": "row 4: the time 2026-03-01T00:05:00Z is earlier than the row before it",
    "nan": "row 3: value NaN is not a finite number",
    "empty-value": "row 3: value is empty, though others are not",
    "negative": "row 4: value -2 is negative",
    "text": "row 2: value 'one' is not a number",
    "time": "row 3: 'yesterday' is not a time such as 2026-03-02T10:00:00Z",
    "header": "row 1: there is no column 'timestamp'; it should start with timestamp,value",
    "column": "row 1: the column 'moon' is unknown or given twice (timestamp, value, feeds, top)",
    "short": "row 3: has 2 fields, not 3",
    "nothing": "row 1: is the last; a series needs at least two rows below its header",
    "one": "row 2: is the last; a series needs at least two rows below its header",
    "underscore": "row 3: value '1_000' is not a number",
    "part-empty": "row 3: feeds is empty, though others are not",
    "feeds": "row 3: feeds -1 is negative",
}


@pytest.mark.parametrize("name", sorted(path.stem for path in BAD.glob("*.csv")))
def test_a_bad_series_is_refused_with_its_row(name: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_series(BAD / f"{name}.csv")
    assert str(caught.value) == f"{BAD / name}.csv: {SENTENCES[name]}"


def test_what_is_no_csv_is_refused_with_its_row(tmp_path: Path) -> None:
    source = tmp_path / "long.csv"
    source.write_text("timestamp,value\n2026-03-01,1\n2026-03-02," + "9" * 200_000, encoding="utf-8")
    with pytest.raises(UsageError, match=r"long\.csv: row 3: is not CSV: field larger"):
        read_series(source)


def test_an_optional_column_without_numbers_is_not_known(tmp_path: Path) -> None:
    source = tmp_path / "empty.csv"
    source.write_bytes(b"\xef\xbb\xbftimestamp,value,feeds,top\r\n2026-03-01,1,,0\r\n2026-03-02,2,,1\r\n")
    rows = read_series(source).rows
    assert rows.feeds is None
    assert rows.top is not None
    assert rows.value.tolist() == [1.0, 2.0]


def test_the_command_writes_the_same_rows_and_refuses_bad_ones(tmp_path: Path) -> None:
    source, out = tmp_path / "in.csv", tmp_path / "out.csv"
    lines = [f"2026-03-{1 + at // 96:02} {at // 4 % 24:02}:{at % 4 * 15:02}:00,{at % 7}" for at in range(900)]
    source.write_text("timestamp,value\n" + "\n".join(lines) + "\n", encoding="utf-8")
    command = [sys.executable, "-m", "newswatch", "backtest", "--out", str(out), "--series"]
    assert subprocess.run([*command, str(source)], check=False, timeout=60).returncode == 0
    with out.open(encoding="utf-8") as rows:
        table = list(csv.DictReader(rows))
    assert list(table[0]) == ["timestamp", "value", "expected", "score", "alert"]
    assert [f"{row['timestamp']},{row['value']}" for row in table] == lines
    refused = subprocess.run(
        [*command, str(BAD / "nan.csv")], check=False, timeout=60, capture_output=True, encoding="utf-8"
    )
    assert (refused.returncode, refused.stderr.count("\n"), "row 3" in refused.stderr) == (2, 1, True)
