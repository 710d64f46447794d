"""What the machine lacks is left out and listed, and fails the run where nothing may be left out."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import parts

ROOT = Path(__file__).parent.parent
TEST = """
import pytest
@pytest.mark.needs("redis")
def test_with_it(): pass
def test_without_it(): pass
"""


def run(tmp_path: Path, workers: int, **environment: str) -> subprocess.CompletedProcess[str]:
    (tmp_path / "test_one.py").write_text(TEST)
    (tmp_path / "conftest.py").write_bytes((ROOT / "tests" / "conftest.py").read_bytes())
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    env = {**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'plugins'}", "PATH": "/nowhere", **environment}
    return subprocess.run(
        [sys.executable, "-m", "pytest", str(tmp_path), "-q", "-p", "no:cacheprovider", f"-n{workers}"],
        env=env, cwd=tmp_path, capture_output=True, text=True, timeout=100, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("workers", [0, 2])
def test_what_is_lacking_is_left_out_and_listed(tmp_path: Path, workers: int) -> None:
    done = run(tmp_path, workers, NEWSWATCH_NOTHING_LEFT_OUT="", NEWSWATCH_TEST_ES="http://127.0.0.1:9")
    assert done.returncode == 0, done.stdout
    assert "left out, for redis is not installed: test_one.py::test_with_it" in done.stdout
    assert "1 passed" in done.stdout


@pytest.mark.parametrize("workers", [0, 2])
def test_where_nothing_may_be_left_out_the_run_fails(tmp_path: Path, workers: int) -> None:
    nothing = {"NEWSWATCH_NOTHING_LEFT_OUT": "1", "NEWSWATCH_TEST_ES": "http://127.0.0.1:9"}
    assert run(tmp_path, workers, **nothing).returncode == 1


def test_an_unknown_need_is_an_error() -> None:
    with pytest.raises(KeyError):
        parts.missing("abacus")
