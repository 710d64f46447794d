"""The real Airflow for the browser's tests: its api-server alone, with known users, over a filled namespace."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import urllib3
from ops.airflow import Airflow
from ops.processes import Processes, tail

PASSWORD = "known-only-to-this-test"
USERS = {"uma": "user", "vera": "viewer"}
PART = "api-server"
PATIENCE = 240


@dataclass(frozen=True)
class Stage:
    """An api-server of a state folder. ``more`` is set in its environment."""

    home: Path
    more: Mapping[str, str]

    def up(self) -> str:
        """Start it and wait until it answers. Returns its address."""
        airflow = Airflow(self.home)
        airflow.folder.mkdir(parents=True)
        airflow.password_file.write_text(json.dumps(dict.fromkeys(USERS, PASSWORD)))
        airflow.migrate()
        users = ",".join(f"{name}:{role}" for name, role in USERS.items())
        environment = {**airflow.environment(), **self.more, "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": users}
        airflow.start(PART, environment)
        pool = urllib3.PoolManager(retries=False, timeout=5.0)
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            assert Processes(self.home).running(PART), self.log()
            try:
                if pool.request("GET", f"{airflow.url}/api/v2/monitor/health").status == 200:
                    return airflow.url
            except urllib3.exceptions.HTTPError:
                time.sleep(0.5)
        raise AssertionError(f"the api-server did not answer within {PATIENCE} s: {self.log()}")

    def down(self) -> None:
        """End it."""
        Processes(self.home).stop(PART)

    def log(self) -> str:
        """The last lines that it wrote."""
        return tail(Processes(self.home).log(PART), 40)
