"""``digests.yaml``: who gets which digest, when."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from croniter import croniter

from newswatch.config import loader
from newswatch.model.digest_plan import DigestConfig, DigestSpec

FIELDS = 5


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
        if len(spec.times.split()) != FIELDS or not croniter.is_valid(spec.times):
            raise lines.error((*key, "cron"), f"{spec.cron!r} is not a cron line of five fields, such as 0 7 * * *")
        _known(lines, (*key, "recipients"), spec.recipients, channels, "channel in channels.yaml")
        _known(lines, (*key, "tags"), spec.tags, tags, "tag in the watch-list")
    return config.digests


def _known(lines: loader.Lines, key: loader.Key, names: tuple[str, ...], known: Collection[str], what: str) -> None:
    for number, name in enumerate(names):
        if name not in known:
            raise lines.error((*key, number), f"there is no {what} named {name!r}")
