"""docker-compose.yml, read by a compose parser: complete, without default secrets, and in step with the sample."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parent.parent
FILE = ROOT / "docker-compose.yml"
SAMPLE = ROOT / ".env.sample"
AIRFLOW = {
    "api-server",
    "scheduler",
    "dag-processor",
    "triggerer",
    "worker",
    "history",
    "airflow-init",
    "newswatch-setup",
}
ONE_SHOT = {"airflow-init", "newswatch-setup", "kibana-password", "snapshots-folder"}


def config(tmp_path: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """What the parser makes of the file; it needs no engine for that, so its engine is ``echo``."""
    (tmp_path / "docker-compose.yml").write_bytes(FILE.read_bytes())
    command = [sys.executable, "-m", "podman_compose", "--podman-path", "/bin/echo", "config"]
    env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), **environment}
    return subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=60, check=False)


def sample() -> dict[str, str]:
    """The sample's variables, the empty ones filled in."""
    pairs = re.findall(r"^([A-Z_]+)=(.*)$", SAMPLE.read_text(), flags=re.MULTILINE)
    return {name: value or "filled-in" for name, value in pairs}


@pytest.fixture
def composed(tmp_path: Path) -> dict[str, Any]:
    done = config(tmp_path, **sample())
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = yaml.safe_load(done.stdout)
    return found


def test_every_part_is_there(composed: dict[str, Any]) -> None:
    assert set(composed["services"]) == AIRFLOW | {
        "postgres", "redis", "elasticsearch", "kibana", "kibana-password", "mailpit", "snapshots-folder",
    }  # fmt: skip


def test_what_keeps_running_has_a_health_check_and_all_have_memory_limits(composed: dict[str, Any]) -> None:
    services = composed["services"]
    for name, service in services.items():
        assert service.get("mem_limit"), name
        assert ("healthcheck" in service) == (name not in ONE_SHOT), name
        for needed, how in service.get("depends_on", {}).items():
            if how["condition"] == "service_healthy":
                assert needed not in ONE_SHOT, f"{name} waits for {needed}"
            else:
                assert needed in ONE_SHOT


def test_elasticsearch_may_write_its_snapshots(composed: dict[str, Any]) -> None:
    folder = composed["services"]["elasticsearch"]["environment"]["path.repo"]
    before = composed["services"]["snapshots-folder"]
    assert before["entrypoint"] == ["chown", "1000:0", folder]
    assert before["user"] == "0"
    assert any(str(volume).endswith(folder) for volume in before["volumes"])
    assert "snapshots-folder" in composed["services"]["elasticsearch"]["depends_on"]


def test_ports_are_on_loopback_unless_asked_otherwise(composed: dict[str, Any]) -> None:
    ports = [port for service in composed["services"].values() for port in service.get("ports", [])]
    assert ports
    assert all(str(port).startswith("127.0.0.1:") for port in ports)


@pytest.mark.parametrize("name", re.findall(r"\$\{([A-Z_]+):\?", FILE.read_text()))
def test_no_secret_has_a_default(tmp_path: Path, name: str) -> None:
    done = config(tmp_path, **{key: value for key, value in sample().items() if key != name})
    assert done.returncode != 0
    assert f"{name} is missing a value: set it in .env" in done.stderr


def test_the_sample_names_every_variable_and_holds_no_secret() -> None:
    text = FILE.read_text()
    used = set(re.findall(r"\$\{([A-Z_]+)", text)) | set(re.findall(r"environment: ([A-Z_]+)$", text, re.MULTILINE))
    named = set(re.findall(r"^(?:# )?([A-Z_]+)=", SAMPLE.read_text(), re.MULTILINE))
    assert used <= named
    for name, value in re.findall(r"^([A-Z_]+)=(.+)$", SAMPLE.read_text(), re.MULTILINE):
        assert "PASSWORD" not in name, value


def test_every_airflow_process_has_the_same_environment(composed: dict[str, Any]) -> None:
    wanted = composed["services"]["scheduler"]["environment"]
    for name in AIRFLOW - {"newswatch-setup"}:
        own = dict(composed["services"][name]["environment"])
        assert ("AIRFLOW_PASSWORDS" in own) == (name == "api-server"), "only the api-server sees the passwords"
        own.pop("AIRFLOW_PASSWORDS", None)
        assert own == wanted
