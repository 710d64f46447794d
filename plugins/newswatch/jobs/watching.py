"""Detect, decide and deliver; the drill that proves it; how things stand."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from newswatch import runtime
from newswatch.errors import UsageError
from newswatch.jobs.place import Where, open_store
from newswatch.jobs.polling import poll
from newswatch.jobs.recipients import all_recipients

if TYPE_CHECKING:
    from newswatch.airflow_api import AirflowApi
    from newswatch.pipeline.watch import WatchReport


def watch(where: Where, now: datetime, clock: Callable[[], datetime]) -> WatchReport:
    """Detect, decide, deliver. ``clock`` tells when a delivery was accepted."""
    from newswatch.config import everything
    from newswatch.config.channels import life_cycle
    from newswatch.deliver.heartbeat import ping
    from newswatch.model.rendered import Links
    from newswatch.model.selfwatch import SELF_RULES
    from newswatch.pipeline.selfwatch import healthy
    from newswatch.pipeline.watch import Watch
    from newswatch.pipeline.watch import watch as run

    found = everything.load_alerting(where.folder, running=True)
    store = open_store(where.namespace)
    recipients = {one.name: one for one in all_recipients(found.channels)}
    life = life_cycle(found.channels, (*found.rules, *SELF_RULES))
    desk = found.channels.desk or os.environ.get("NEWSWATCH_DESK")
    links = Links(desk, found.channels.kibana, where.namespace)
    report = run(Watch(store, found.rules, life, recipients, now, clock, links))
    healthy(store)
    heartbeat = os.environ.get("NEWSWATCH_HEARTBEAT") or found.channels.heartbeat
    # a drill that goes well says nothing of the watch itself
    if heartbeat and not where.namespace.endswith("-drill") and not ping(heartbeat):
        logging.getLogger("newswatch").warning("the heartbeat's address did not answer")
    return report


def drill_ended(now: datetime, *, seen: bool) -> None:
    """Remember that the drill's canary arrived, or did not in time: the next watch run tells people."""
    from newswatch.pipeline.selfwatch import canary

    canary(open_store(Where().namespace), now, seen=seen)


def drill(
    where: Where, say: Callable[[str], None], clock: Callable[[], datetime], api: AirflowApi | None = None
) -> list[str]:
    """The drill, in a namespace dropped and made anew: through Airflow's DAGs with ``api``, else right here.

    Raises DrillError when the canary does not arrive, DrillBusyError while another drill is under way.
    """
    from newswatch.pipeline import drill as drills

    main, namespace = open_store(where.namespace), f"{where.namespace}-drill"

    def place(conf: dict[str, Any]) -> Where:
        return Where(namespace, Path(conf["config"]), Path(conf["feeds"]), tuple(conf["allow"]), every=True)

    with drills.alone(main, clock):
        folder = drills.Folder(runtime.home() / "drill" / namespace, where.folder / "watchlist", namespace)
        drills.renew(open_store(namespace))
        if api is not None:
            return drills.through_airflow(api, folder, say)
        return drills.run(
            folder,
            lambda conf: poll(place(conf), clock()),
            lambda conf: watch(place(conf), clock(), clock),
            say,
        )


def airflow_api() -> AirflowApi:
    """The Airflow that ``make up`` started."""
    import json

    from newswatch.airflow_api import AirflowApi

    settings = runtime.home() / "airflow.env"
    passwords = runtime.home() / "airflow" / "passwords.json"
    if not settings.exists() or not passwords.exists():
        raise UsageError("no Airflow is known here; run make up first, or use --local")
    port = next(line.partition("=")[2] for line in settings.read_text().splitlines() if "AIRFLOW_PORT=" in line)
    return AirflowApi(f"http://127.0.0.1:{port}", "admin", json.loads(passwords.read_text())["admin"])


def overview(namespace: str = "newswatch") -> list[str]:
    """How things stand, in a few lines."""
    from newswatch.pipeline.status import lines, read

    return lines(read(open_store(namespace)))
