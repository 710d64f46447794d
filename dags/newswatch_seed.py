"""The seed articles as the initial feed: runs once by itself, again at will; always the same five documents."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from airflow.sdk import Param, dag, task


@dag(
    schedule="@once",
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    tags=["newswatch"],
    params={"namespace": Param("newswatch", type="string")},
    doc_md=__doc__,
)
def newswatch_seed() -> None:
    @task(retries=3, retry_delay=timedelta(seconds=10))
    def seed(params: dict[str, str]) -> int:
        from newswatch import jobs

        return len(jobs.seed(jobs.Where(params["namespace"]), datetime.now(UTC)).created)

    seed()


newswatch_seed()
