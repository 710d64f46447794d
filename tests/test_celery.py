"""The compose file's Airflow without containers: PostgreSQL, Redis, two Celery workers; from a feed to a mail.

Every process gets the environment and the command that the compose file gives it; only hosts, ports and folders are
this machine's.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from ops.account import account, as_user
from ops.ports import free_ports
from ops.processes import Processes, tail

from newswatch.airflow_api import AirflowApi
from newswatch.pipeline import drill
from tests import parts
from tests.deliver.conftest import Mailbox, smtp  # noqa: F401 (the fixture)
from tests.test_compose import composed  # noqa: F401 (the fixture)

ROOT = Path(__file__).parent.parent
CHECKED = ("api-server", "scheduler", "dag-processor", "triggerer", "worker", "history")
CHANNELS = """\
channels:
  - {id: drill, type: folder, path: {path}}
  - {id: ops, type: email, to: ops@example.org}
routes:
  - {id: all, to: [drill, ops]}
"""


@dataclass
class Team:
    """The processes of one folder, and what the compose file says of them."""

    folder: Path
    services: dict[str, Any]
    ports: dict[str, int]
    swaps: dict[str, str]

    def environment(self, service: str, **more: str) -> dict[str, str]:
        """The service's variables, this machine's places put in."""
        given = {name: self._swapped(str(value)) for name, value in self.services[service]["environment"].items()}
        own = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "PYTHONPATH": str(ROOT / "plugins"),
            "NO_PROXY": "*",
        }
        return {**own, **given, **more}

    def command(self, service: str) -> list[str]:
        """The service's command; ``airflow`` is this environment's."""
        return [self._swapped(word) for word in self.services[service]["command"]]

    def start(self, service: str, name: str = "", *arguments: str, **more: str) -> None:
        """Start the service as ``name``."""
        command = [*self.command(service), *arguments]
        Processes(self.folder).start(name or service, command, self.environment(service, **more), self.folder)

    def log(self, name: str) -> str:
        """The end of a process's log."""
        return tail(Processes(self.folder).log(name), 40)

    def _swapped(self, text: str) -> str:
        for old, new in self.swaps.items():
            text = text.replace(old, new)
        return text


def until(what: str, ready: Callable[[], object], patience: float = 240) -> None:
    deadline = time.monotonic() + patience
    while not ready():
        assert time.monotonic() < deadline, f"{what} took more than {patience} s"
        time.sleep(0.5)


def unprivileged(*command: str) -> list[str]:
    return as_user(list(command))


@pytest.fixture
def team(composed: dict[str, Any], es_url: str, smtp: Mailbox) -> Iterator[Team]:  # noqa: F811
    folder = Path("/var/tmp") / f"newswatch-team-{os.getpid()}"
    folder.mkdir()
    folder.chmod(0o755)
    names = ("postgres", "redis", "api", "worker-1", "worker-2", "triggerer")
    ports = dict(zip(names, free_ports(len(names)), strict=True))
    swaps = {
        "@postgres/": f"@127.0.0.1:{ports['postgres']}/",
        "@redis:6379": f"@127.0.0.1:{ports['redis']}",
        "http://api-server:8080": f"http://127.0.0.1:{ports['api']}",
        "http://elastic:filled-in@elasticsearch:9200": es_url,
        '"host":"mailpit","port":1025': f'"host":"127.0.0.1","port":{smtp.port}',
        "http://localhost:8080": f"http://127.0.0.1:{ports['api']}",
        "--host 0.0.0.0 --port 8080": f"--host 127.0.0.1 --port {ports['api']}",
        "/srv/newswatch": str(ROOT),
        "/var/lib/airflow": str(folder / "airflow"),
        "/var/lib/newswatch": str(folder / "state"),
    }
    for name in ("airflow", "state"):
        (folder / name).mkdir()
    found = Team(folder, composed["services"], ports, swaps)
    try:
        yield found
    finally:
        processes = Processes(folder)
        databases = {"postgres", "redis"} & set(processes.names())
        with ThreadPoolExecutor() as pool:
            list(pool.map(processes.stop, set(processes.names()) - databases))
            list(pool.map(processes.stop, databases))
        shutil.rmtree(folder, ignore_errors=True)


def healthy(team: Team, service: str) -> subprocess.CompletedProcess[str]:
    """What the compose file's health check of a service says of the process that runs here."""
    kind, *words = [team._swapped(word) for word in team.services[service]["healthcheck"]["test"]]
    command = ["sh", "-c", words[0].replace("$$", "$")] if kind == "CMD-SHELL" else words
    environment = team.environment(service, PATH=f"{team.folder / 'bin'}:{os.environ['PATH']}", HOSTNAME="worker-1")
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)


