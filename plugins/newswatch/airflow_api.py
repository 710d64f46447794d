"""Airflow's REST API, as far as newswatch uses it: unpause DAGs, trigger one and wait for its end."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import urllib3

from newswatch.errors import NewswatchError

TIMEOUT = urllib3.Timeout(total=30)
BUSY = (500, 502, 503)
# seconds within which Airflow starts the missed slot of a DAG that was just unpaused
OWN_START = 10


class AirflowError(NewswatchError):
    """Airflow does not answer, refuses, or a run failed."""


@dataclass(frozen=True, slots=True)
class AirflowApi:
    """An Airflow at ``url`` and a user of it."""

    url: str
    user: str
    password: str = field(repr=False)

    def health(self) -> dict[str, Any] | None:
        """The parts' health, None while it does not answer."""
        try:
            return _request("GET", f"{self.url}/api/v2/monitor/health")
        except AirflowError:
            return None

    def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """One request to ``/api/v2`` + ``path``."""
        login = {"username": self.user, "password": self.password}
        token = _request("POST", f"{self.url}/auth/token", login)["access_token"]
        return _request(method, f"{self.url}/api/v2{path}", body, token)

    def run(self, dag: str, conf: dict[str, Any] | None = None, patience: float = 180) -> dict[str, Any]:
        """Trigger a DAG, wait for its end (``patience`` in seconds), return its run. Raises AirflowError otherwise."""
        deadline = time.monotonic() + patience
        self._wait_until_known(dag, deadline)
        made = self.call("POST", f"/dags/{dag}/dagRuns", {"logical_date": None, "conf": conf or {}})
        return self._ended(dag, made["dag_run_id"], patience)

    def unpause(self, *dags: str) -> None:
        """Let the DAGs run by their schedules; one that missed a slot runs it at once."""
        for dag in dags:
            self._wait_until_known(dag, time.monotonic() + 60)
            self.call("PATCH", f"/dags/{dag}", {"is_paused": False})

    def settle(self, dag: str, patience: float = 180) -> dict[str, Any]:
        """Unpause a DAG and wait for the run that it starts by itself, or for one started here when it starts none."""
        self.unpause(dag)
        newest, began = self._newest(dag), time.monotonic()
        while newest is None and time.monotonic() - began < OWN_START:
            time.sleep(0.5)
            newest = self._newest(dag)
        if newest and newest["state"] in ("queued", "running"):
            return self._ended(dag, newest["dag_run_id"], patience)
        return self.run(dag, patience=patience)

    def _newest(self, dag: str) -> dict[str, Any] | None:
        runs = self.call("GET", f"/dags/{dag}/dagRuns?order_by=-run_after&limit=1")["dag_runs"]
        return runs[0] if runs else None

    def _ended(self, dag: str, run_id: str, patience: float) -> dict[str, Any]:
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            run = self.call("GET", f"/dags/{dag}/dagRuns/{quote(run_id)}")
            if run["state"] == "success":
                return run
            if run["state"] == "failed":
                raise AirflowError(f"the run {run_id} of {dag} failed; see {self.url}/dags/{dag}/runs")
            time.sleep(0.5)
        raise AirflowError(f"the run of {dag} did not end within {patience:.0f} s; see {self.url}/dags/{dag}/runs")

    def _wait_until_known(self, dag: str, deadline: float) -> None:
        """Until Airflow has read the DAG's file."""
        while True:
            try:
                self.call("GET", f"/dags/{dag}")
                return
            except AirflowError:
                if time.monotonic() > deadline:
                    raise AirflowError(f"Airflow does not know the DAG {dag}; its page {self.url} says why") from None
            time.sleep(1)


def _request(method: str, url: str, body: dict[str, Any] | None = None, token: str | None = None) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    # a busy machine may be slow to answer, or its database locked; only what may be said twice is asked again
    again = method in ("GET", "PATCH") or url.endswith("/auth/token")
    retries = urllib3.Retry(
        3 if again else 0, backoff_factor=1, allowed_methods=None, status_forcelist=BUSY, raise_on_status=False
    )
    pool = urllib3.PoolManager(retries=retries, timeout=TIMEOUT)
    try:
        answer = (
            pool.request(method, url, json=body, headers=headers)
            if body
            else pool.request(method, url, headers=headers)
        )
        found = json.loads(answer.data or b"{}")
    except (urllib3.exceptions.HTTPError, ValueError) as error:
        raise AirflowError(f"Airflow does not answer at {url}") from error
    if answer.status >= 400:
        raise AirflowError(f"Airflow answered {answer.status} to {method} {url}")
    return found if isinstance(found, dict) else {}
