"""Digests that are due, asked every five minutes; which, when and for whom says config/digests.yaml."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.sdk import Param, dag, task


@dag(
    schedule="*/5 * * * *",
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    tags=["newswatch"],
    params={
        "namespace": Param("newswatch", type="string"),
        "config": Param(None, type=["null", "string"], description="Another configuration folder"),
        "now": Param(
            None, type=["null", "string"], description="The time to take as now (ISO 8601), to try things out"
        ),
    },
    doc_md=__doc__,
)
def newswatch_digest() -> None:
    @task(retries=2, retry_delay=timedelta(seconds=30), execution_timeout=timedelta(minutes=10))
    def digest(params: dict[str, Any]) -> dict[str, int]:
        from dataclasses import asdict
        from pathlib import Path

        from newswatch import daily, jobs

        def clock() -> datetime:
            return datetime.fromisoformat(params["now"]) if params["now"] else datetime.now(UTC)

        where = jobs.Where(params["namespace"], Path(params["config"]) if params["config"] else None)
        return asdict(daily.digest(where, clock(), clock))

    digest()


newswatch_digest()
