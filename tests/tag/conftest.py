"""The shipped watch-list, once for all tests of tagging."""

from __future__ import annotations

from pathlib import Path

import pytest

from newswatch.config.watchlist import load_watchlist
from newswatch.model.watchlist import Watchlist
from newswatch.tag import Tagger

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="session")
def shipped() -> Watchlist:
    """``config/watchlist``."""
    return load_watchlist(ROOT / "config")


@pytest.fixture(scope="session")
def tagger(shipped: Watchlist) -> Tagger:
    """A tagger with the shipped watch-list."""
    return Tagger(shipped)
