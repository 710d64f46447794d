"""The command line as a whole: common options everywhere, exit codes, plain sentences."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from newswatch.cli import app, common
from newswatch.config import everything
from newswatch.errors import ConfigError

ROOT = Path(__file__).parent.parent
SHARED = {"--config", "--namespace", "--now"}


def newswatch(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("ELASTICSEARCH", "NEWSWATCH"))}
    return subprocess.run(
        [sys.executable, "-m", "newswatch", *arguments],
        env={**kept, "PYTHONPATH": str(ROOT / "plugins"), **environment},
        capture_output=True, text=True, timeout=100, check=False,
    )  # fmt: skip


def commands(command: Any) -> list[Any]:
    inner = getattr(command, "commands", {})
    return [leaf for one in inner.values() for leaf in commands(one)] if inner else [command]


def test_every_command_takes_the_common_options() -> None:
    for command in commands(common.complete(typer.main.get_command(app))):
        names = [name for parameter in command.params for name in parameter.opts]
        assert set(names) >= SHARED, command.name
        assert len(names) == len(set(names)), command.name


def test_check_ignores_what_it_has_no_use_for_and_speaks_json() -> None:
    done = newswatch("check", "--json", "--now", "2026-01-01", "--namespace", "any")
    assert done.returncode == 0, done.stderr
    files = [json.loads(line)["file"] for line in done.stdout.splitlines()]
    assert {"feeds.yaml", "rules.yaml", "channels.yaml", "digests.yaml"} <= set(files)


def test_a_command_that_reads_configuration_refuses_a_fault_in_any_of_its_files(tmp_path: Path) -> None:
    (tmp_path / "watchlist").symlink_to(ROOT / "config" / "watchlist")
    (tmp_path / "rules.yaml").write_text("rules:\n  - {id: a, type: match, title: A, where: {tags: [milk]}}\n")
    reading = [
        command
        for command in commands(common.complete(typer.main.get_command(app)))
        for option in command.params
        if "--config" in option.opts and not option.hidden
    ]
    assert {"check", "seed", "poll", "watch", "tag", "drill", "backtest"} <= {one.name for one in reading}
    for command in reading:
        with pytest.raises(ConfigError, match=r"rules\.yaml:2: rules\[0\]\.where\.tags\[0\]: there is no tag 'milk'"):
            command.make_context(command.name, ["--config", str(tmp_path)])
    (tmp_path / "rules.yaml").unlink()
    everything.look_over(tmp_path)  # what is not there is no fault of a command that has no need of it


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("check", "--config", "/nowhere"), 2, "has no watch-list files"),
        (("items", "--bogus"), 2, "No such option"),
        (("poll", "--now", "yesterday"), 2, "--now wants an ISO 8601 time"),
        (("status",), 2, "run make up first, or set ELASTICSEARCH_URL"),
    ],
)
def test_what_cannot_be_done_is_a_sentence(arguments: tuple[str, ...], code: int, said: str, tmp_path: Path) -> None:
    done = newswatch(*arguments, NEWSWATCH_HOME=str(tmp_path))
    assert (done.returncode, said in done.stderr) == (code, True), done.stderr
    assert "Traceback" not in done.stderr


def test_a_store_that_is_away_is_one_sentence(tmp_path: Path) -> None:
    done = newswatch("status", ELASTICSEARCH_URL="http://ann:hidden@127.0.0.1:9", NEWSWATCH_HOME=str(tmp_path))
    assert done.returncode == 1
    assert "nothing answers at http://127.0.0.1:9" in done.stderr
    assert "hidden" not in done.stdout + done.stderr


@pytest.mark.parametrize("command", [["check"], ["watchlist", "check"]])
def test_the_shipped_configuration_is_found_from_anywhere(
    command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, command)
    assert (done.exit_code, "concepts" in done.output) == (0, True), done.output
