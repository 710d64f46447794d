"""The state of every Lens panel, held against what Lens reads: shapes of columns, fields of the mapping, KQL."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from tests.panels.test_agreement import NUMBERS, fields

from newswatch.index.mappings import ALL
from newswatch.kibana import lens
from newswatch.model.panel import Panel
from newswatch.panels import catalog
from newswatch.panels.colors import FIXED

PANELS = [panel for panel in catalog.PANELS.values() if isinstance(panel, Panel)]
STATE = {"visualization", "query", "filters", "datasourceStates", "internalReferences", "adHocDataViews"}
#: operation → data type and scale (None: as its field has it), bucket or metric
SHAPES: dict[str, tuple[str | None, str | None, bool]] = {
    "date_histogram": ("date", "interval", True),
    "terms": (None, "ordinal", True),
    "filters": ("string", "ordinal", True),
    "last_value": (None, None, False),
    **dict.fromkeys(("count", "sum", "median", "percentile", "unique_count"), ("number", "ratio", False)),
}
TYPES = {"keyword": "string", "date": "date", "boolean": "boolean", **dict.fromkeys(NUMBERS, "number")}
TERMS = {
    "size", "orderBy", "orderDirection", "otherBucket", "missingBucket", "parentFormat", "include", "exclude",
    "includeIsRegex", "excludeIsRegex",
}  # fmt: skip
CLAUSE = re.compile(r'(?:not )?(?P<field>[\w.@]+) : (?:\*|"[^"\\]*"|\("[^"\\]*"(?: or "[^"\\]*")*\))')
each_panel = pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel.id)


def state_of(panel: Panel) -> dict[str, Any]:
    found: dict[str, Any] = lens.attributes(panel, "newswatch-x")["state"]
    return found


def columns_of(panel: Panel) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = state_of(panel)["datasourceStates"]["formBased"]["layers"][lens.LAYER]["columns"]
    return found


@each_panel
def test_columns_have_the_shape_of_their_operation(panel: Panel) -> None:
    known = fields(panel.source.index)
    assert set(state_of(panel)) == STATE
    for name, column in columns_of(panel).items():
        kind, scale, bucketed = SHAPES[column["operationType"]]
        field = column.get("sourceField", "")
        scale = scale or ("ordinal" if known[field]["type"] == "keyword" else "ratio")
        assert (column["scale"], column["isBucketed"]) == (scale, bucketed), name
        assert column["dataType"] == (kind or TYPES[known[field]["type"]]), name
        assert column["label"]
        if column["operationType"] == "count":
            assert field == "___records___"
        else:
            assert (not field) == (column["operationType"] == "filters")


@each_panel
def test_terms_are_ordered_by_a_metric_of_their_own_span(panel: Panel) -> None:
    columns = columns_of(panel)
    for column in columns.values():
        if column["operationType"] != "terms":
            continue
        assert set(column["params"]) == TERMS
        by = column["params"]["orderBy"]
        if by["type"] == "column":
            ordering = columns[by["columnId"]]
            assert not ordering["isBucketed"]
            assert ordering["operationType"] != "last_value"
            assert "timeShift" not in ordering
        else:
            assert by == {"type": "alphabetical"}


@each_panel
def test_every_query_is_kql_over_fields_of_the_index(panel: Panel) -> None:
    known = fields(panel.source.index)
    for query in queries(state_of(panel)):
        assert query["language"] == "kuery"
        for clause in filter(None, query["query"].split(" and ")):
            found = CLAUSE.fullmatch(clause)
            assert found, clause
            assert found["field"] in known


def queries(node: Any) -> Iterator[dict[str, Any]]:
    """Every query of a state: its own, those of measures, those of buckets."""
    if isinstance(node, dict):
        if set(node) == {"query", "language"}:
            yield node
        for value in node.values():
            yield from queries(value)
    elif isinstance(node, list):
        for value in node:
            yield from queries(value)


@each_panel
def test_every_column_is_shown(panel: Panel) -> None:
    text = str(state_of(panel)["visualization"])
    assert all(f"'{name}'" in text for name in columns_of(panel))


@each_panel
def test_colours_and_empty_values_are_set(panel: Panel) -> None:
    state = state_of(panel)["visualization"]
    if "preferredSeriesType" in state:
        counted = all(measure.op in lens.COUNTED for measure in panel.measures)
        assert state["fittingFunction"] == ("Zero" if counted else "None")
        assert state["yTitle"]
        split = next((one for one in panel.splits if getattr(one, "field", None) in FIXED), None)
        if split:
            rules = state["layers"][0]["colorMapping"]["assignments"]
            assert {rule["rule"]["values"][0]: rule["color"]["colorCode"] for rule in rules} == FIXED[split.field]
    for column in columns_of(panel).values():
        if column["operationType"] in ("count", "unique_count"):
            assert column["params"]["emptyAsNull"] is True
            assert column["params"]["format"] == lens.FORMATS[""]


def test_every_index_that_is_shown_has_a_mapping() -> None:
    assert {panel.source.index for panel in PANELS} <= set(ALL)
