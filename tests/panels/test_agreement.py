"""A panel's Elasticsearch query and its Lens state ask for the same, of fields that exist."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from newswatch.detect.look import Band
from newswatch.index import documents
from newswatch.index.client import Settings, Store, connect
from newswatch.index.counts import band_write
from newswatch.index.mappings import ALL
from newswatch.index.templates import ensure
from newswatch.kibana import lens, objects
from newswatch.model.panel import ByFilter, ByTerm, ByTime, Listing, Measure, Op, Panel, Split, Table, Where
from newswatch.panels import catalog, chart, query
from newswatch.panels.catalog.feeds import FEED_SILENCE

SINCE, UNTIL = datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 8, tzinfo=UTC)
CHARTS = [panel for panel in catalog.PANELS.values() if isinstance(panel, Panel)]
LISTINGS = [panel for panel in catalog.PANELS.values() if isinstance(panel, Listing)]
NUMBERS = {"long", "integer", "double", "float"}
AGGREGATIONS = {
    "average": "avg", "sum": "sum", "max": "max", "unique_count": "cardinality",
    "median": "percentiles", "percentile": "percentiles", "last_value": "top_hits",
}  # fmt: skip


def fields(index: str) -> dict[str, dict[str, Any]]:
    """Every field of an index by its full name, multi-fields included."""
    return dict(_flat(ALL[index], ""))


def _flat(properties: dict[str, Any], prefix: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, field in properties.items():
        if "properties" in field:
            yield from _flat(field["properties"], f"{prefix}{name}.")
            continue
        yield prefix + name, field
        yield from ((f"{prefix}{name}.{sub}", inner) for sub, inner in field.get("fields", {}).items())


def aggregatable(field: dict[str, Any]) -> bool:
    return field["type"] in {"keyword", "boolean", "date", *NUMBERS} and field.get("doc_values", True)


def searchable(field: dict[str, Any]) -> bool:
    return field.get("index", True) is not False and field.get("enabled", True)


def wheres(panel: Panel) -> Iterator[Where]:
    yield from panel.where
    for measure in panel.measures:
        yield from measure.where
    for split in panel.splits:
        if isinstance(split, ByFilter):
            for _, conditions in split.filters:
                yield from conditions


@pytest.mark.parametrize("panel", CHARTS, ids=lambda panel: panel.id)
def test_every_field_is_in_the_mapping_and_can_be_aggregated(panel: Panel) -> None:
    known = fields(panel.source.index)
    assert known[panel.source.time]["type"] == "date"
    for split in panel.splits:
        if isinstance(split, ByTime):
            assert known[split.field]["type"] == "date"
        elif isinstance(split, ByTerm):
            assert known[split.field]["type"] in ("keyword", "boolean")
            assert aggregatable(known[split.field])
    for measure in panel.measures:
        if measure.op in (Op.SUM, Op.AVERAGE, Op.MEDIAN, Op.PERCENTILE):
            assert known[str(measure.field)]["type"] in NUMBERS
        elif measure.op is not Op.COUNT:
            assert aggregatable(known[str(measure.field)])
        if measure.op is Op.LAST:
            assert known[str(measure.sort)]["type"] == "date"
            assert measure.type == {"keyword": "string", "date": "date"}[known[str(measure.field)]["type"]]
    assert all(searchable(known[where.field]) for where in wheres(panel))


@pytest.mark.parametrize("listing", LISTINGS, ids=lambda listing: listing.id)
def test_a_listing_shows_fields_that_exist(listing: Listing) -> None:
    known = fields(listing.source.index)
    assert set(listing.columns) <= set(known)
    assert known[listing.source.time]["type"] == "date"
    assert all(searchable(known[where.field]) for where in listing.where)


@pytest.mark.parametrize("view", catalog.VIEWS, ids=lambda view: view.index)
def test_a_data_view_has_a_date_of_its_index_and_formats_of_its_fields(view: Any) -> None:
    known = fields(view.index)
    assert known[view.time]["type"] == "date"
    assert {name for name, _ in view.formats} <= set(known)


@pytest.mark.parametrize("panel", catalog.PANELS.values(), ids=lambda panel: panel.id)
def test_kibanas_time_range_goes_by_the_date_that_the_query_goes_by(panel: Panel | Listing) -> None:
    (view,) = [one for one in catalog.VIEWS if one.id == panel.source.data_view]
    assert (view.index, view.time) == (panel.source.index, panel.source.time)
    if isinstance(panel, Panel):
        assert {split.field for split in panel.splits if isinstance(split, ByTime)} <= {view.time}


@pytest.mark.parametrize("board", catalog.DASHBOARDS, ids=lambda board: board.id)
def test_a_control_offers_a_field_that_every_panel_it_filters_has(board: Any) -> None:
    assert board.controls
    for control in board.controls:
        assert aggregatable(fields(control.index)[control.field])
    together = {place.panel.source.index for place in board.places}
    assert {control.index for control in board.controls} <= together


@pytest.mark.parametrize("panel", CHARTS, ids=lambda panel: panel.id)
def test_query_and_lens_agree(panel: Panel) -> None:
    searches = {shift: one.to_dict() for shift, one in query.searches(panel, "newswatch", SINCE, UNTIL).items()}
    state = lens.attributes(panel, "newswatch-" + panel.source.index)
    (layer,) = state["state"]["datasourceStates"]["formBased"]["layers"].values()
    columns = layer["columns"]
    buckets = [name for name in layer["columnOrder"] if columns[name]["isBucketed"]]
    assert state["references"][0]["id"] == f"newswatch-{panel.source.index}"
    assert state["state"]["query"]["query"] == " and ".join(clause(where) for where in panel.where)
    for shift, asked in searches.items():
        filters = asked["query"]["bool"]["filter"]
        assert list(filters[0]["range"]) == [panel.source.time], "the time picker's field"
        assert len(filters) + len(asked["query"]["bool"].get("must_not", [])) == 1 + len(panel.where)
        level = asked.get("aggs", {})
        for name in buckets:
            ours, theirs = bucket(level[name], measured(panel, shift)), lens_bucket(columns[name])
            # a shifted search is ordered by its own measure, Lens by the one that it shifts
            assert ours == theirs if not shift else (*ours[:3], ours[-1]) == (*theirs[:3], theirs[-1])
            level = level[name].get("aggs", {})
        for measure in panel.measures:
            column = columns[measure.id]
            assert column.get("timeShift", "") == (measure.shift or "")
            if (measure.shift or "") != shift:
                continue
            assert column.get("filter", {}).get("query", "") == lens_filter(measure)
            if measure.op is not Op.COUNT:
                assert metric(level[measure.id]) == (AGGREGATIONS[column["operationType"]], column["sourceField"])


def clause(where: Where) -> str:
    values = [f'"{value}"' for value in where.values]
    right = f"({' or '.join(values)})" if len(values) > 1 else values[0] if values else "*"
    return ("not " if where.negate else "") + f"{where.field} : {right}"


def measured(panel: Panel, shift: str) -> list[Measure]:
    return [measure for measure in panel.measures if (measure.shift or "") == shift]


def bucket(asked: dict[str, Any], measures: list[Measure]) -> tuple[Any, ...]:
    """Kind, field, and size or interval or labels of a bucket that the query asks for."""
    if "date_histogram" in asked:
        return "date_histogram", asked["date_histogram"]["field"], asked["date_histogram"]["fixed_interval"]
    if "filters" in asked:
        return "filters", None, tuple(asked["filters"]["filters"])
    terms = asked["terms"]
    (by,) = terms["order"]
    name = by.removesuffix(">value")
    counted = next((m.id for m in measures if m.op is Op.COUNT), None) if name == "_count" else name
    return "terms", terms["field"], terms["size"], counted if name != "_key" else None, terms["order"][by]


def lens_bucket(column: dict[str, Any]) -> tuple[Any, ...]:
    params = column["params"]
    if column["operationType"] == "date_histogram":
        return "date_histogram", column["sourceField"], params["interval"]
    if column["operationType"] == "filters":
        return "filters", None, tuple(one["label"] for one in params["filters"])
    by = params["orderBy"].get("columnId")
    return "terms", column["sourceField"], params["size"], by, params["orderDirection"]


def lens_filter(measure: Measure) -> str:
    if measure.where:
        return " and ".join(clause(where) for where in measure.where)
    return f"{measure.field} : *" if measure.op is Op.LAST else ""


def metric(asked: dict[str, Any]) -> tuple[str, str]:
    if "filter" in asked:
        asked = asked["aggs"]["value"]
    (kind,) = asked
    if kind == "top_hits":
        return kind, next(iter(asked[kind]["_source"])) + ".keyword" * asked[kind]["_source"][0].endswith(
            ("title", "error")
        )
    return kind, asked[kind]["field"]


@pytest.fixture
def store(es_url: str, namespace: str) -> Store:
    made = connect(Settings.from_environment({"ELASTICSEARCH_URL": es_url}), namespace)
    ensure(made)
    return made


def test_every_panel_runs_on_the_real_node(store: Store) -> None:
    for panel in CHARTS:
        index = store.index(panel.source.index)
        searches = query.searches(panel, store.namespace, SINCE, UNTIL)
        answers = {shift: documents.search(store, index, one.to_dict()) for shift, one in searches.items()}
        assert all(answer["_shards"]["failed"] == 0 for answer in answers.values()), panel.id
        assert len(query.table(panel, answers).columns) == len(panel.splits) + len(panel.measures)
    for listing in LISTINGS:
        asked = query.listing(listing, store.namespace, SINCE, UNTIL).to_dict()
        assert documents.search(store, store.index(listing.source.index), asked)["_shards"]["failed"] == 0


def test_observed_against_expected_shows_one_series_and_its_own_band(store: Store) -> None:
    bands = [
        Band(rule, "v", "tag", "military", int(SINCE.timestamp()) + 900 * number, seen, 10, 5, 15, 0, 3)
        for rule, seen in (("busy", 20.0), ("calm", 2.0))
        for number in range(3)
    ]
    assert all(one.applied for one in documents.bulk(store, (band_write(store, band) for band in bands)))
    documents.refresh(store, store.index("counts"))
    (asked,) = query.searches(catalog.EXPECTED, store.namespace, SINCE, UNTIL).values()
    table = query.table(catalog.EXPECTED, {"": documents.search(store, store.index("counts"), asked.to_dict())})
    assert [row[0] for row in table.rows] == ["busy/military"] * 3
    assert {row[2:] for row in table.rows} == {(20.0, 10.0, 5.0, 15.0)}
    assert chart.draw(catalog.EXPECTED, table).startswith(b"\x89PNG")
    (layer,) = lens.attributes(catalog.EXPECTED, "newswatch-counts")["state"]["visualization"]["layers"]
    assert (layer["xAccessor"], layer["splitAccessor"]) == ("bucket", "series")


def split_names(splits: tuple[Split, ...]) -> list[str]:
    return [split.id for split in splits]


@pytest.mark.parametrize("panel", CHARTS, ids=lambda panel: panel.id)
def test_ids_within_a_panel_are_told_apart(panel: Panel) -> None:
    names = [*split_names(panel.splits), *(measure.id for measure in panel.measures)]
    assert len(set(names)) == len(names)


def test_a_time_is_a_date_column() -> None:
    columns = lens.attributes(FEED_SILENCE, "newswatch-feeds")["state"]["datasourceStates"]["formBased"]
    assert columns["layers"]["main"]["columns"]["last"]["dataType"] == "date"
    assert objects.export("newswatch", catalog.VIEWS, catalog.DASHBOARDS)


def test_a_legend_leaves_out_what_all_lines_have_in_common() -> None:
    rows = tuple(("busy/military", f"2026-11-01T0{hour}:00:00Z", 2.0, 1.0, 0.5, 3.0) for hour in range(3))
    columns = ("Series", "Bucket", "Observed", "Expected", "Expected, low", "Expected, high")
    figure, axes = chart._figure(chart.Look())
    chart._over_time(axes, catalog.EXPECTED, Table(columns, rows), chart.Look().theme)
    assert axes.get_legend_handles_labels()[1] == list(columns[2:])
    figure.clear()
