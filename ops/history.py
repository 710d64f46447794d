"""Airflow's own history: runs and task logs older than 30 days are removed, once a day, beside Airflow.

A task may not reach the metadata database, so ``make up`` keeps this process running (and docker-compose a service of
the same command): ``python -m ops.history``. With ``--once`` it cleans and ends.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

KEPT = timedelta(days=30)
FIRST, EVERY = timedelta(minutes=10), timedelta(days=1)
#: after a failure, such as a database that is busy
AGAIN = timedelta(hours=1)
PATIENCE = 3600


def clean(now: datetime, logs: Path) -> bool:
    """Remove what is older than 30 days; False when Airflow's command failed (it says why)."""
    before = now - KEPT
    command = [sys.executable, "-m", "airflow", "db", "clean", "--clean-before-timestamp", before.isoformat(), "--yes"]
    done = subprocess.run([*command, "--skip-archive"], check=False, timeout=PATIENCE)
    removed = prune_logs(logs, before)
    said = "database cleaned" if done.returncode == 0 else "the database could not be cleaned; it is tried again"
    print(f"{now.isoformat(timespec='seconds')} {said}; {removed} old log files removed", flush=True)
    return done.returncode == 0


def prune_logs(folder: Path, before: datetime) -> int:
    """Delete log files last written before then, and the folders that are empty afterwards; how many files."""
    count = 0
    for place, folders, files in os.walk(folder, topdown=False):
        for file in (Path(place, name) for name in files):
            # links point to the newest logs, and a log may vanish meanwhile
            if not file.is_symlink() and file.exists() and file.stat().st_mtime < before.timestamp():
                file.unlink(missing_ok=True)
                count += 1
        for empty in (Path(place, name) for name in folders):
            if not empty.is_symlink() and empty.is_dir() and not any(empty.iterdir()):
                empty.rmdir()
    return count


def main() -> None:
    """Clean every day; the folder of the logs is Airflow's."""
    home = Path(os.environ["AIRFLOW_HOME"])
    logs = Path(os.environ.get("AIRFLOW__LOGGING__BASE_LOG_FOLDER") or home / "logs")
    if "--once" in sys.argv[1:]:
        sys.exit(0 if clean(datetime.now(UTC), logs) else 1)
    # Airflow is still busy with its own start
    time.sleep(FIRST.total_seconds())
    while True:
        done = clean(datetime.now(UTC), logs)
        time.sleep((EVERY if done else AGAIN).total_seconds())


if __name__ == "__main__":
    main()
