"""Panel → Lens attributes (saved-object migration version 8.9.0, datasource ``formBased``)."""

from __future__ import annotations

from typing import Any

from newswatch.model.panel import ByFilter, ByTerm, ByTime, Chart, Measure, Op, Panel, Split, Where
from newswatch.panels.colors import FIXED

LAYER = "main"

OPERATIONS = {
    Op.COUNT: "count",
    Op.SUM: "sum",
    Op.AVERAGE: "average",
    Op.MAX: "max",
    Op.MEDIAN: "median",
    Op.PERCENTILE: "percentile",
    Op.UNIQUE: "unique_count",
    Op.LAST: "last_value",
}
TYPES = {
    Chart.LINE: "lnsXY",
    Chart.AREA: "lnsXY",
    Chart.BAR: "lnsXY",
    Chart.BAR_HORIZONTAL: "lnsXY",
    Chart.HEATMAP: "lnsHeatmap",
    Chart.METRIC: "lnsMetric",
    Chart.TABLE: "lnsDatatable",
    Chart.DONUT: "lnsPie",
}
SERIES = {
    Chart.LINE: "line",
    Chart.AREA: "area_stacked",
    Chart.BAR: "bar_stacked",
    Chart.BAR_HORIZONTAL: "bar_horizontal",
}
#: measures of which nothing is nought
COUNTED = frozenset({Op.COUNT, Op.SUM, Op.UNIQUE})
FORMATS: dict[str, dict[str, Any]] = {
    "": {"id": "number", "params": {"decimals": 0}},
    "s": {"id": "duration", "params": {"fromUnit": "seconds", "toUnit": "humanizePrecise", "decimals": 1}},
    "%": {"id": "percent", "params": {"decimals": 0}},
}


def kql(where: tuple[Where, ...]) -> str:
    """Conditions as a KQL query, values quoted."""
    return " and ".join(_clause(one) for one in where)


def reference(data_view: str, prefix: str = "") -> dict[str, str]:
    """The layer's reference to its data view; ``prefix`` is ``<panel>:`` on a dashboard."""
    return {"type": "index-pattern", "id": data_view, "name": f"{prefix}indexpattern-datasource-layer-{LAYER}"}


def attributes(panel: Panel, data_view: str) -> dict[str, Any]:
    """The attributes of a by-value Lens panel, references included."""
    buckets = {split.id: _bucket(split, panel) for split in panel.splits}
    metrics = {measure.id: _metric(measure) for measure in panel.measures}
    layer = {
        "columns": {**buckets, **metrics},
        "columnOrder": [*buckets, *metrics],
        "incompleteColumns": {},
        "sampling": 1,
    }
    return {
        "title": panel.title,
        "description": panel.empty,
        "visualizationType": TYPES[panel.chart],
        "state": {
            "visualization": _visualization(panel),
            "query": {"query": kql(panel.where), "language": "kuery"},
            "filters": [],
            "datasourceStates": {"formBased": {"layers": {LAYER: layer}}},
            "internalReferences": [],
            "adHocDataViews": {},
        },
        "references": [reference(data_view)],
    }


def _clause(where: Where) -> str:
    if where.values:
        values = " or ".join('"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"' for value in where.values)
        text = f"{where.field} : ({values})" if len(where.values) > 1 else f"{where.field} : {values}"
    else:
        text = f"{where.field} : *"
    return f"not {text}" if where.negate else text


def _bucket(split: Split, panel: Panel) -> dict[str, Any]:
    if isinstance(split, ByTime):
        params: dict[str, Any] = {"interval": split.interval, "includeEmptyRows": True, "dropPartials": False}
        return _column(split.label, "date", "date_histogram", "interval", split.field) | {"params": params}
    if isinstance(split, ByFilter):
        filters = [{"input": {"query": kql(w), "language": "kuery"}, "label": label} for label, w in split.filters]
        return _column(split.label, "string", "filters", "ordinal", None) | {"params": {"filters": filters}}
    return _column(split.label, "string", "terms", "ordinal", split.field) | {"params": _terms(split, panel)}


def _terms(split: ByTerm, panel: Panel) -> dict[str, Any]:
    by = next((m.id for m in panel.measures if m.op is not Op.LAST and not m.shift), None)
    alphabetical = split.alphabetical or by is None
    order: dict[str, Any] = {"type": "alphabetical"}
    return {
        "size": split.size,
        "orderBy": order if alphabetical else {"type": "column", "columnId": by},
        "orderDirection": "asc" if alphabetical else "desc",
        "otherBucket": False,
        "missingBucket": False,
        "parentFormat": {"id": "terms"},
        "include": [],
        "exclude": [],
        "includeIsRegex": False,
        "excludeIsRegex": False,
    }


