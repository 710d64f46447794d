"""A panel: one question about one index, defined once and drawn in many places.

From a ``Panel`` come the Elasticsearch query, the Kibana Lens state, the picture in mails and pages, and the table in
the terminal. Splits nest in the order given; measures stand at the innermost level.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Chart(StrEnum):
    """How a panel is drawn."""

    LINE = "line"
    AREA = "area"
    BAR = "bar"
    BAR_HORIZONTAL = "bar-horizontal"
    HEATMAP = "heatmap"
    METRIC = "metric"
    TABLE = "table"
    DONUT = "donut"


class Op(StrEnum):
    """What a measure computes over the documents of a cell."""

    COUNT = "count"
    SUM = "sum"
    AVERAGE = "average"
    MAX = "max"
    MEDIAN = "median"
    PERCENTILE = "percentile"
    UNIQUE = "unique"
    LAST = "last"


@dataclass(frozen=True, slots=True)
class Where:
    """A condition: ``field`` has one of ``values`` (any value when empty); ``negate`` turns it round."""

    field: str
    values: tuple[str, ...] = ()
    negate: bool = False


@dataclass(frozen=True, slots=True)
class Measure:
    """One number per cell.

    ``where`` narrows the documents of this measure alone. ``shift`` (such as ``1w``) takes them that much earlier.
    ``percent`` belongs to ``PERCENTILE``, ``sort`` (a date field) and ``type`` (``string`` or ``date``) to ``LAST``.
    ``unit`` is ``""``, ``s`` or ``%``.
    """

    id: str
    label: str
    op: Op = Op.COUNT
    field: str | None = None
    where: tuple[Where, ...] = ()
    shift: str | None = None
    percent: int | None = None
    sort: str | None = None
    type: str = "string"
    unit: str = ""


@dataclass(frozen=True, slots=True)
class ByTime:
    """Buckets of time; ``interval`` is fixed, such as ``1h``."""

    id: str
    label: str
    field: str
    interval: str


@dataclass(frozen=True, slots=True)
class ByTerm:
    """The ``size`` most frequent values of a keyword field, by the panel's first measure unless ``alphabetical``."""

    id: str
    label: str
    field: str
    size: int = 10
    alphabetical: bool = False


@dataclass(frozen=True, slots=True)
class ByFilter:
    """One bucket per named condition."""

    id: str
    label: str
    filters: tuple[tuple[str, tuple[Where, ...]], ...]


Split = ByTime | ByTerm | ByFilter


@dataclass(frozen=True, slots=True)
class Source:
    """Where a panel's documents are: ``index`` is the name after the namespace, ``time`` the date field of the time
    picker, ``unit`` what one document is. ``view`` is the data view, when it is not called as the index is.
    """

    index: str
    time: str
    unit: str
    view: str = ""

    @property
    def data_view(self) -> str:
        """The data view's id, after the namespace."""
        return self.view or self.index


@dataclass(frozen=True, slots=True)
class Panel:
    """One question. ``title`` is the question, ``empty`` what to say when nothing answers it.

    ``unit`` is what the measures count, when that is not the source's documents.
    """

    id: str
    title: str
    source: Source
    chart: Chart
    measures: tuple[Measure, ...]
    splits: tuple[Split, ...] = ()
    where: tuple[Where, ...] = ()
    empty: str = "Nothing yet in this time range."
    unit: str | None = None

    @property
    def axis(self) -> str:
        """What stands at the value axis."""
        return self.unit or self.source.unit


@dataclass(frozen=True, slots=True)
class Listing:
    """The newest documents themselves, as a table. ``columns`` are fields."""

    id: str
    title: str
    source: Source
    columns: tuple[str, ...]
    where: tuple[Where, ...] = ()
    size: int = 50
    empty: str = "Nothing yet in this time range."


@dataclass(frozen=True, slots=True)
class Table:
    """A panel's answer: ``columns`` are labels (splits, then measures); a cell is text, a number or None."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str | float | None, ...], ...]
