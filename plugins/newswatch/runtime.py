"""Where newswatch finds its surroundings: the state folder, Elasticsearch, connections. Alone knows Airflow's.

Inside Airflow a connection is Airflow's own; outside, it comes from ``AIRFLOW_CONN_<ID>`` (JSON or URI). Variables that
are not set in the environment are taken from ``$NEWSWATCH_HOME/env``, so that the command line sees what Airflow sees.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from newswatch.errors import DeliveryError
from newswatch.model.connection import Connection

ROOT = Path(__file__).resolve().parents[2]


def home() -> Path:
    """The state folder: ``NEWSWATCH_HOME``, else ``.newswatch`` in the repository."""
    return Path(os.environ.get("NEWSWATCH_HOME") or ROOT / ".newswatch")


def load_environment() -> None:
    """Take what ``$NEWSWATCH_HOME/env`` says for every variable that is not set; each command does it once."""
    file = home() / "env"
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except OSError:
        return
    for line in lines:
        key, found, value = line.partition("=")
        if found and not key.lstrip().startswith("#"):
            os.environ.setdefault(key.strip(), value.strip())


def config_folder() -> Path:
    """The folder with the configuration: ``NEWSWATCH_CONFIG``, else ``config`` in the repository."""
    return Path(os.environ.get("NEWSWATCH_CONFIG") or ROOT / "config")


def connection(name: str) -> Connection:
    """The connection called ``name``. Raises DeliveryError (retryable: it may be made later) when there is none."""
    given = os.environ.get(f"AIRFLOW_CONN_{name.upper()}")
    if given:
        return _parsed(name, given)
    found = _from_airflow(name) if "AIRFLOW_HOME" in os.environ else None
    if found is None:
        raise DeliveryError(f"there is no connection {name}; set AIRFLOW_CONN_{name.upper()}", retryable=True)
    return found


def variable(name: str) -> str | None:
    """An Airflow Variable, None when there is none. Only inside Airflow."""
    from airflow.sdk import Variable

    found = Variable.get(name, default=None)
    return None if found is None else str(found)


def set_variable(name: str, value: str) -> None:
    """Keep an Airflow Variable. Only inside Airflow."""
    from airflow.sdk import Variable

    Variable.set(name, value)


def _from_airflow(name: str) -> Connection | None:
    from airflow.sdk import BaseHook
    from airflow.sdk.exceptions import AirflowNotFoundException, AirflowRuntimeError

    try:
        found: Any = BaseHook.get_connection(name)
    except (AirflowNotFoundException, AirflowRuntimeError):
        return None
    return Connection(
        name,
        found.conn_type or "",
        found.host,
        found.port,
        found.login,
        found.password,
        found.schema,
        found.extra_dejson,
    )


def _parsed(name: str, given: str) -> Connection:
    if not given.lstrip().startswith("{"):
        return _from_uri(name, given)
    try:
        fields = json.loads(given)
        extra = fields.get("extra") or {}
        extra = json.loads(extra) if isinstance(extra, str) else dict(extra)
        port = int(fields["port"]) if fields.get("port") else None
    except (ValueError, TypeError, AttributeError) as error:
        raise DeliveryError(f"AIRFLOW_CONN_{name.upper()} is not valid JSON", retryable=True) from error
    return Connection(
        name,
        str(fields.get("conn_type") or ""),
        fields.get("host"),
        port,
        fields.get("login"),
        fields.get("password"),
        fields.get("schema"),
        extra,
    )


def _from_uri(name: str, given: str) -> Connection:
    parts = urlsplit(given)
    try:
        port = parts.port
    except ValueError as error:
        raise DeliveryError(f"AIRFLOW_CONN_{name.upper()} is not a valid address", retryable=True) from error
    extra: dict[str, Any] = dict(parse_qsl(parts.query))
    if "__extra__" in extra:
        extra = json.loads(extra["__extra__"])
    login = unquote(parts.username) if parts.username else None
    password = unquote(parts.password) if parts.password else None
    host = unquote(parts.hostname) if parts.hostname else None
    return Connection(name, parts.scheme.replace("-", "_"), host, port, login, password, parts.path.strip("/"), extra)
