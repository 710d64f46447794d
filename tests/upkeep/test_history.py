"""Airflow's own history: old runs and logs go, the young stay."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from ops.history import prune_logs

from ops import history

NOW = datetime(2026, 3, 2, tzinfo=UTC)


def test_old_logs_and_empty_folders_go(tmp_path: Path) -> None:
    for name, age in (("dag_id=a/run_id=1/1.log", 40), ("dag_id=a/run_id=2/1.log", 2), ("dag_id=b/run_id=1/1.log", 31)):
        file = tmp_path / name
        file.parent.mkdir(parents=True)
        file.touch()
        when = (NOW - timedelta(days=age)).timestamp()
        os.utime(file, (when, when))
    (tmp_path / "latest").symlink_to(tmp_path / "dag_id=b")
    (tmp_path / "dag_id=c" / "run_id=starting").mkdir(parents=True)
    assert prune_logs(tmp_path, NOW - timedelta(days=30)) == 2
    assert sorted(str(file.relative_to(tmp_path)) for file in tmp_path.rglob("*") if file.is_file()) == [
        "dag_id=a/run_id=2/1.log"
    ]
    assert not (tmp_path / "dag_id=b").exists()
    assert not (tmp_path / "dag_id=a" / "run_id=1").exists()
    assert (tmp_path / "dag_id=c" / "run_id=starting").exists()


def test_a_clean_that_hangs_or_fails_is_tried_again_and_ends_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "PATIENCE", 0.2)
    for code in ("import time; time.sleep(60)", "raise SystemExit(1)"):
        monkeypatch.setattr(history, "AIRFLOW", (sys.executable, "-c", code))
        assert not history.clean(NOW, tmp_path)


def test_without_a_folder_there_is_nothing_to_do(tmp_path: Path) -> None:
    assert prune_logs(tmp_path / "none", NOW) == 0
