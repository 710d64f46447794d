"""``upkeep.yaml``: how long what is kept, and where snapshots go."""

from __future__ import annotations

from pathlib import Path

from newswatch.config import loader
from newswatch.model.upkeep import UpkeepConfig


def load_upkeep(file: Path) -> UpkeepConfig:
    """What the file says; without a file, what is usual, and no snapshots. Raises ConfigError."""
    return loader.load(file, UpkeepConfig)[0] if file.exists() else UpkeepConfig()
