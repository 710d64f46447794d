"""Hourly: a canary article goes from a loopback feed to the folder channel, in a namespace of its own."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta

from airflow.sdk import DeadlineAlert, DeadlineReference, SyncCallback, dag, task

DEADLINE = timedelta(minutes=10)


def missed(**context: object) -> None:
    """The canary was not seen in time: the next watch run tells people, like any other alert."""
    from newswatch import jobs

    logging.getLogger("newswatch").error("the drill's canary was not seen within %s", DEADLINE)
    jobs.drill_ended(datetime.now(UTC), seen=False)


@dag(
    schedule="17 * * * *",
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    tags=["newswatch"],
    deadline=[DeadlineAlert(DeadlineReference.DAGRUN_QUEUED_AT, DEADLINE, SyncCallback(missed))],
    doc_md=__doc__,
)
def newswatch_drill() -> None:
    @task(retries=1, retry_delay=timedelta(seconds=20), execution_timeout=timedelta(minutes=5))
    def drill() -> list[str]:
        from newswatch import jobs

        lines = jobs.drill(jobs.Where(), print, lambda: datetime.now(UTC))
        jobs.drill_ended(datetime.now(UTC), seen=True)
        return lines

    drill()


newswatch_drill()
