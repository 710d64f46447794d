"""All configuration at once, with what the files say of each other checked."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from newswatch.config.channels import load_channels
from newswatch.config.digests import load_digests
from newswatch.config.feeds import load_feeds
from newswatch.config.rules import load_rules
from newswatch.config.upkeep import load_upkeep
from newswatch.config.watchlist import load_watchlist
from newswatch.model.channels import ChannelsFile
from newswatch.model.digest_plan import DigestSpec
from newswatch.model.feed import FeedSpec
from newswatch.model.rules import Rule
from newswatch.model.upkeep import UpkeepConfig
from newswatch.model.watchlist import Watchlist


@dataclass(frozen=True, slots=True)
class Alerting:
    """What a watch run needs: rules and channels, checked against the watch-list's names."""

    watchlist: Watchlist
    rules: tuple[Rule, ...]
    channels: ChannelsFile


@dataclass(frozen=True, slots=True)
class Everything:
    """The typed content of a configuration folder."""

    feeds: tuple[FeedSpec, ...]
    watchlist: Watchlist
    rules: tuple[Rule, ...]
    channels: ChannelsFile
    digests: tuple[DigestSpec, ...]
    upkeep: UpkeepConfig

    def summary(self) -> list[tuple[str, str]]:
        """File → what stands in it, in words."""
        return [
            ("feeds.yaml", f"{len(self.feeds)} feeds"),
            ("watchlist/", f"{len(self.watchlist.concepts)} concepts, version {self.watchlist.version}"),
            ("rules.yaml", f"{len(self.rules)} rules"),
            ("channels.yaml", f"{len(self.channels.channels)} channels, {len(self.channels.routes)} routes"),
            ("digests.yaml", f"{len(self.digests)} digests"),
            ("upkeep.yaml", f"items are kept {self.upkeep.keep.items.days} days"),
        ]


def load(folder: Path) -> Everything:
    """Read ``folder``. Raises ConfigError with file, line and key at the first fault."""
    feeds = load_feeds(folder / "feeds.yaml")
    found = load_alerting(folder)
    channels = {channel.id for channel in found.channels.channels}
    tags = {tag.id for tag in found.watchlist.tags}
    digests = load_digests(folder / "digests.yaml", channels=channels, tags=tags)
    return Everything(feeds, found.watchlist, found.rules, found.channels, digests, load_upkeep(folder / "upkeep.yaml"))


def look_over(folder: Path) -> None:
    """Read what there is of ``folder``, for a command that may need only a part of it.

    Raises ConfigError as ``load`` does, but passes over files that are missing: who needs one says so.
    """
    files = sorted(folder.glob("*.yaml")) + sorted(folder.glob("watchlist/*.yaml"))
    _look_over(folder, tuple((file, file.stat().st_mtime_ns, file.stat().st_size) for file in files))


@lru_cache(maxsize=4)
def _look_over(folder: Path, files: tuple[tuple[Path, int, int], ...]) -> None:
    """Once for the same ``files``: one process may run many commands."""
    there = {file.name for file, _, _ in files}
    if "feeds.yaml" in there:
        load_feeds(folder / "feeds.yaml")
    load_upkeep(folder / "upkeep.yaml")
    if not (folder / "watchlist").is_dir():
        return
    names = names_of(load_watchlist(folder / "watchlist"))
    load_rules(folder / "rules.yaml", known=names)
    if "channels.yaml" in there:
        known = {"tag": names["tags"], "actor": names["actors"]}
        channels = {one.id for one in load_channels(folder / "channels.yaml", known, running=True).channels}
        load_digests(folder / "digests.yaml", channels=channels, tags=names["tags"])


def load_alerting(folder: Path, *, running: bool = False) -> Alerting:
    """Rules and channels alone; ``running``: see ``load_channels``."""
    watchlist = load_watchlist(folder / "watchlist")
    rules = load_rules(folder / "rules.yaml", known=names_of(watchlist))
    names = names_of(watchlist)
    known = {"tag": names["tags"], "actor": names["actors"]}
    return Alerting(watchlist, rules, load_channels(folder / "channels.yaml", known, running=running))


def names_of(watchlist: Watchlist) -> dict[str, set[str]]:
    """The names that rules may refer to."""
    return {kind: {part.id for part in getattr(watchlist, kind)} for kind in ("tags", "concepts", "actors")}
