"""What the desk works with: who looks, the store, the configuration as it is on disk now."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Generic, TypeVar

from newswatch import jobs, runtime
from newswatch.config.everything import Alerting, Everything, load, load_alerting
from newswatch.config.feeds import load_feeds
from newswatch.errors import ConfigError
from newswatch.index.client import Settings, Store, connect
from newswatch.model.digest_plan import DigestSpec
from newswatch.model.feed import FeedSpec
from newswatch.model.rules import Rule
from newswatch.model.watchlist import Watchlist
from newswatch.tag import Tagger

#: nobody waits longer than this for a page, in seconds
PATIENCE = 8.0
#: as many requests as the server has threads for views, so that nobody waits for another's
AT_ONCE = 40
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Person:
    """Who looks. ``acts``: may acknowledge and silence; everybody else only reads."""

    name: str
    acts: bool = False


class Fresh(Generic[T]):
    """A value read from files, read again once one of them has changed."""

    def __init__(self, load: Callable[[], T], *paths: Path) -> None:
        self._load = load
        self._paths = paths
        self._read: tuple[tuple[tuple[str, int], ...], T] | None = None

    def get(self) -> T:
        """The value. Raises ConfigError as its loader does."""
        stamp = tuple((str(file), file.stat().st_mtime_ns) for file in self._files())
        if self._read is None or self._read[0] != stamp:
            self._read = (stamp, self._load())
        return self._read[1]

    def _files(self) -> Iterator[Path]:
        for path in self._paths:
            if path.is_dir():
                yield from sorted(path.glob("*.yaml"))
            elif path.exists():
                yield path


@dataclass(frozen=True)
class Desk:
    """One desk over one namespace. ``login`` gives the address of the login page that leads back to an address.

    ``clock`` is asked once per request.
    """

    where: jobs.Where
    clock: Callable[[], datetime]
    login: Callable[[str], str]

    @cached_property
    def store(self) -> Store:
        """The store, connected once; nothing is asked before a view does."""
        runtime.load_environment()
        return connect(Settings.from_environment(), self.where.namespace, timeout=PATIENCE, at_once=AT_ONCE)

    @cached_property
    def _alerting(self) -> Fresh[Alerting]:
        folder = self.where.folder
        return Fresh(lambda: load_alerting(folder), folder, folder / "watchlist")

    @cached_property
    def _tagger(self) -> Fresh[Tagger]:
        return Fresh(lambda: Tagger(self.watchlist), self.where.folder / "watchlist")

    @cached_property
    def _feeds(self) -> Fresh[tuple[Sequence[FeedSpec], Mapping[str, str]]]:
        """The feeds, and the names of publishers by their ids."""
        file = self.where.feeds or self.where.folder / "feeds.yaml"

        def read() -> tuple[Sequence[FeedSpec], Mapping[str, str]]:
            feeds = load_feeds(file)
            return feeds, {one.publisher.id: one.publisher_name for one in feeds if one.publisher_name}

        return Fresh(read, file)

    @cached_property
    def _everything(self) -> Fresh[Everything]:
        return Fresh(lambda: load(self.where.folder), self.where.folder, self.where.folder / "watchlist")

    @property
    def digests(self) -> Sequence[DigestSpec]:
        """The digests of ``digests.yaml``."""
        return self._everything.get().digests

    @property
    def watchlist(self) -> Watchlist:
        """The watch-list of ``config/watchlist``."""
        return self._alerting.get().watchlist

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rules of ``rules.yaml``."""
        return self._alerting.get().rules

    @property
    def tagger(self) -> Tagger:
        """The tagger of the watch-list."""
        return self._tagger.get()

    def called(self, publisher: str) -> str:
        """A publisher's name; its id while ``feeds.yaml`` gives none or cannot be read."""
        try:
            return self._feeds.get()[1].get(publisher, publisher)
        except ConfigError:
            return publisher

    @property
    def feeds(self) -> Sequence[FeedSpec]:
        """The feeds of ``feeds.yaml``."""
        return self._feeds.get()[0]
