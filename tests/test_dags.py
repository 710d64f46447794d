"""Every DAG loads, and the real ones run against the real node: seeds, a poll of a loopback feed, a watch run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from newswatch.index import documents
from newswatch.index.client import Settings, connect
from newswatch.pipeline.drill import CHANNELS, RULES

ROOT = Path(__file__).parent.parent
NAMES = {"newswatch_seed", "newswatch_poll", "newswatch_watch", "newswatch_drill", "newswatch_digest"}
LOAD = """
import json, warnings
warnings.simplefilter("ignore")
from airflow.dag_processing.dagbag import DagBag
bag = DagBag(dag_folder={dags!r})
print("RESULT", json.dumps({{"errors": bag.import_errors, "dags": sorted(bag.dags),
    "runs": {{name: dag.max_active_runs for name, dag in bag.dags.items()}},
    "catchup": [name for name, dag in bag.dags.items() if dag.catchup]}}))
"""
AIRFLOW = "import subprocess, sys; subprocess.run([sys.executable, '-m', 'airflow', *{command!r}], check=True)"
RUN = """
import sys, warnings, json
warnings.simplefilter("ignore")
sys.path.insert(0, {dags!r})
import importlib
for name, conf in json.loads({runs!r}):
    dag = getattr(importlib.import_module(name), name)()
    run = dag.test(run_conf=conf)
    print("RESULT", name, run.state)
"""


def python(code: str, home: Path, **environment: str) -> str:
    base = {
        **os.environ,
        "AIRFLOW_HOME": str(home / "airflow"),
        "NEWSWATCH_HOME": str(home),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__DAGS_FOLDER": str(ROOT / "dags"),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(ROOT / "plugins"),
        "PYTHONPATH": str(ROOT / "plugins"),
        **environment,
    }
    done = subprocess.run(
        [sys.executable, "-c", code], env=base, cwd=home, capture_output=True, text=True, timeout=280, check=False
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    out = python(LOAD.format(dags=str(ROOT / "dags")), tmp_path_factory.mktemp("load"))
    line = next(line for line in out.splitlines() if line.startswith("RESULT "))
    found: dict[str, object] = json.loads(line.removeprefix("RESULT "))
    return found


def test_every_dag_loads(loaded: dict[str, object]) -> None:
    assert loaded["errors"] == {}
    assert set(loaded["dags"]) >= NAMES  # type: ignore[call-overload]
    assert loaded["catchup"] == []


def test_a_dag_file_is_wiring_only() -> None:
    for file in (ROOT / "dags").glob("*.py"):
        assert len(file.read_text().splitlines()) <= 85, file.name


def test_the_real_dags_run(es_url: str, namespace: str, tmp_path: Path, feed_server: str) -> None:
    config = tmp_path / "config"
    config.mkdir()
    (config / "watchlist").symlink_to(ROOT / "config" / "watchlist")
    (config / "rules.yaml").write_text(RULES.replace("{tags}", "military"))
    (config / "channels.yaml").write_text(CHANNELS.replace("{path}", str(tmp_path / "messages")))
    feeds = tmp_path / "feeds.yaml"
    feeds.write_text(
        f"feeds:\n  - {{id: a, url: '{feed_server}/feed.xml'}}\n  - {{id: b, url: '{feed_server}/gone'}}\n"
    )
    poll = {
        "namespace": namespace,
        "feeds": str(feeds),
        "allow": [feed_server.removeprefix("http://")],
        "config": str(config),
        "every": True,
    }
    runs = [
        ("newswatch_seed", {"namespace": namespace}),
        ("newswatch_poll", poll),
        ("newswatch_watch", {"namespace": namespace, "config": str(config)}),
    ]
    python(
        "import subprocess, sys; subprocess.run([sys.executable, '-m', 'airflow', 'db', 'migrate'], check=True)",
        tmp_path,
    )
    out = python(RUN.format(dags=str(ROOT / "dags"), runs=json.dumps(runs)), tmp_path, ELASTICSEARCH_URL=es_url)
    states = [line.split()[1:] for line in out.splitlines() if line.startswith("RESULT ")]
    assert [(name, state.rpartition(".")[2].lower()) for name, state in states] == [
        ("newswatch_seed", "success"),
        ("newswatch_poll", "success"),
        ("newswatch_watch", "success"),
    ]
    store = connect(Settings.from_environment({"ELASTICSEARCH_URL": es_url}), namespace)
    documents.refresh(store, store.index("items"), store.index("feeds"))
    count = {name: store.client.count(index=store.index(name))["count"] for name in ("items", "feeds")}
    assert count == {"items": 5 + 2, "feeds": 2}
