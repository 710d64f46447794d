"""Pictures of panels and of a detector's series, without a browser or a network (matplotlib).

``draw`` draws a panel's Table; ``band`` draws a series over its expected band; both return PNG or SVG bytes. The same
input gives the same bytes. Sizes are in CSS pixels.
"""

from __future__ import annotations

import io
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter, date2num
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from newswatch.model.panel import ByTime, Chart, Panel, Table
from newswatch.panels.colors import BOTH, LIGHT, Theme, color

Format = Literal["png", "svg"]
DPI = 96
mpl.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "newswatch", "font.size": 9})


@dataclass(frozen=True, slots=True)
class Look:
    """How a picture is made: size in CSS pixels, theme, file format, ``scale`` for dense screens (PNG)."""

    width: int = 640
    height: int = 240
    theme: Theme = LIGHT
    format: Format = "png"
    scale: float = 2.0


@dataclass(frozen=True, slots=True)
class Point:
    """One bucket of a series: when it starts, what was observed, and between what it was expected."""

    at: datetime
    observed: float | None
    expected: float | None = None
    low: float | None = None
    high: float | None = None
    alarm: bool = False


def draw(panel: Panel, table: Table, look: Look | None = None) -> bytes:
    """The picture of a panel's answer; an empty answer shows the panel's own sentence."""
    look = look or Look()
    figure, axes = _figure(look)
    if not any(isinstance(cell, float) for row in table.rows for cell in row):
        _say(axes, panel.empty, look.theme)
    elif panel.chart in (Chart.LINE, Chart.AREA, Chart.BAR) and any(isinstance(one, ByTime) for one in panel.splits):
        _over_time(axes, panel, table, look.theme)
    elif panel.chart is Chart.HEATMAP:
        _heatmap(axes, table, look.theme)
    elif panel.chart is Chart.METRIC:
        _number(axes, table, look.theme)
    else:
        _bars(axes, panel, table, look.theme)
    return _save(figure, look)


def band(points: Sequence[Point], look: Look | None = None, *, label: str = "stories") -> bytes:
    """Observed over expected: the detector's own series, its expected band, and where it was out of it."""
    look = look or Look(height=180)
    theme = look.theme
    figure, axes = _figure(look)
    known = [point for point in points if point.observed is not None]
    if not known:
        _say(axes, "No counts yet.", theme)
        return _save(figure, look)
    banded = [point for point in points if point.low is not None and point.high is not None]
    if banded:
        times, low, high = [_day(p.at) for p in banded], [p.low or 0 for p in banded], [p.high or 0 for p in banded]
        axes.fill_between(times, low, high, color=theme.band, alpha=0.6, linewidth=0, step="post", label="expected")
    axes.step([_day(p.at) for p in known], [p.observed or 0 for p in known], where="post", color=theme.series, lw=1.4)
    alarms = [p for p in known if p.alarm]
    axes.plot([_day(p.at) for p in alarms], [p.observed or 0 for p in alarms], "o", color=theme.alarm, ms=5)
    _time_axis(axes)
    axes.set_ylabel(label, color=theme.ink)
    axes.set_ylim(bottom=0)
    return _save(figure, look)


SPARK = Look(width=440, height=96, theme=BOTH, scale=1.5)


def spark(points: Sequence[Point], zone: str = "UTC", look: Look = SPARK) -> bytes:
    """A small series over its band, what was above it marked, for mails: readable on light and dark ground alike.

    Times are on the wall clock of ``zone``.
    """
    figure, axes = _figure(look)
    known = [point for point in points if point.observed is not None]
    banded = [point for point in points if point.low is not None and point.high is not None]
    if banded:
        low, high = [point.low or 0 for point in banded], [point.high or 0 for point in banded]
        axes.fill_between([_day(p.at) for p in banded], low, high, color=look.theme.band, lw=0, step="post")
    days, seen = [_day(p.at) for p in known], [p.observed or 0 for p in known]
    axes.step(days, seen, where="post", color=look.theme.series, lw=1.3)
    above = [p for p in known if p.alarm]
    axes.plot([_day(p.at) for p in above], [p.observed or 0 for p in above], "o", color=look.theme.alarm, ms=3)
    locator = AutoDateLocator(minticks=3, maxticks=7, tz=ZoneInfo(zone))
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator, tz=ZoneInfo(zone), show_offset=False))
    axes.yaxis.set_major_locator(MaxNLocator(nbins=2, integer=True))
    axes.set_ylim(bottom=0)
    return _save(figure, look)


def _figure(look: Look) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(look.width / DPI, look.height / DPI), dpi=DPI, layout="constrained")
    figure.patch.set_alpha(0)
    axes = figure.add_subplot()
    axes.patch.set_alpha(0)
    axes.tick_params(colors=look.theme.ink, labelsize=8)
    axes.grid(visible=True, axis="y", color=look.theme.faint, lw=0.6)
    axes.set_axisbelow(True)
    for side, spine in axes.spines.items():
        spine.set_color(look.theme.faint)
        spine.set_visible(side in ("left", "bottom"))
    return figure, axes


