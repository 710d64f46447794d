"""Airflow's own history: runs and task logs older than 30 days are removed, once a day, beside Airflow.

A task may not reach the metadata database, so ``make up`` keeps this process running (and docker-compose a service of
the same command): ``python -m ops.history``. With ``--once`` it cleans and ends.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

KEPT = timedelta(days=30)
FIRST, EVERY = timedelta(minutes=10), timedelta(days=1)
#: after a failure, such as a database that is busy
AGAIN = timedelta(hours=1)
PATIENCE = 3600
AIRFLOW = (sys.executable, "-m", "airflow")


def clean(now: datetime, logs: Path) -> bool:
    """Remove what is older than 30 days; False when Airflow's command failed (it says why) or took too long."""
    before = now - KEPT
    command = [*AIRFLOW, "db", "clean", "--clean-before-timestamp", before.isoformat(), "--yes", "--skip-archive"]
    try:
        good = subprocess.run(command, check=False, timeout=PATIENCE).returncode == 0
    except subprocess.TimeoutExpired:
        good = False
    removed = prune_logs(logs, before)
    said = "database cleaned" if good else "the database could not be cleaned; it is tried again"
    print(f"{now.isoformat(timespec='seconds')} {said}; {removed} old log files removed", flush=True)
    return good


def prune_logs(folder: Path, before: datetime) -> int:
    """Delete log files last written before then, and the folders that this empties; how many files."""
    count, emptier = 0, set()
    for place, folders, files in os.walk(folder, topdown=False):
        here = Path(place)
        for file in (here / name for name in files):
            # links point to the newest logs; what Airflow takes away meanwhile is gone as well
            with suppress(OSError):
                if not file.is_symlink() and file.stat().st_mtime < before.timestamp():
                    file.unlink()
                    count += 1
                    emptier.add(here)
        # a folder that was empty before may be that of a task which is just starting
        for one in emptier & {here / name for name in folders}:
            with suppress(OSError):
                one.rmdir()
                emptier.add(here)
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
