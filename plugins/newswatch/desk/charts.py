"""Pictures: a tag's volume over its expected band, and the panels that Kibana shows too."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from fastapi import Request, Response

from newswatch.desk.answer import MissingError, desk_of, picture
from newswatch.index import counts, documents
from newswatch.model.panel import ByTerm, Measure, Op, Panel, Table, Where
from newswatch.model.rules import Rule, Volume
from newswatch.panels import query
from newswatch.panels.catalog import EXPECTED, PANELS
from newswatch.panels.chart import Look, Point, band, draw
from newswatch.panels.colors import DARK, LIGHT

SPANS = {"24h": timedelta(hours=24), "7d": timedelta(days=7)}
#: panels over small indices; the volume of items is drawn from kept counts
DRAWN = frozenset({"alerts-by-severity", "alerts-by-rule", "why-not-sent", "feeds-by-failure", "deliveries-by-channel"})
WIDTH, HEIGHT = 420, 150
ALARM = 0.5


def volume_rule(rules: Sequence[Rule]) -> Volume | None:
    """The rule whose counts tell the volume per tag."""
    fits = (rule for rule in rules if isinstance(rule, Volume) and rule.by == ("tag",) and rule.direction == "spike")
    return next(fits, None)


def volume_request(namespace: str, rule: Volume, span: str, now: datetime) -> dict[str, Any]:
    """One search over kept counts: observed against expected stories per tag."""
    found = query.searches(_panel(rule.id), namespace, now - SPANS[span], now)
    made: dict[str, Any] = found[""].to_dict()
    return made


def volumes(rule: Volume, span: str, answer: Mapping[str, Any]) -> dict[str, tuple[float, float | None]]:
    """The answer of ``volume_request``: tag → stories, usual stories (None when nobody can say)."""
    buckets = SPANS[span] / rule.bucket
    return {
        str(tag): (_number(observed), counts.usual(_number(expected), _number(judged), buckets))
        for tag, observed, expected, judged in query.table(_panel(rule.id), {"": answer}).rows
    }


def volume_picture(request: Request) -> Response:
    """``charts/volume.svg?tag=…&span=…&theme=…``: the detector's own series and band. One request."""
    desk, params = desk_of(request), request.query_params
    rule, span, tag = volume_rule(desk.rules), params.get("span", "24h"), params.get("tag", "")
    if rule is None or span not in SPANS:
        raise MissingError("There is no such chart")
    now = desk.clock()
    series = counts.read_series(desk.store, rule.id, now - SPANS[span], now, keys=[tag]).get(tag, ())
    points = tuple(map(_point, series))
    return picture(request, _band(points, _dark(request)))


def panel_picture(request: Request) -> Response:
    """``charts/{panel}.svg?theme=…``: a panel of the Kibana dashboards over the last seven days. One request."""
    desk = desk_of(request)
    name = request.path_params["name"]
    panel = PANELS.get(name) if name in DRAWN else None
    if not isinstance(panel, Panel):
        raise MissingError("There is no such chart")
    until = desk.clock().replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    searches = query.searches(panel, desk.store.namespace, until - SPANS["7d"], until)
    index = desk.store.index(panel.source.index)
    answers = {shift: documents.search(desk.store, index, one.to_dict()) for shift, one in searches.items()}
    return picture(request, _draw(panel, query.table(panel, answers), _dark(request)))


def _point(one: counts.Point) -> Point:
    if one.note:
        return Point(one.bucket, one.observed)
    return Point(one.bucket, one.observed, one.expected, one.low, one.high, one.score >= ALARM)


def _panel(rule: str) -> Panel:
    """Kibana's panel of observed against expected, by tag instead of by hour."""
    measures = (
        Measure("observed", "Observed", Op.SUM, "observed"),
        Measure("expected", "Expected", Op.SUM, "expected", where=EXPECTED.where),
        Measure("judged", "Judged buckets", where=EXPECTED.where),
    )
    tags = ByTerm("tag", "Tag", "split.value", 50, alphabetical=True)
    return dataclasses.replace(EXPECTED, measures=measures, splits=(tags,), where=(Where("rule.id", (rule,)),))


@lru_cache(maxsize=256)
def _band(points: tuple[Point, ...], dark: bool) -> bytes:
    return band(points, Look(WIDTH, HEIGHT, DARK if dark else LIGHT, "svg"))


@lru_cache(maxsize=64)
def _draw(panel: Panel, table: Table, dark: bool) -> bytes:
    return draw(panel, table, Look(WIDTH, HEIGHT, DARK if dark else LIGHT, "svg"))


def _dark(request: Request) -> bool:
    return request.query_params.get("theme") == "dark"


def _number(cell: str | float | None) -> float:
    return float(cell) if isinstance(cell, int | float) else 0.0