def _save(figure: Figure, look: Look) -> bytes:
    out = io.BytesIO()
    if look.format == "svg":
        FigureCanvasSVG(figure).print_svg(out, metadata={"Date": None, "Creator": None})
    else:
        figure.set_dpi(DPI * look.scale)
        FigureCanvasAgg(figure).print_png(out, metadata={"Software": None})
    return out.getvalue()


def _say(axes: Axes, sentence: str, theme: Theme) -> None:
    axes.set_axis_off()
    axes.text(
        0.5, 0.5, textwrap.fill(sentence, 60), ha="center", va="center", color=theme.ink, transform=axes.transAxes
    )


def _over_time(axes: Axes, panel: Panel, table: Table, theme: Theme) -> None:
    columns = len(panel.splits)
    across = next(number for number, split in enumerate(panel.splits) if isinstance(split, ByTime))
    # what all lines have in common tells none of them apart
    common = {at for at in range(columns) if len(panel.measures) > 1 and len({row[at] for row in table.rows}) == 1}
    series: dict[str, dict[datetime, float]] = {}
    for row in table.rows:
        moment = datetime.fromisoformat(str(row[across]))
        for number, measure in enumerate(panel.measures):
            parts = [str(key) for at, key in enumerate(row[:columns]) if at not in {across, *common}]
            parts += [measure.label] if len(panel.measures) > 1 else []
            value = row[columns + number]
            series.setdefault(" · ".join(parts) or measure.label, {})[moment] = float(value) if value else 0.0
    moments = sorted({moment for values in series.values() for moment in values})
    days, base = [_day(moment) for moment in moments], [0.0] * len(moments)
    for position, (name, values) in enumerate(series.items()):
        heights = [values.get(moment, 0.0) for moment in moments]
        shade = color(name, position)
        if panel.chart is Chart.LINE:
            axes.plot(days, heights, color=shade, lw=1.5, label=name)
            continue
        tops = [low + height for low, height in zip(base, heights, strict=True)]
        axes.fill_between(days, base, tops, step="post", color=shade, alpha=0.85, lw=0, label=name)
        base = tops
    _time_axis(axes)
    axes.set_ylim(bottom=0)
    axes.set_ylabel(panel.axis, color=theme.ink)
    if len(series) > 1:
        axes.legend(loc="upper left", frameon=False, fontsize=8, labelcolor=theme.ink, ncols=min(4, len(series)))


def _day(moment: datetime) -> float:
    return float(date2num(moment))


def _time_axis(axes: Axes) -> None:
    locator = AutoDateLocator(maxticks=8)
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator))
    axes.yaxis.set_major_locator(MaxNLocator(nbins=5, integer=True))


def _bars(axes: Axes, panel: Panel, table: Table, theme: Theme) -> None:
    columns = len(panel.splits)
    rows = [row for row in table.rows if isinstance(row[columns], float)][:15]
    names = [textwrap.shorten(" · ".join(str(key) for key in row[:columns]), 34, placeholder="…") for row in rows]
    values = [float(row[columns] or 0) for row in rows]
    shades = [color(name, 1) for name in names]
    axes.barh(range(len(rows)), values, color=shades, height=0.7)
    axes.set_yticks(range(len(rows)), names)
    axes.invert_yaxis()
    axes.grid(visible=False, axis="y")
    axes.set_xlabel(panel.axis, color=theme.ink)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=5, integer=True))


def _heatmap(axes: Axes, table: Table, theme: Theme) -> None:
    across = list(dict.fromkeys(str(row[0]) for row in table.rows))
    down = list(dict.fromkeys(str(row[1]) for row in table.rows))
    cells = {(str(row[0]), str(row[1])): float(row[2] or 0) for row in table.rows}
    grid = [[cells.get((x, y), 0.0) for x in across] for y in down]
    axes.imshow(grid, aspect="auto", cmap="viridis", interpolation="nearest")
    step = max(1, len(across) // 8)
    short = [label[5:16].replace("T", " ") if label[4:5] == "-" else label for label in across]
    crowded = max(map(len, short), default=0) * len(short[::step]) > 110
    axes.set_xticks(range(0, len(across), step), short[::step])
    if crowded:
        for label in axes.get_xticklabels():
            label.set(rotation=35, ha="right", rotation_mode="anchor")
    axes.set_yticks(range(len(down)), down)
    axes.grid(visible=False)


def _number(axes: Axes, table: Table, theme: Theme) -> None:
    axes.set_axis_off()
    value = table.rows[0][len(table.columns) - len(table.rows[0])] if table.rows else None
    text = "–" if value is None else f"{float(value):,.0f}"
    axes.text(0.5, 0.5, text, ha="center", va="center", fontsize=30, color=theme.ink, transform=axes.transAxes)
