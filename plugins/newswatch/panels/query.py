"""Panel → ``elasticsearch.dsl`` searches, and their answers → Table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from elasticsearch.dsl import A, Q, Search
from elasticsearch.dsl.query import Query

from newswatch.model.duration import duration
from newswatch.model.panel import ByFilter, ByTerm, ByTime, Listing, Measure, Op, Panel, Split, Table, Where

METRICS = {Op.SUM: "sum", Op.AVERAGE: "avg", Op.MAX: "max", Op.UNIQUE: "cardinality"}
Cell = str | float | None


def condition(where: Where) -> Query:
    """One condition as a query in filter context."""
    query = Q("terms", **{where.field: list(where.values)}) if where.values else Q("exists", field=where.field)
    return ~query if where.negate else query


def searches(panel: Panel, namespace: str, since: datetime, until: datetime) -> dict[str, Search]:
    """One search per time shift that the panel's measures name (``""`` is the range itself), all with size 0."""
    shifts = dict.fromkeys(measure.shift or "" for measure in panel.measures)
    return {shift: _search(panel, namespace, since, until, shift) for shift in shifts}


def listing(panel: Listing, namespace: str, since: datetime, until: datetime) -> Search:
    """The newest documents of a listing."""
    search = Search(index=f"{namespace}-{panel.source.index}").filter(
        "range", **{panel.source.time: _between(since, until)}
    )
    for where in panel.where:
        search = search.filter(condition(where))
    return search.sort({panel.source.time: {"order": "desc"}}).source(list(panel.columns))[: panel.size]


def rows(panel: Listing, answer: Mapping[str, Any]) -> Table:
    """The answer of ``listing`` as a table; several values of a field are joined by commas."""
    found = []
    for hit in answer["hits"]["hits"]:
        values = [_dig(hit["_source"], column) for column in panel.columns]
        found.append(tuple(", ".join(map(str, v)) if isinstance(v, list) else v and str(v) for v in values))
    return Table(panel.columns, tuple(found))


def table(panel: Panel, answers: Mapping[str, Mapping[str, Any]]) -> Table:
    """The answers of ``searches`` (their raw bodies, by shift) as one table, shifted buckets moved onto the range."""
    columns = tuple(split.label for split in panel.splits) + tuple(measure.label for measure in panel.measures)
    cells: dict[tuple[Cell, ...], dict[str, Cell]] = {}
    for shift, answer in answers.items():
        hits = answer.get("hits", {}).get("total", {})
        root = {"doc_count": hits.get("value", 0), **answer.get("aggregations", {})}
        measures = [measure for measure in panel.measures if (measure.shift or "") == shift]
        for keys, leaf in _leaves(panel.splits, root, shift):
            row = cells.setdefault(keys, {})
            row.update({measure.id: _value(measure, leaf) for measure in measures})
    main = [keys for keys in cells if any(cells[keys].get(m.id) is not None for m in panel.measures if not m.shift)]
    rows = tuple(keys + tuple(cells[keys].get(measure.id) for measure in panel.measures) for keys in main)
    return Table(columns, rows)


def _search(panel: Panel, namespace: str, since: datetime, until: datetime, shift: str) -> Search:
    back = duration(shift) if shift else timedelta()
    search = Search(index=f"{namespace}-{panel.source.index}").extra(size=0, track_total_hits=True)
    search = search.filter("range", **{panel.source.time: _between(since - back, until - back)})
    for where in panel.where:
        search = search.filter(condition(where))
    measures = [measure for measure in panel.measures if (measure.shift or "") == shift]
    level: Any = search.aggs
    for split in panel.splits:
        level = level.bucket(split.id, _bucket(split, measures))
        # terms are ordered only by what is measured right under them
        leads = _leads(split, measures) if split is not panel.splits[-1] else None
        if leads:
            _metric(level, leads)
    for measure in measures:
        _metric(level, measure)
    return search


def _between(since: datetime, until: datetime) -> dict[str, str]:
    return {"gte": since.isoformat(), "lt": until.isoformat()}


def _bucket(split: Split, measures: list[Measure]) -> Any:
    if isinstance(split, ByTime):
        return A("date_histogram", field=split.field, fixed_interval=split.interval, min_doc_count=0)
    if isinstance(split, ByFilter):
        filters = {label: Q("bool", filter=[condition(w) for w in wheres]) for label, wheres in split.filters}
        return A("filters", filters=filters)
    return A("terms", field=split.field, size=split.size, order=_order(split, measures))


def _order(split: ByTerm, measures: list[Measure]) -> dict[str, str]:
    if split.alphabetical:
        return {"_key": "asc"}
    leads = _leads(split, measures)
    if leads is None:
        return {"_count": "desc"}
    return {f"{leads.id}>value" if leads.where else leads.id: "desc"}


def _leads(split: Split, measures: list[Measure]) -> Measure | None:
    """The measure by which terms are ordered; None when they go by name or by how many documents there are."""
    if not isinstance(split, ByTerm) or split.alphabetical or not measures:
        return None
    return measures[0] if measures[0].op in METRICS else None


def _metric(level: Any, measure: Measure) -> None:
    if measure.where:
        level = level.bucket(measure.id, A("filter", Q("bool", filter=[condition(w) for w in measure.where])))
        name = "value"
    else:
        name = measure.id
    if measure.op in METRICS:
        level.metric(name, A(METRICS[measure.op], field=measure.field))
    elif measure.op in (Op.MEDIAN, Op.PERCENTILE):
        level.metric(name, A("percentiles", field=measure.field, percents=[measure.percent or 50]))
    elif measure.op is Op.LAST:
        level.metric(
            name, A("top_hits", size=1, sort=[{str(measure.sort): "desc"}], _source=[_source(str(measure.field))])
        )


def _source(field: str) -> str:
    """The field of the document behind ``title.keyword``."""
    return field.removesuffix(".keyword")


def _leaves(
    splits: tuple[Split, ...], node: Mapping[str, Any], shift: str
) -> Iterator[tuple[tuple[Cell, ...], Mapping[str, Any]]]:
    if not splits:
        yield (), node
        return
    split, rest = splits[0], splits[1:]
    buckets = node.get(split.id, {}).get("buckets", [])
    for key, bucket in buckets.items() if isinstance(buckets, dict) else ((b["key"], b) for b in buckets):
        name = _moment(key, shift) if isinstance(split, ByTime) else str(key)
        for keys, leaf in _leaves(rest, bucket, shift):
            yield (name, *keys), leaf


def _moment(milliseconds: float, shift: str) -> str:
    moment = datetime.fromtimestamp(milliseconds / 1000, tz=UTC) + (duration(shift) if shift else timedelta())
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _value(measure: Measure, leaf: Mapping[str, Any]) -> Cell:
    if measure.where:
        leaf = leaf.get(measure.id, {"doc_count": 0})
    if measure.op is Op.COUNT:
        return float(leaf["doc_count"])
    node = leaf.get("value" if measure.where else measure.id, {})
    if measure.op is Op.LAST:
        hits = node.get("hits", {}).get("hits", [])
        found = _dig(hits[0]["_source"], _source(str(measure.field))) if hits else None
        return None if found is None else str(found)
    if measure.op in (Op.MEDIAN, Op.PERCENTILE):
        found = next(iter(node.get("values", {}).values()), None)
        return None if found is None else float(found)
    return None if node.get("value") is None else float(node["value"])


def _dig(source: Any, path: str) -> Any:
    if isinstance(source, dict) and path in source:
        return source[path]
    for part in path.split("."):
        source = source.get(part) if isinstance(source, dict) else None
    return source
