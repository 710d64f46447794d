"""Durations as people write them, the same in every file and option."""

from __future__ import annotations

from datetime import timedelta

import pytest
from typer.testing import CliRunner

from newswatch.cli import app
from newswatch.errors import UsageError
from newswatch.model.duration import duration


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90s", 90), ("5m", 300), ("1h30m", 5400), ("1h 30m", 5400), ("1.5h", 5400), ("2w", 1_209_600), ("250ms", 0.25)],
)
def test_what_people_write(text: str, seconds: float) -> None:
    assert duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", "5", "m", "-5m", "5 minutes", "5m!", "1e3s", "9" * 400 + "d", "3661d", None])
def test_what_is_none(text: object) -> None:
    with pytest.raises(ValueError, match=r"is not a duration such as|is longer than ten years"):
        duration(text)


@pytest.mark.parametrize(
    "command",
    [
        ("silence", "add", "tag=military", "--for"),
        ("panel", "volume-by-tag", "--since"),
        ("watchlist", "suggest", "--tag", "military", "--since"),
    ],
)
@pytest.mark.parametrize("text", ["soon", "0d", "99999999d"])
def test_an_option_names_itself(command: tuple[str, ...], text: str) -> None:
    done = CliRunner().invoke(app, [*command, text])
    assert isinstance(done.exception, UsageError)
    assert f"{command[-1]}: '{text}' is" in str(done.exception)