def _metric(measure: Measure) -> dict[str, Any]:
    field = "___records___" if measure.op is Op.COUNT else str(measure.field)
    last = measure.op is Op.LAST
    column = _column(measure.label, measure.type if last else "number", OPERATIONS[measure.op], "ratio", field)
    column |= {"isBucketed": False, "scale": "ordinal" if last and measure.type == "string" else "ratio"}
    params: dict[str, Any] = {"emptyAsNull": True} if measure.op in COUNTED else {}
    if last:
        params = {"sortField": measure.sort, "showArrayValues": True}
    if measure.op is Op.PERCENTILE:
        params = {"percentile": measure.percent}
    if measure.unit or measure.op in (Op.COUNT, Op.UNIQUE):
        params["format"] = FORMATS[measure.unit]
    if measure.where:
        column["filter"] = {"query": kql(measure.where), "language": "kuery"}
    elif last:
        column["filter"] = {"query": f"{measure.field} : *", "language": "kuery"}
    if measure.shift:
        column["timeShift"] = measure.shift
    return column | {"params": params}


def _column(label: str, data_type: str, operation: str, scale: str, field: str | None) -> dict[str, Any]:
    column = {
        "label": label,
        "customLabel": True,
        "dataType": data_type,
        "operationType": operation,
        "isBucketed": True,
        "scale": scale,
    }
    return column | ({"sourceField": field} if field else {})


def _visualization(panel: Panel) -> dict[str, Any]:
    splits, metrics = [split.id for split in panel.splits], [measure.id for measure in panel.measures]
    if panel.chart is Chart.METRIC:
        state: dict[str, Any] = {"layerId": LAYER, "layerType": "data", "metricAccessor": metrics[0]}
        return state | ({"secondaryMetricAccessor": metrics[1]} if len(metrics) > 1 else {})
    if panel.chart is Chart.TABLE:
        columns = [{"columnId": column} for column in splits + metrics]
        return {"layerId": LAYER, "layerType": "data", "columns": columns, "paging": {"enabled": True, "size": 10}}
    if panel.chart is Chart.DONUT:
        return {"shape": "donut", "layers": [_slices(splits, metrics)]}
    if panel.chart is Chart.HEATMAP:
        return _heatmap(splits, metrics)
    return _xy(panel, metrics)


def _slices(splits: list[str], metrics: list[str]) -> dict[str, Any]:
    return {
        "layerId": LAYER,
        "layerType": "data",
        "primaryGroups": splits,
        "metrics": metrics,
        "numberDisplay": "percent",
        "categoryDisplay": "default",
        "legendDisplay": "default",
        "nestedLegend": False,
    }


def _heatmap(splits: list[str], metrics: list[str]) -> dict[str, Any]:
    grid = ("isCellLabelVisible", "isXAxisLabelVisible", "isYAxisLabelVisible", "isXAxisTitleVisible")
    return {
        "shape": "heatmap",
        "layerId": LAYER,
        "layerType": "data",
        "xAccessor": splits[0],
        "yAccessor": splits[1],
        "valueAccessor": metrics[0],
        "legend": {"isVisible": True, "position": "right", "type": "heatmap_legend"},
        "gridConfig": {"type": "heatmap_grid", **dict.fromkeys(grid, True), "isYAxisTitleVisible": True},
    }


def _xy(panel: Panel, metrics: list[str]) -> dict[str, Any]:
    series = SERIES[panel.chart]
    # time runs across, whichever split is the outer one
    across, *split = sorted(panel.splits, key=lambda one: not isinstance(one, ByTime))
    layer: dict[str, Any] = {
        "layerId": LAYER,
        "layerType": "data",
        "seriesType": series,
        "xAccessor": across.id,
        "accessors": metrics,
    }
    if split:
        layer["splitAccessor"] = split[0].id
        fixed = FIXED.get(split[0].field) if isinstance(split[0], ByTerm) else None
        layer |= {"colorMapping": _colors(fixed)} if fixed else {}
    return {
        "legend": {"isVisible": bool(split) or len(metrics) > 1, "position": "right"},
        "valueLabels": "hide",
        "fittingFunction": "Zero" if all(one.op in COUNTED for one in panel.measures) else "None",
        "preferredSeriesType": series,
        "yTitle": panel.axis,
        "layers": [layer],
    }


def _colors(fixed: dict[str, str]) -> dict[str, Any]:
    """The same colour for a value on every panel (Lens ``colorMapping``)."""
    return {
        "assignments": [
            {
                "rule": {"type": "matchExactly", "values": [value]},
                "color": {"type": "colorCode", "colorCode": color},
                "touched": True,
            }
            for value, color in fixed.items()
        ],
        "specialAssignments": [{"rule": {"type": "other"}, "color": {"type": "loop"}, "touched": False}],
        "paletteId": "eui_amsterdam_color_blind",
        "colorMode": {"type": "categorical"},
    }
