"""``feeds.yaml``: what is polled, and who publishes it."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import tldextract

from newswatch.config import loader
from newswatch.model.feed import FeedSpec
from newswatch.model.feeds_file import FeedConfig, FeedsFile, PublisherConfig
from newswatch.model.item import Publisher


def load_feeds(path: Path) -> tuple[FeedSpec, ...]:
    """The feeds of ``path`` in its order, those that are switched off included (``enabled`` says so).

    A lone ``feeds: [{id, url}]`` is valid: the publisher is then the registrable host of the address. Raises
    ConfigError with line and key for an unknown key, a bad address, an id given twice or an unknown publisher.
    """
    file, lines = loader.load(path, FeedsFile)
    first: dict[str, int] = {}
    for number, feed in enumerate(file.feeds):
        key = ("feeds", number)
        if feed.id in first:
            line = lines.line(("feeds", first[feed.id], "id"))
            raise lines.error((*key, "id"), f"the feed {feed.id!r} stands in line {line} already")
        first[feed.id] = number
        if feed.publisher and file.publishers and feed.publisher not in file.publishers:
            raise lines.error((*key, "publisher"), f"there is no publisher named {feed.publisher!r}")
    return tuple(_spec(feed, file.publishers) for feed in file.feeds)


def _spec(feed: FeedConfig, publishers: dict[str, PublisherConfig]) -> FeedSpec:
    name = feed.publisher or registrable_host(feed.url)
    known = publishers.get(name, PublisherConfig())
    country, kind = feed.country or known.country, feed.kind or known.kind
    publisher = Publisher(
        id=name, family=known.family or name, country=known.country or country, kind=known.kind or kind
    )
    return FeedSpec(
        id=feed.id,
        url=feed.url,
        publisher=publisher,
        language=feed.language,
        kind=kind,
        topics=feed.topics,
        enabled=feed.enabled,
        country=country,
        title=feed.title,
        checked=feed.checked,
        publisher_name=known.name,
    )


def registrable_host(url: str) -> str:
    """``https://feeds.bbci.co.uk/news`` → ``bbci.co.uk``; the host itself when it is an address or a bare name."""
    host = (urlsplit(url).hostname or "").rstrip(".")
    found = _suffixes()(host)
    return f"{found.domain}.{found.suffix}" if found.domain and found.suffix else host


@cache
def _suffixes() -> tldextract.TLDExtract:
    """The public suffix list that comes with the library: nothing is downloaded and nothing cached on disk."""
    return tldextract.TLDExtract(cache_dir=None, suffix_list_urls=(), fallback_to_snapshot=True)
