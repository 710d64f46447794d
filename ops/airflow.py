"""Airflow on one machine: api-server, scheduler, dag-processor and triggerer as four processes, all on loopback.

``airflow standalone`` is not used: it stops cleanly on INT only and orphans its parts on TERM.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from newswatch.airflow_api import AirflowApi
from ops import settings
from ops.errors import OpsError
from ops.ports import free_ports
from ops.processes import Processes, tail

PARTS = ("api-server", "scheduler", "dag-processor", "triggerer")
#: removes old runs and task logs, beside Airflow: see ops/history.py
HISTORY = "airflow-history"
#: starts again what has ended: see ops/keeper.py
KEEPER = "airflow-keeper"
#: for so many seconds all but the api-server wait for another's write. A scheduler whose patience ends, ends; the
#: api-server must give up early instead, as one of its requests can wait for another that waits for its thread
LOCKED = 60
USER = "admin"
PATIENCE = 300


@dataclass(frozen=True)
class Airflow:
    """Airflow of one state folder. ``folder`` is its AIRFLOW_HOME."""

    home: Path
    root: Path = settings.ROOT

    @property
    def folder(self) -> Path:
        """AIRFLOW_HOME."""
        return self.home / "airflow"

    @property
    def url(self) -> str:
        """Where a browser finds it."""
        return f"http://127.0.0.1:{self._kept()['NEWSWATCH_AIRFLOW_PORT']}"

    @property
    def password_file(self) -> Path:
        """Where the login's password stands: JSON, user → password."""
        return self.folder / "passwords.json"

    def environment(self) -> dict[str, str]:
        """What every part of Airflow runs with: our settings over the caller's environment."""
        kept = self._kept()
        port = kept["NEWSWATCH_AIRFLOW_PORT"]
        own = {
            "AIRFLOW_HOME": str(self.folder),
            "NEWSWATCH_HOME": str(self.home),
            "PYTHONPATH": str(self.root / "plugins"),
            "AIRFLOW__CORE__DAGS_FOLDER": str(self.root / "dags"),
            "AIRFLOW__CORE__PLUGINS_FOLDER": str(self.root / "plugins"),
            "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
            "AIRFLOW__CORE__PARALLELISM": "4",
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            # make up unpauses them in its order, so that nothing runs twice at the first start
            "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "True",
            "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"http://127.0.0.1:{port}/execution/",
            "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": f"{USER}:admin",
            "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(self.password_file),
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{self.folder / 'airflow.db'}",
            "AIRFLOW__API__HOST": "127.0.0.1",
            "AIRFLOW__API__PORT": port,
            "AIRFLOW__API__BASE_URL": f"http://127.0.0.1:{port}",
            "AIRFLOW__API__WORKERS": "1",
            "AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.2",
            "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "30",
            "AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "30",
            "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(self.folder / "logs"),
            "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
            "NO_PROXY": "*",
        }
        inherited = {key: value for key, value in os.environ.items() if not key.startswith("AIRFLOW__")}
        shared = settings.read(self.home / "env")
        return {**inherited, **shared, **{k: v for k, v in kept.items() if k.startswith("AIRFLOW__")}, **own}

    def up(self, say: Callable[[str], None] = lambda _: None) -> None:
        """Make all four run and be healthy. Raises OpsError with one sentence; then none of them is left."""
        processes = Processes(self.home)
        if all(processes.running(part) for part in (*PARTS, HISTORY, KEEPER)) and self._healthy():
            return
        self.down()
        self.folder.mkdir(parents=True, exist_ok=True)
        # its database and the tasks' logs are nobody else's
        self.folder.chmod(0o700)
        if not self.password_file.exists():
            settings.write(self.password_file, json.dumps({USER: secrets.token_urlsafe(12)}))
        try:
            say("preparing Airflow's database")
            self.migrate()
            say("starting Airflow's api-server")
            self.start("api-server")
            self._wait(processes, ("api-server",), lambda: self.api.health() is not None)
            say("starting Airflow's scheduler, dag-processor and triggerer")
            for part in PARTS[1:]:
                self.start(part)
            self._wait(processes, PARTS, self._healthy)
            self.start(HISTORY)
            self.start(KEEPER)
        except OpsError:
            self.down()
            raise

    def down(self) -> bool:
        """End what runs, the keeper first and the api-server last, as tasks talk to it. True when anything ran."""
        processes = Processes(self.home)
        kept = processes.stop(KEEPER)
        with ThreadPoolExecutor() as pool:
            stopped = list(pool.map(processes.stop, (HISTORY, *PARTS[1:])))
        return any([kept, *stopped, processes.stop(PARTS[0])])

    @property
    def api(self) -> AirflowApi:
        """Its REST API, as the admin user."""
        return AirflowApi(self.url, USER, json.loads(self.password_file.read_text())[USER])

    def _kept(self) -> dict[str, str]:
        """Secrets and ports, made once."""
        file = self.home / "airflow.env"
        kept = settings.read(file)
        if not kept:
            (page,) = free_ports(1)
            kept = {
                "NEWSWATCH_AIRFLOW_PORT": os.environ.get("NEWSWATCH_AIRFLOW_PORT") or str(page),
                "AIRFLOW__API_AUTH__JWT_SECRET": secrets.token_urlsafe(64),
                "AIRFLOW__API__SECRET_KEY": secrets.token_urlsafe(48),
                "AIRFLOW__CORE__FERNET_KEY": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
            }
            settings.update(file, kept)
        return kept

    def migrate(self) -> None:
        """Make its database, or bring it up to date. Raises OpsError."""
        command = [sys.executable, "-m", "airflow", "db", "migrate"]
        log = Processes(self.home).log("migrate")
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("wb") as out:
            done = subprocess.run(command, env=self.environment(), stdout=out, stderr=out, timeout=300, check=False)
        if done.returncode:
            raise OpsError(f"Airflow's database could not be prepared; see {log}: {_last(log)}")

    def start(self, part: str, environment: dict[str, str] | None = None) -> None:
        """Start one part, or what goes with them, in ``environment`` unless in its own."""
        environment = environment or self.environment()
        if part in (HISTORY, KEEPER):
            command = [sys.executable, "-m", f"ops.{part.removeprefix('airflow-')}"]
            Processes(self.home).start(part, command, environment, self.root)
            return
        if part != "api-server":
            environment["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"] += f"?timeout={LOCKED}"
        # task logs are files of this machine, so nobody has to serve them (their server would listen everywhere)
        alone = ["--skip-serve-logs"] if part in ("scheduler", "triggerer") else []
        command = [sys.executable, "-m", "airflow", part, *alone]
        Processes(self.home).start(part, command, environment, self.folder)

    def _wait(self, processes: Processes, parts: tuple[str, ...], ready: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            for part in parts:
                if processes.running(part) is None:
                    log = processes.log(part)
                    raise OpsError(f"Airflow's {part} ended while starting; see {log}: {_last(log)}")
            if ready():
                return
            time.sleep(0.5)
        raise OpsError(f"Airflow was not healthy within {PATIENCE} s; see the logs in {self.home / 'logs'}")

    def _healthy(self) -> bool:
        health = self.api.health() or {}
        parts = ("metadatabase", "scheduler", "triggerer", "dag_processor")
        return all((health.get(part) or {}).get("status") == "healthy" for part in parts)


def _last(log: Path) -> str:
    lines = [line for line in tail(log).splitlines() if line.strip()]
    return lines[-1].strip()[:300] if lines else "its log is empty"
