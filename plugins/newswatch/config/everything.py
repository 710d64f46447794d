"""All configuration at once, with what the files say of each other checked."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from newswatch.config.digests import load_digests
from newswatch.config.feeds import load_feeds
from newswatch.config.watchlist import load_watchlist
from newswatch.model.digest import DigestSpec
from newswatch.model.feed import FeedSpec
from newswatch.model.watchlist import Watchlist


@dataclass(frozen=True, slots=True)
class Everything:
    """The typed content of a configuration folder."""

    feeds: tuple[FeedSpec, ...]
    watchlist: Watchlist
    digests: tuple[DigestSpec, ...]

    def summary(self) -> list[tuple[str, str]]:
        """File → what stands in it, in words."""
        return [
            ("feeds.yaml", f"{len(self.feeds)} feeds"),
            ("watchlist/", f"{len(self.watchlist.concepts)} concepts, version {self.watchlist.version}"),
            ("digests.yaml", f"{len(self.digests)} digests"),
        ]


def load(folder: Path) -> Everything:
    """Read ``folder``. Raises ConfigError with file, line and key at the first fault."""
    watchlist = load_watchlist(folder / "watchlist")
    tags = [tag.id for tag in watchlist.tags]
    return Everything(
        feeds=load_feeds(folder / "feeds.yaml"),
        watchlist=watchlist,
        digests=load_digests(folder / "digests.yaml", channels={"folder"}, tags=tags),
    )
