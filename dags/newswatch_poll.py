"""Feeds that are due → shards → stories → the items asset. A failed shard holds up nothing, but fails the run."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.sdk import Asset, Param, TriggerRule, dag, task

ITEMS = Asset("newswatch://items")
PARAMS = {
    "namespace": Param("newswatch", type="string"),
    "feeds": Param(None, type=["null", "string"], description="Another list of feeds, for a drill"),
    "allow": Param([], type="array", description="HOST:PORT pairs of an intranet that may be asked"),
    "config": Param(None, type=["null", "string"], description="Another configuration folder, for a drill"),
    "every": Param(False, type="boolean", description="Poll every feed, due or not"),
}


def where(params: dict[str, Any]) -> Any:
    from pathlib import Path

    from newswatch import jobs

    config, feeds = (Path(params[name]) if params[name] else None for name in ("config", "feeds"))
    return jobs.Where(params["namespace"], config, feeds, tuple(params["allow"]), params["every"])


@dag(
    schedule="*/5 * * * *",
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=2,
    tags=["newswatch"],
    params=PARAMS,
    doc_md=__doc__,
)
def newswatch_poll() -> None:
    @task(retries=2, retry_delay=timedelta(seconds=10))
    def due(params: dict[str, Any]) -> list[dict[str, Any]]:
        from newswatch import jobs

        now = datetime.now(UTC)
        return [{"now": now.isoformat(), "feeds": feeds} for feeds in jobs.due(where(params), now)]

    @task(retries=1, retry_delay=timedelta(seconds=5), execution_timeout=timedelta(minutes=10))
    def shard(job: dict[str, Any], params: dict[str, Any]) -> int:
        from newswatch import jobs

        return jobs.shard(where(params), datetime.fromisoformat(job["now"]), job["feeds"]).created

    @task(trigger_rule=TriggerRule.ALL_DONE, outlets=[ITEMS], retries=3, retry_delay=timedelta(seconds=5))
    def link(params: dict[str, Any]) -> int:
        from newswatch import jobs

        return jobs.link(where(params), datetime.now(UTC)).items

    @task(trigger_rule=TriggerRule.NONE_FAILED)
    def all_shards_done() -> None:
        """The run fails when a shard did."""

    polled = shard.expand(job=due())
    polled >> link()
    polled >> all_shards_done()


newswatch_poll()
