"""Saved objects: data views, Discover sessions, dashboards and the links between them, as deterministic NDJSON.

Forms and versions are those of Kibana 8.x exports, which 8.19 and 9.x import.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from newswatch.kibana import lens
from newswatch.model.dashboard import Control, Dashboard, DataView, Note, Place
from newswatch.model.panel import Listing

VERSIONS = {"index-pattern": "8.0.0", "dashboard": "10.2.0", "search": "10.2.0"}
LINKS = "links"
SEARCH_INDEX = "kibanaSavedObjectMeta.searchSourceJSON.index"

Object = dict[str, Any]


def export(namespace: str, views: Iterable[DataView], dashboards: Iterable[Dashboard]) -> bytes:
    """All objects as NDJSON, one per line, keys sorted, the same bytes for the same definitions."""
    boards = tuple(dashboards)
    found = [data_view(namespace, view) for view in views]
    listings = {p.panel.id: p.panel for board in boards for p in board.places if isinstance(p.panel, Listing)}
    found += [discover(namespace, listing) for listing in listings.values()]
    found.append(links(namespace, boards))
    found += [dashboard(namespace, board) for board in boards]
    return b"".join(_line(one) for one in sorted(found, key=lambda one: (one["type"], one["id"])))


def data_view(namespace: str, view: DataView) -> Object:
    """An ``index-pattern``; its fields come from the index itself."""
    formats = {field: {"id": kind, "params": {}} for field, kind in view.formats}
    attributes = {
        "title": f"{namespace}-{view.index}",
        "name": view.name,
        "timeFieldName": view.time,
        "allowNoIndex": True,
        "fields": "[]",
        "fieldFormatMap": _text(formats),
        "runtimeFieldMap": "{}",
        "sourceFilters": "[]",
        "fieldAttrs": "{}",
    }
    return _object("index-pattern", f"{namespace}-{view.id}", attributes, [])


def discover(namespace: str, listing: Listing) -> Object:
    """A Discover session with the newest documents."""
    source = {
        "query": {"query": lens.kql(listing.where), "language": "kuery"},
        "filter": [],
        "indexRefName": SEARCH_INDEX,
    }
    attributes = {
        "title": listing.title,
        "description": listing.empty,
        "columns": list(listing.columns),
        "sort": [[listing.source.time, "desc"]],
        "grid": {},
        "hideChart": True,
        "isTextBasedQuery": False,
        "kibanaSavedObjectMeta": {"searchSourceJSON": _text(source)},
    }
    view = {"type": "index-pattern", "id": f"{namespace}-{listing.source.data_view}", "name": SEARCH_INDEX}
    return _object("search", f"{namespace}-{listing.id}", attributes, [view])


def links(namespace: str, boards: tuple[Dashboard, ...]) -> Object:
    """The bar that leads from each dashboard to the others, time range and filters carried along."""
    entries = [
        {
            "id": board.id,
            "type": "dashboardLink",
            "order": order,
            "label": board.title,
            "destinationRefName": f"link_{board.id}_dashboard",
            "options": {"openInNewTab": False, "useCurrentFilters": True, "useCurrentDateRange": True},
        }
        for order, board in enumerate(boards)
    ]
    references = [
        {"type": "dashboard", "id": f"{namespace}-{board.id}", "name": f"link_{board.id}_dashboard"} for board in boards
    ]
    attributes = {"title": "Newswatch dashboards", "layout": "horizontal", "links": entries}
    return _object("links", f"{namespace}-{LINKS}", attributes, references)


def dashboard(namespace: str, board: Dashboard) -> Object:
    """One dashboard of by-value Lens panels, with controls, notes and the bar of links."""
    panels, references = [], []
    for panel, refs in _panels(namespace, board):
        panels.append(panel)
        references += refs
    attributes = {
        "title": board.title,
        "description": board.description,
        "timeRestore": True,
        "timeFrom": board.since,
        "timeTo": "now",
        "refreshInterval": {"pause": False, "value": 60000},
        "kibanaSavedObjectMeta": {
            "searchSourceJSON": _text({"query": {"query": "", "language": "kuery"}, "filter": []})
        },
        "optionsJSON": _text(
            {
                "useMargins": True,
                "syncColors": False,
                "syncCursor": True,
                "syncTooltips": False,
                "hidePanelTitles": False,
            }
        ),
        "panelsJSON": _text(panels),
        "version": 1,
    }
    if board.controls:
        attributes["controlGroupInput"] = _controls(board.controls)
        references += [_control_reference(namespace, control) for control in board.controls]
    return _object("dashboard", f"{namespace}-{board.id}", attributes, references)


def _panels(namespace: str, board: Dashboard) -> Iterable[tuple[Object, list[Object]]]:
    for place in board.places:
        yield _listing(namespace, place) if isinstance(place.panel, Listing) else _chart(namespace, place)
    for note in board.notes:
        yield _note(note), []
    bar = _frame("links", LINKS, "", (0, 0, 48, 3)) | {"panelRefName": f"panel_{LINKS}"}
    yield (
        bar,
        [{"type": "links", "id": f"{namespace}-{LINKS}", "name": f"{LINKS}:panel_{LINKS}"}],
    )


def _chart(namespace: str, place: Place) -> tuple[Object, list[Object]]:
    panel = place.panel
    assert not isinstance(panel, Listing)
    view = f"{namespace}-{panel.source.data_view}"
    frame = _frame("lens", panel.id, panel.title, (place.x, place.y, place.w, place.h))
    frame["embeddableConfig"] |= {"attributes": lens.attributes(panel, view)}
    return frame, [lens.reference(view, f"{panel.id}:")]


def _listing(namespace: str, place: Place) -> tuple[Object, list[Object]]:
    frame = _frame("search", place.panel.id, place.panel.title, (place.x, place.y, place.w, place.h))
    name = f"panel_{place.panel.id}"
    target = {"type": "search", "id": f"{namespace}-{place.panel.id}", "name": f"{place.panel.id}:{name}"}
    return frame | {"panelRefName": name}, [target]


def _note(note: Note) -> Object:
    frame = _frame("visualization", note.id, "", (note.x, note.y, note.w, note.h))
    source = {"query": {"query": "", "language": "kuery"}, "filter": []}
    frame["embeddableConfig"] |= {
        "savedVis": {
            "id": "",
            "title": "",
            "description": "",
            "type": "markdown",
            "params": {"fontSize": 12, "openLinksInNewTab": False, "markdown": note.markdown},
            "uiState": {},
            "data": {"aggs": [], "searchSource": source},
        }
    }
    return frame


def _frame(kind: str, name: str, title: str, box: tuple[int, int, int, int]) -> Object:
    x, y, w, h = box
    config: Object = {"enhancements": {}}
    panel: Object = {"type": kind, "panelIndex": name, "embeddableConfig": config}
    panel["gridData"] = {"x": x, "y": y, "w": w, "h": h, "i": name}
    if title:
        config["title"] = panel["title"] = title
    else:
        config["hidePanelTitles"] = True
    return panel


def _controls(controls: tuple[Control, ...]) -> Object:
    panels = {
        control.id: {
            "type": "optionsListControl",
            "order": order,
            "grow": True,
            "width": "medium",
            "explicitInput": {"id": control.id, "fieldName": control.field, "title": control.label},
        }
        for order, control in enumerate(controls)
    }
    settings = dict.fromkeys(("ignoreFilters", "ignoreQuery", "ignoreTimerange", "ignoreValidations"), False)
    return {
        "controlStyle": "oneLine",
        "chainingSystem": "HIERARCHICAL",
        "panelsJSON": _text(panels),
        "ignoreParentSettingsJSON": _text(settings),
    }


def _control_reference(namespace: str, control: Control) -> Object:
    return {
        "type": "index-pattern",
        "id": f"{namespace}-{control.index}",
        "name": f"controlGroup_{control.id}:optionsListDataView",
    }


def _object(kind: str, name: str, attributes: Object, references: list[Object]) -> Object:
    one = {
        "type": kind,
        "id": name,
        "attributes": attributes,
        "references": references,
        "coreMigrationVersion": "8.8.0",
        "managed": False,
    }
    return one | ({"typeMigrationVersion": VERSIONS[kind]} if kind in VERSIONS else {})


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _line(value: Object) -> bytes:
    return _text(value).encode() + b"\n"
