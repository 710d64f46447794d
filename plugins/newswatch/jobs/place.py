"""Where the jobs work: the namespace, the configuration folder, the open store."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from newswatch import runtime
from newswatch.errors import UsageError

if TYPE_CHECKING:
    from newswatch.index.client import Store
    from newswatch.model.alert import LifeCycle
    from newswatch.model.rules import Rule
    from newswatch.tag import Tagger


@dataclass(frozen=True, slots=True)
class Where:
    """Where a job works: the namespace and the configuration folder (None: the runtime's).

    For polling: another list of feeds, the ``HOST:PORT`` pairs of an intranet that may be asked, and whether ``every``
    feed is polled, due or not.
    """

    namespace: str = "newswatch"
    config: Path | None = None
    feeds: Path | None = None
    allow: tuple[str, ...] = ()
    every: bool = False

    @property
    def folder(self) -> Path:
        """The configuration folder."""
        return self.config or runtime.config_folder()


def open_store(namespace: str) -> Store:
    """The store of ``namespace``, its templates and indices made when they are missing."""
    from newswatch.index.client import Settings, connect
    from newswatch.index.templates import ensure

    runtime.load_environment()
    store = connect(Settings.from_environment(), namespace)
    ensure(store)
    return store


def tagger(where: Where) -> Tagger:
    """The tagger of the configuration's watch-list."""
    from newswatch.config.watchlist import load_watchlist
    from newswatch.tag import Tagger

    return Tagger(load_watchlist(where.folder / "watchlist"))


def alerting(where: Where) -> tuple[LifeCycle, tuple[Rule, ...]]:
    """The life cycle's configuration and the rules."""
    from newswatch.config import everything
    from newswatch.config.channels import life_cycle
    from newswatch.model.selfwatch import SELF_RULES

    found = everything.load_alerting(where.folder)
    return life_cycle(found.channels, (*found.rules, *SELF_RULES)), found.rules


def allowed(values: Iterable[str]) -> frozenset[tuple[str, int]]:
    """``HOST:PORT`` texts as pairs."""
    pairs = []
    for value in values:
        host, _, port = value.rpartition(":")
        if not host or not port.isdigit():
            raise UsageError(f"--allow wants HOST:PORT, such as 127.0.0.1:8000, not {value!r}")
        pairs.append((host.strip("[]").lower(), int(port)))
    return frozenset(pairs)
