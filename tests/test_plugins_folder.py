"""Airflow loads the plugins folder without errors, and nothing in it shadows another module."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
LOAD = """
import sys, warnings
warnings.simplefilter("ignore")
import elasticsearch, feedparser, aiohttp
before = {name: getattr(module, "__file__", None) for name, module in sys.modules.items()}
from airflow import plugins_manager
plugins, errors = plugins_manager._get_plugins()
after = {name: getattr(module, "__file__", None) for name, module in sys.modules.items()}
print("errors", dict(errors))
print("plugins", sorted(plugin.name for plugin in plugins if plugin.name == "newswatch"))
print("shadowed", [name for name, file in before.items() if file and after.get(name) != file])
folder = sys.argv[1]
print("strangers", [name for name, file in after.items() if file and file.startswith(folder + "/newswatch/")
                    and not name.startswith("newswatch")])
"""


def test_airflow_loads_the_plugins_folder(tmp_path: Path) -> None:
    plugins = str(ROOT / "plugins")
    environment = {
        **os.environ,
        "AIRFLOW_HOME": str(tmp_path),
        "AIRFLOW__CORE__PLUGINS_FOLDER": plugins,
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "PYTHONPATH": plugins,
    }
    done = subprocess.run(
        [sys.executable, "-c", LOAD, plugins],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told = dict(line.split(" ", 1) for line in done.stdout.splitlines() if " " in line)
    assert told["errors"] == "{}"
    assert told["plugins"] == "['newswatch']"
    assert told["shadowed"] == "[]"
    assert told["strangers"] == "[]"


def test_only_the_plugin_stands_outside_the_library() -> None:
    assert (ROOT / "plugins" / ".airflowignore").read_text().split() == ["newswatch/"]
    assert [file.name for file in (ROOT / "plugins").glob("*.py")] == ["newswatch_airflow.py"]
