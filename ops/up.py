"""``make up``: everything on this machine, step by step; may be repeated, and interrupted anywhere."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from newswatch import jobs, runtime
from newswatch.errors import NewswatchError
from newswatch.pipeline.drill import DrillBusyError
from ops import settings
from ops.airflow import Airflow
from ops.cluster import reach
from ops.errors import OpsError
from ops.node import Node

NEXT = (
    "",
    "Next: add a feed in config/feeds.yaml, a concept in config/watchlist/, a mail server or Slack in .newswatch/env",
    "(AIRFLOW_CONN_SMTP_DEFAULT, AIRFLOW_CONN_SLACK_DEFAULT) and config/channels.yaml; then newswatch check.",
)
#: where Elasticsearch is; kept, so that Airflow, the command line and the next make up find the same
ELASTICSEARCH = ("ELASTICSEARCH_URL", "ELASTICSEARCH_API_KEY", "ELASTICSEARCH_CA_CERTS")
console = Console(highlight=False)
Say = Callable[[str], None]


def main() -> int:
    """Bring everything up and say where to look. Exit code 0, or 1 with one sentence."""
    try:
        _up(settings.home())
    except (OpsError, NewswatchError) as error:
        console.print(f"[bold red]✗[/] {error}", soft_wrap=True)
        return 1
    except KeyboardInterrupt:
        console.print("\nInterrupted; make up goes on where it stopped, make down ends what was started.")
        return 1
    return 0


def _up(home: Path) -> None:
    home.mkdir(parents=True, exist_ok=True)
    # others may pass through, so that an unprivileged node reaches its folder; every secret is a file of mode 600
    home.chmod(0o711)
    with step("configuration checked"):
        _check()
    os.environ["NEWSWATCH_HOME"] = str(home)
    airflow = Airflow(home)
    with step("Elasticsearch answers") as say:
        os.environ["ELASTICSEARCH_URL"] = _elasticsearch(home, say)
    _remember(home, airflow)
    with step("Airflow is healthy") as say:
        airflow.up(say)
    with step("seed articles loaded"):
        airflow.api.settle("newswatch_seed", patience=300)
    with step("feeds polled once") as say:
        say("this takes up to a minute when no feed can be reached")
        airflow.api.unpause("newswatch_watch")
        airflow.api.settle("newswatch_poll", patience=600)
    with step("drill: a canary article became a mail and a Slack message") as say:
        drill = _drill(airflow, say)
        airflow.api.unpause(*(file.stem for file in sorted((settings.ROOT / "dags").glob("newswatch_*.py"))))
    _summary(airflow, drill)


def _check() -> None:
    from newswatch.cli.check import check_all
    from newswatch.runtime import config_folder

    check_all(config_folder())


def _elasticsearch(home: Path, say: Say) -> str:
    """The URL to use: the one given now or at an earlier time, else that of the embedded node."""
    if not os.environ.get("ELASTICSEARCH_URL"):
        runtime.load_environment()
    node = Node(home, _namespaces(home))
    given = os.environ.get("ELASTICSEARCH_URL")
    if not given or node.is_at(given):
        return node.up(say)
    reach(os.environ)
    return given


def _remember(home: Path, airflow: Airflow) -> None:
    """Keep where Elasticsearch is; an Airflow that runs with another one is ended, to be started anew."""
    kept = settings.read(home / "env")
    now = {name: os.environ.get(name, "") for name in ELASTICSEARCH}
    if any(value != kept.get(name, "") for name, value in now.items()):
        airflow.down()
    elastic = {name: value for name, value in now.items() if value or name in kept}
    # so that messages and digests lead to the desk, unless channels.yaml names another address of it
    settings.update(home / "env", elastic | {"NEWSWATCH_DESK": f"{airflow.url}/newswatch/desk"})


def _namespaces(home: Path) -> tuple[str, ...]:
    """Further index prefixes that may be written: those named now, and those named before."""
    before = settings.read(home / "env").get("NEWSWATCH_NAMESPACES", "").split()
    named = os.environ.get("NEWSWATCH_NAMESPACE", "").replace(",", " ").split()
    every = tuple(dict.fromkeys([*before, *named]))
    if every:
        settings.update(home / "env", {"NEWSWATCH_NAMESPACES": " ".join(every)})
    return every


def _drill(airflow: Airflow, say: Say) -> list[str]:
    """The drill through Airflow; the hourly one, when it happens to run, is waited for."""
    until = time.monotonic() + 120
    while True:
        try:
            return jobs.drill(jobs.Where(), say, lambda: datetime.now(UTC), airflow.api)
        except DrillBusyError:
            if time.monotonic() > until:
                raise
            say("waiting for the hourly drill")
            time.sleep(5)


def _summary(airflow: Airflow, drill: list[str]) -> None:
    console.print()
    console.print(f"[bold]Airflow[/]   {airflow.url}  user admin, password in {airflow.password_file}", soft_wrap=True)
    for line in [*jobs.overview(), jobs.seeds_matched(jobs.Where()), *drill, *NEXT]:
        console.print(line, soft_wrap=True, markup=False)


@contextmanager
def step(done: str) -> Iterator[Say]:
    """Show what is being done, and how long it took when it is done."""
    started = time.monotonic()
    with console.status(done) as status:
        yield lambda text: status.update(text) if console.is_terminal else console.print(f"  … {text}")
    console.print(f"[green]✓[/] {done} [dim]{time.monotonic() - started:.1f} s[/]")


if __name__ == "__main__":
    sys.exit(main())
