"""``make up`` as its user meets it: killed half-way, repeated, repeated again, and ended by ``make down``."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from ops.node import Node

ROOT = Path(__file__).parent.parent.parent
STEPS = (
    "configuration checked",
    "Elasticsearch answers",
    "Airflow is healthy",
    "seed articles loaded",
    "feeds polled once",
    "drill: a canary article became a mail and a Slack message",
)


@pytest.fixture
def surroundings() -> Iterator[dict[str, str]]:
    """A state folder of its own and the shipped configuration, its feeds replaced by one that is not to be reached."""
    home = Path(os.path.realpath(os.environ.get("TMPDIR", "/var/tmp"))) / f"newswatch-up-{os.getpid()}"
    home.mkdir()
    config = home / "config"
    shutil.copytree(ROOT / "config", config)
    (config / "feeds.yaml").write_text("feeds:\n  - {id: closed, url: 'https://127.0.0.1:9/feed.xml'}\n")
    left = ("ELASTICSEARCH_", "NEWSWATCH_", "AIRFLOW")
    environment = {key: value for key, value in os.environ.items() if not key.startswith(left)}
    try:
        yield {**environment, "NEWSWATCH_HOME": str(home / "state"), "NEWSWATCH_CONFIG": str(config)}
    finally:
        run("down", {**environment, "NEWSWATCH_HOME": str(home / "state")})
        shutil.rmtree(Node(home / "state").base, ignore_errors=True)
        shutil.rmtree(home, ignore_errors=True)


def run(command: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", f"ops.{command}"],
        env=environment, cwd=ROOT, capture_output=True, text=True, timeout=900, check=False,
    )  # fmt: skip


def newswatch(*arguments: str, environment: dict[str, str]) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "newswatch", *arguments],
        env={**environment, "PYTHONPATH": str(ROOT / "plugins")},
        cwd=ROOT, capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    return done.stdout


def interrupted(environment: dict[str, str]) -> None:
    """Start it and kill it without a word while Elasticsearch is starting."""
    log = Path(environment["NEWSWATCH_CONFIG"]).parent / "first.log"
    with log.open("w") as out:
        process = subprocess.Popen([sys.executable, "-m", "ops.up"], env=environment, cwd=ROOT, stdout=out, stderr=out)
        deadline = time.monotonic() + 300
        while "starting Elasticsearch" not in log.read_text() and time.monotonic() < deadline:
            assert process.poll() is None, log.read_text()
            time.sleep(0.1)
        process.send_signal(signal.SIGKILL)
        process.wait()


def pids(environment: dict[str, str]) -> dict[str, int]:
    notes = (Path(environment["NEWSWATCH_HOME"]) / "pids").glob("*.json")
    return {note.stem: json.loads(note.read_text())["pid"] for note in notes}


@pytest.mark.timeout(1500)
def test_up_killed_repeated_and_ended(surroundings: dict[str, str]) -> None:
    interrupted(surroundings)

    up = run("up", surroundings)
    assert up.returncode == 0, up.stdout + up.stderr
    done = [line.removeprefix("✓ ") for line in up.stdout.splitlines() if line.startswith("✓ ")]
    assert [line.rsplit(" ", 2)[0] for line in done] == list(STEPS)
    for word in (
        "user admin, password in",
        "Seeds match",
        "by language",
        "Feeds          failed 1",
        "Next: add a feed",
    ):
        assert word in up.stdout
    messages = [Path(line.strip()) for line in up.stdout.splitlines() if line.strip().endswith((".eml", ".json"))]
    assert {path.suffix for path in messages if path.exists()} == {".eml", ".json"}

    items = [json.loads(line) for line in newswatch("items", "--json", environment=surroundings).splitlines()]
    assert [item["origin"] for item in items] == ["seed"] * 5
    assert sorted(item["lang"] for item in items) == ["de", "en", "en", "en", "nl"]
    assert all("military" in item["tags"] for item in items)

    state = Path(surroundings["NEWSWATCH_HOME"])
    secret = [
        state / "env",
        state / "airflow.env",
        state / "airflow" / "passwords.json",
        *(state / "passwords").iterdir(),
    ]
    assert {file.stat().st_mode & 0o777 for file in secret} == {0o600}
    assert (state / "airflow").stat().st_mode & 0o777 == 0o700

    before = pids(surroundings)
    assert {"airflow-history", "airflow-keeper"} < set(before)
    again = run("up", surroundings)
    assert again.returncode == 0, again.stdout + again.stderr
    assert pids(surroundings) == before, "what runs is left alone"
    assert len(newswatch("items", "--json", environment=surroundings).splitlines()) == 5

    scheduler = psutil.Process(before["scheduler"])
    for one in (*scheduler.children(recursive=True), scheduler):
        one.kill()
    deadline = time.monotonic() + 60
    while (after := pids(surroundings)) == before and time.monotonic() < deadline:
        time.sleep(0.2)
    assert {part for part in after if after[part] != before[part]} == {"scheduler"}, "it is started again"

    family = [psutil.Process(pid) for pid in after.values()]
    family += [child for one in family for child in one.children(recursive=True)]
    assert Node(state).base == state / "elasticsearch", "all state in one folder, as root too"
    server = " ".join(word for one in family for word in one.cmdline())
    assert f"-Djava.io.tmpdir={state}/elasticsearch/tmp" in server, "nothing stays in /tmp"
    assert run("down", surroundings).stdout == "Airflow and Elasticsearch stopped.\n"
    assert [one for one in family if one.is_running() and one.status() != psutil.STATUS_ZOMBIE] == []
    assert run("down", surroundings).stdout == "Nothing was running.\n"
