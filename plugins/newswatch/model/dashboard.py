"""Dashboards: which panels stand where, over which data views."""

from __future__ import annotations

from dataclasses import dataclass

from newswatch.model.panel import Listing, Panel


@dataclass(frozen=True, slots=True)
class Place:
    """A panel's rectangle on a grid of 48 columns; one row is 20 pixels."""

    panel: Panel | Listing
    x: int
    y: int
    w: int
    h: int


@dataclass(frozen=True, slots=True)
class Note:
    """A text in Markdown on a dashboard."""

    id: str
    markdown: str
    x: int
    y: int
    w: int
    h: int


@dataclass(frozen=True, slots=True)
class Control:
    """A drop-down that filters the dashboard by the values of ``field`` of ``index``."""

    id: str
    label: str
    index: str
    field: str


@dataclass(frozen=True, slots=True)
class Dashboard:
    """One dashboard. ``since`` is where its time range starts, in date math such as ``now-7d``."""

    id: str
    title: str
    description: str
    places: tuple[Place, ...]
    notes: tuple[Note, ...] = ()
    controls: tuple[Control, ...] = ()
    since: str = "now-7d"


@dataclass(frozen=True, slots=True)
class DataView:
    """A Kibana data view. ``index`` is the name after the namespace; ``formats`` maps fields to a field format.

    ``view`` is its id, when that is not the index: Kibana's time range goes by the view's one date field.
    """

    index: str
    name: str
    time: str
    formats: tuple[tuple[str, str], ...] = ()
    view: str = ""

    @property
    def id(self) -> str:
        """Its id, after the namespace."""
        return self.view or self.index
