"""``upkeep.yaml``: how long what is kept, and where snapshots go."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import Field

from newswatch.model.duration import Duration
from newswatch.model.strict import Strict

Days = Annotated[Duration, Field(ge=timedelta(days=1))]


class Keep(Strict):
    """How long documents are kept. Items go by whole months, so up to a month longer; the others by their own age.

    ``entries`` are what is remembered of feeds that were taken out of feeds.yaml.
    """

    items: Days = Field(default=timedelta(days=400), ge=timedelta(days=31))
    counts: Days = Field(default=timedelta(days=400), ge=timedelta(days=31))
    signals: Days = Field(default=timedelta(days=400), ge=timedelta(days=31))
    alerts: Days = Field(default=timedelta(days=400), ge=timedelta(days=31))
    ledger: Days = Field(default=timedelta(days=90), ge=timedelta(days=8))
    outbox: Days = Field(default=timedelta(days=90), ge=timedelta(days=8))
    digests: Days = Field(default=timedelta(days=400), ge=timedelta(days=31))
    dead_letters: Days = timedelta(days=30)
    entries: Days = timedelta(days=60)


class Snapshots(Strict):
    """Where snapshots go. With ``location`` the repository is a folder of the cluster (within its ``path.repo``) and is
    registered when it is missing; without, it must exist. ``keep`` is how many of our snapshots stay.
    """

    repository: str = Field(default="newswatch", pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")
    location: str | None = Field(default=None, min_length=1)
    daily: bool = True
    keep: int = Field(default=14, ge=1, le=1000)


class UpkeepConfig(Strict):
    """The whole file. Without ``snapshots`` none are made."""

    keep: Keep = Keep()
    snapshots: Snapshots | None = None
