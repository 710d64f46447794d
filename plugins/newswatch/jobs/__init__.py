"""What commands and DAGs run: each job opens the store, reads its configuration and calls the pipeline.

Arguments and results are plain values (text, numbers, times), so that a job can be a task, a command or a test.
"""

from __future__ import annotations

from newswatch.jobs.lifecycle import (
    acknowledge,
    alert_history,
    alerts,
    expire_silence,
    silence,
    silences,
    timetable,
    why,
    would_mute,
)
from newswatch.jobs.place import Where, alerting, allowed, open_store, tagger
from newswatch.jobs.polling import due, link, poll, retag, seed, seeds_matched, shard, try_feed
from newswatch.jobs.recipients import all_recipients, channel_of
from newswatch.jobs.watching import airflow_api, drill, drill_ended, overview, watch

__all__ = [
    "Where", "acknowledge", "airflow_api", "alert_history", "alerting", "alerts", "all_recipients", "allowed",
    "channel_of", "drill", "drill_ended", "due", "expire_silence", "link", "open_store", "overview", "poll",
    "retag", "seed", "seeds_matched", "shard", "silence", "silences", "tagger", "timetable", "try_feed", "watch",
    "why", "would_mute",
]  # fmt: skip
