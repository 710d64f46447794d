"""Every panel and the four dashboards, defined once. A title is the question that the panel answers."""

from __future__ import annotations

from newswatch.panels.catalog import alerts, feeds, overview, stories
from newswatch.panels.catalog.alerts import EXPECTED
from newswatch.panels.catalog.sources import VIEWS

__all__ = ["DASHBOARDS", "EXPECTED", "PANELS", "VIEWS"]

DASHBOARDS = (overview.BOARD, stories.BOARD, alerts.BOARD, feeds.BOARD)

PANELS = {place.panel.id: place.panel for board in DASHBOARDS for place in board.places}
