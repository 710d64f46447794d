"""``digests.yaml``: who gets which digest, when."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

from croniter import CroniterBadDateError, croniter

from newswatch.config import loader
from newswatch.model.digest_plan import DigestConfig, DigestSpec

FIELDS = 5
#: how many times of a cron line, from when, are looked at; a digest tells of an hour at least
LOOKED_AT, BEGIN, LEAST = 50, datetime(2026, 1, 1, tzinfo=UTC), timedelta(hours=1)


def load_digests(file: Path, *, channels: Collection[str], tags: Collection[str]) -> tuple[DigestSpec, ...]:
    """The digests of ``file``, in its order. Raises ConfigError; a missing file means no digests.

    ``channels`` and ``tags`` are the names that recipients and tags may refer to.
    """
    if not file.exists():
        return ()
    config, lines = loader.load(file, DigestConfig)
    seen: set[str] = set()
    for number, spec in enumerate(config.digests):
        key = ("digests", number)
        if spec.id in seen:
            raise lines.error((*key, "id"), f"a digest named {spec.id!r} stands above already")
        seen.add(spec.id)
        fault = _fault(spec.times)
        if fault:
            raise lines.error((*key, "cron"), f"{spec.cron!r} {fault}")
        _known(lines, (*key, "recipients"), spec.recipients, channels, "channel in channels.yaml")
        _known(lines, (*key, "tags"), spec.tags, tags, "tag in the watch-list")
    return config.digests


def _fault(cron: str) -> str | None:
    """What is wrong with a cron line."""
    if len(cron.split()) != FIELDS or not croniter.is_valid(cron):
        return "is not a cron line of five fields, such as 0 7 * * *"
    times = croniter(cron, BEGIN)
    try:
        moments = [times.get_next(datetime) for _ in range(LOOKED_AT)]
    except CroniterBadDateError:
        return "names no day that there is"
    if any(later - earlier < LEAST for earlier, later in pairwise(moments)):
        return "falls due more than once an hour"
    return None


def _known(lines: loader.Lines, key: loader.Key, names: tuple[str, ...], known: Collection[str], what: str) -> None:
    for number, name in enumerate(names):
        if name not in known:
            raise lines.error((*key, number), f"there is no {what} named {name!r}")
