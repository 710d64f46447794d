"""Seeds, feeds and stories."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from newswatch import __version__, runtime
from newswatch.errors import LeaseError, UsageError
from newswatch.jobs import place
from newswatch.jobs.place import Where, alerting, allowed, open_store

if TYPE_CHECKING:
    from newswatch.index.items import Written
    from newswatch.model.feed import FeedSpec
    from newswatch.pipeline.link import LinkReport
    from newswatch.pipeline.poll import Poll, PollReport, Progress
    from newswatch.pipeline.retag import RetagReport
    from newswatch.pipeline.trial import Trial


def seed(where: Where, now: datetime, folder: Path | None = None) -> Written:
    """Load the seed articles; any number of times leaves one document each."""
    from newswatch.pipeline.seed import seed as run

    return run(open_store(where.namespace), folder or runtime.ROOT / "seeds", place.tagger(where), now)


def due(where: Where, now: datetime) -> list[list[str]]:
    """The ids of the feeds that are due, in shards; those of one host in one of them."""
    from newswatch.pipeline import poll

    return poll.shards(poll.due(open_store(where.namespace), _specs(where), now, every=where.every))


def shard(where: Where, now: datetime, feeds: Sequence[str], progress: Progress = lambda _: None) -> PollReport:
    """Poll some feeds once: one idempotent transaction."""
    from newswatch.pipeline.poll import poll_shard

    return poll_shard(_poll(where, now), feeds, progress)


def try_feed(where: Where, url: str, now: datetime) -> tuple[FeedSpec, Trial]:
    """Fetch one address once, as a poll would; stores nothing. Raises UsageError when it cannot be an address."""
    import asyncio

    from newswatch.config.feeds import registrable_host
    from newswatch.fetch import settings_from
    from newswatch.model.feed import FeedSpec
    from newswatch.model.feeds_file import check_url
    from newswatch.model.item import Publisher
    from newswatch.pipeline.trial import trial

    try:
        host = registrable_host(check_url(url))
    except ValueError as error:
        raise UsageError(f"the address cannot be polled: {error}") from None
    spec = FeedSpec(id="test", url=url, publisher=Publisher(host, host))
    settings = settings_from(os.environ, __version__)
    return spec, asyncio.run(trial(spec, place.tagger(where), settings, allowed(where.allow), now))


def link(where: Where, now: datetime) -> LinkReport:
    """Join new items to their stories."""
    from newswatch.pipeline.link import link as run

    return run(open_store(where.namespace), now)


def poll(where: Where, now: datetime, progress: Progress = lambda _: None) -> PollReport:
    """All that is due, then the stories; those that another run is joining at this moment are left to it."""
    from newswatch.pipeline.poll import poll_due

    report = poll_due(_poll(where, now), progress, every=where.every)
    try:
        link(where, now)
    except LeaseError as error:
        logging.getLogger(__name__).warning("%s; the next poll joins what this one brought", error)
    return report


def retag(where: Where, now: datetime, progress: Callable[[int], None] = lambda _: None) -> RetagReport:
    """Bring stored items to the configuration's watch-list."""
    from newswatch.pipeline.retag import retag as run

    return run(open_store(where.namespace), place.tagger(where), alerting(where)[1], now, progress)


def _specs(where: Where) -> dict[str, FeedSpec]:
    from newswatch.config.feeds import load_feeds

    return {spec.id: spec for spec in load_feeds(where.feeds or where.folder / "feeds.yaml")}


def _poll(where: Where, now: datetime) -> Poll:
    from newswatch.fetch import settings_from
    from newswatch.pipeline.poll import Poll

    pairs = allowed(where.allow)
    settings = settings_from(os.environ, __version__)
    return Poll(open_store(where.namespace), _specs(where), place.tagger(where), now, settings, pairs)


def seeds_matched(where: Where) -> str:
    """Which rules the seed articles match, in a line: seeds are history, so nobody is told."""
    from newswatch.config.everything import load_alerting
    from newswatch.pipeline.seed import matched

    found = matched(open_store(where.namespace), load_alerting(where.folder).rules)
    said = ", ".join(f"{rule} {count}" for rule, count in found.most_common()) or "none"
    return f"Seeds match    {said} (recorded as historical, not sent)"
