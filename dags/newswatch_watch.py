"""Signals → alerts → deliveries: at every items asset, and at least every minute. It works from its own cursor."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.sdk import Asset, AssetOrTimeSchedule, CronTriggerTimetable, Param, dag, task


def failed(context: Any) -> None:
    """No outbox can tell that the watch does not run; Airflow's own notifiers can."""
    from newswatch import alarm, runtime

    if not context["params"]["config"]:  # a drill's own run is told by its canary
        alarm.raise_alarm(context, runtime.config_folder(), datetime.now(UTC))


@dag(
    schedule=AssetOrTimeSchedule(
        timetable=CronTriggerTimetable("* * * * *", timezone="UTC"), assets=[Asset("newswatch://items")]
    ),
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    tags=["newswatch"],
    params={
        "namespace": Param("newswatch", type="string"),
        "config": Param(None, type=["null", "string"], description="Another configuration folder, for a drill"),
    },
    doc_md=__doc__,
)
def newswatch_watch() -> None:
    @task(
        retries=2,
        retry_delay=timedelta(seconds=5),
        execution_timeout=timedelta(minutes=10),
        on_failure_callback=failed,
    )
    def watch(params: dict[str, Any]) -> dict[str, int]:
        from dataclasses import asdict
        from pathlib import Path

        from newswatch import jobs

        where = jobs.Where(params["namespace"], Path(params["config"]) if params["config"] else None)
        return asdict(jobs.watch(where, datetime.now(UTC), lambda: datetime.now(UTC)))

    watch()


newswatch_watch()