def databases(team: Team) -> None:
    """PostgreSQL and Redis as the compose file sets them up."""
    initdb = parts.FOUND["postgresql"]()
    assert initdb
    data, secret = team.folder / "postgres", team.folder / "secret"
    data.mkdir()
    environment = team.services["postgres"]["environment"]
    secret.write_text(environment["POSTGRES_PASSWORD"])
    if os.geteuid() == 0:
        for path in (data, secret):
            os.chown(path, account().pw_uid, -1)
    user, here = environment["POSTGRES_USER"], {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}
    make = unprivileged(initdb, "-D", str(data), "-U", user, "--auth=scram-sha-256", f"--pwfile={secret}")
    subprocess.run(make, check=True, capture_output=True, env=here, cwd=data)
    server = [str(Path(initdb).with_name("postgres")), "-D", str(data), "-p", str(team.ports["postgres"])]
    processes = Processes(team.folder)
    processes.start("postgres", unprivileged(*server, "-h", "127.0.0.1", "-k", str(data)), here, data)
    query = [str(Path(initdb).with_name("psql")), "-h", "127.0.0.1", "-p", str(team.ports["postgres"]), "-U", user]
    login = {**here, "PGPASSWORD": environment["POSTGRES_PASSWORD"]}
    create = [*query, "-d", "postgres", "-c", f"create database {environment['POSTGRES_DB']}"]
    until("PostgreSQL", lambda: subprocess.run(create, capture_output=True, env=login).returncode == 0)
    command = team.services["redis"]["command"]
    processes.start("redis", [*command, "--bind", "127.0.0.1", "--port", str(team.ports["redis"])], here, data)


def airflow(team: Team) -> AirflowApi:
    """Every Airflow process of the compose file, two workers among them."""
    # the compose file's commands find this environment's airflow; its own folder comes first on their path
    bin_folder = team.folder / "bin"
    bin_folder.mkdir()
    for name, module in (("airflow", "-m airflow"), ("newswatch", "-m newswatch"), ("python", "")):
        (bin_folder / name).write_text(f'#!/bin/sh\nexec "{sys.executable}" {module} "$@"\n')
        (bin_folder / name).chmod(0o755)
    path = f"{bin_folder}:{os.environ['PATH']}"
    init = subprocess.run(
        team.command("airflow-init"), env=team.environment("airflow-init", PATH=path),
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert init.returncode == 0, init.stderr[-2000:]
    password = {"AIRFLOW_PASSWORDS": json.dumps({"admin": "a-known-one"})}
    team.start("api-server", PATH=path, **password)
    api = AirflowApi(f"http://127.0.0.1:{team.ports['api']}", "admin", "a-known-one")
    until("the api-server", lambda: api.health() is not None)
    team.start("scheduler", PATH=path)
    team.start("dag-processor", PATH=path)
    team.start("triggerer", PATH=path, AIRFLOW__LOGGING__TRIGGER_LOG_SERVER_PORT=str(team.ports["triggerer"]))
    for name in ("worker-1", "worker-2"):
        port = {"AIRFLOW__LOGGING__WORKER_LOG_SERVER_PORT": str(team.ports[name])}
        team.start("worker", name, "-H", name, "--pid", str(team.folder / f"{name}.pid"), PATH=path, **port)
    wanted = ("metadatabase", "scheduler", "triggerer", "dag_processor")
    until("Airflow", lambda: all((api.health() or {})[part]["status"] == "healthy" for part in wanted))
    for name in ("worker-1", "worker-2"):
        until(f"{name} (its log ends: {team.log(name)})", lambda name=name: "ready" in team.log(name))  # type: ignore[misc]
    return api


@pytest.mark.needs("redis", "postgresql")
@pytest.mark.timeout(1200)
def test_a_team_with_two_celery_workers_polls_and_alerts(
    team: Team,
    smtp: Mailbox,  # noqa: F811
    namespace: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(drill, "CHANNELS", CHANNELS)
    databases(team)
    api = airflow(team)

    with ThreadPoolExecutor(1) as beside:
        checks = {name: beside.submit(healthy, team, name) for name in CHECKED}
        drill.through_airflow(api, drill.Folder(team.folder / "drill", ROOT / "config" / "watchlist", namespace), print)
    said = {name: check.result() for name, check in checks.items()}
    assert {name: one.stderr[-500:] for name, one in said.items() if one.returncode} == {}

    assert [message["To"] for message in smtp.messages] == ["ops@example.org"]
    assert "(canary-" in smtp.messages[0]["Subject"]
    runs = api.call("GET", "/dags/newswatch_poll/dagRuns?order_by=-run_after&limit=1")["dag_runs"]
    tasks = api.call("GET", f"/dags/newswatch_poll/dagRuns/{quote(runs[0]['dag_run_id'])}/taskInstances")
    assert {task["executor"] for task in tasks["task_instances"]} <= {None, "CeleryExecutor"}
    took = [team.log(name).count("succeeded in") for name in ("worker-1", "worker-2")]
    assert sum(took) > 0, "the tasks ran in the workers"
