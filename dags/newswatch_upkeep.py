"""Daily: mappings brought up to date, a snapshot, and what is old dropped, as config/upkeep.yaml says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.sdk import Param, dag, task


@dag(
    schedule="40 2 * * *",
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    tags=["newswatch"],
    params={
        "namespace": Param("newswatch", type="string"),
        "config": Param(None, type=["null", "string"], description="Another configuration folder"),
    },
    doc_md=__doc__,
)
def newswatch_upkeep() -> None:
    @task(retries=2, retry_delay=timedelta(minutes=5), execution_timeout=timedelta(hours=6))
    def upkeep(params: dict[str, Any]) -> list[str]:
        from pathlib import Path

        from newswatch import daily, jobs
        from newswatch.errors import StoreError

        where = jobs.Where(params["namespace"], Path(params["config"]) if params["config"] else None)
        steps = daily.upkeep(where, datetime.now(UTC))
        said = [f"{step.name}: {step.said}" for step in steps]
        print("\n".join(said))
        failed = [f"{step.name}: {step.said}" for step in steps if step.failed]
        if failed:
            raise StoreError("; ".join(failed))
        return said

    upkeep()


newswatch_upkeep()
