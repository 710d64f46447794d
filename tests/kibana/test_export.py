"""The saved-objects file: deterministic, complete in its references, and in the forms that 8.19 and 9.x read."""

from __future__ import annotations

import json
from typing import Any

import pytest

from newswatch.kibana import objects
from newswatch.panels import catalog

ENVELOPE = {"type", "id", "attributes", "references", "coreMigrationVersion", "managed", "typeMigrationVersion"}
DASHBOARD = {
    "title",
    "description",
    "timeRestore",
    "timeFrom",
    "timeTo",
    "refreshInterval",
    "kibanaSavedObjectMeta",
    "optionsJSON",
    "panelsJSON",
    "controlGroupInput",
    "version",
}


def exported(namespace: str = "newswatch") -> list[dict[str, Any]]:
    body = objects.export(namespace, catalog.VIEWS, catalog.DASHBOARDS)
    return [json.loads(line) for line in body.splitlines()]


def boards() -> list[dict[str, Any]]:
    return [one for one in exported() if one["type"] == "dashboard"]


def panels(board: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(board["attributes"]["panelsJSON"])
    return found


def test_two_exports_are_the_same_bytes() -> None:
    first = objects.export("newswatch", catalog.VIEWS, catalog.DASHBOARDS)
    assert first == objects.export("newswatch", catalog.VIEWS, catalog.DASHBOARDS)
    assert not first.startswith(b"\xef\xbb\xbf")


def test_the_file_holds_views_session_links_and_four_dashboards() -> None:
    kinds = [one["type"] for one in exported()]
    assert kinds.count("dashboard") == 4
    assert kinds.count("index-pattern") == len(catalog.VIEWS)
    assert kinds.count("search") == 1
    assert kinds.count("links") == 1


def test_ids_are_unique_and_follow_the_namespace() -> None:
    ids = [(one["type"], one["id"]) for one in exported("team-a")]
    assert len(set(ids)) == len(ids)
    assert all(name.startswith("team-a-") for _, name in ids)


@pytest.mark.parametrize("one", exported(), ids=lambda one: one["id"])
def test_envelope(one: dict[str, Any]) -> None:
    assert set(one) <= ENVELOPE
    assert one["managed"] is False
    assert one["coreMigrationVersion"] == "8.8.0"
    assert one.get("typeMigrationVersion") == objects.VERSIONS.get(one["type"])
    names = [reference["name"] for reference in one["references"]]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("one", exported(), ids=lambda one: one["id"])
def test_every_reference_leads_to_an_object_of_the_file(one: dict[str, Any]) -> None:
    known = {(other["type"], other["id"]) for other in exported()}
    assert {(reference["type"], reference["id"]) for reference in one["references"]} <= known


@pytest.mark.parametrize("board", boards(), ids=lambda board: board["id"])
def test_dashboard_attributes_and_grid(board: dict[str, Any]) -> None:
    assert set(board["attributes"]) <= DASHBOARD
    taken: set[tuple[int, int]] = set()
    for panel in panels(board):
        grid = panel["gridData"]
        assert grid["i"] == panel["panelIndex"]
        assert grid["x"] + grid["w"] <= 48
        assert min(grid["x"], grid["y"]) >= 0
        assert min(grid["w"], grid["h"]) >= 1
        cells = {
            (x, y) for x in range(grid["x"], grid["x"] + grid["w"]) for y in range(grid["y"], grid["y"] + grid["h"])
        }
        assert not cells & taken, f"{panel['panelIndex']} overlaps another panel"
        taken |= cells


@pytest.mark.parametrize("board", boards(), ids=lambda board: board["id"])
def test_lens_panels_agree_with_their_references(board: dict[str, Any]) -> None:
    outer = {reference["name"]: reference["id"] for reference in board["references"]}
    for panel in panels(board):
        if panel["type"] != "lens":
            assert "panelRefName" not in panel or f"{panel['panelIndex']}:{panel['panelRefName']}" in outer
            continue
        attributes = panel["embeddableConfig"]["attributes"]
        for reference in attributes["references"]:
            assert outer[f"{panel['panelIndex']}:{reference['name']}"] == reference["id"]
        layers = attributes["state"]["datasourceStates"]["formBased"]["layers"]
        assert {f"indexpattern-datasource-layer-{layer}" for layer in layers} == {
            reference["name"] for reference in attributes["references"]
        }
        for layer in layers.values():
            order = [layer["columns"][column]["isBucketed"] for column in layer["columnOrder"]]
            assert set(layer["columnOrder"]) == set(layer["columns"])
            assert order == sorted(order, reverse=True), "buckets come first"


@pytest.mark.parametrize("board", boards(), ids=lambda board: board["id"])
def test_every_accessor_is_a_column(board: dict[str, Any]) -> None:
    for panel in panels(board):
        if panel["type"] != "lens":
            continue
        state = panel["embeddableConfig"]["attributes"]["state"]
        columns = set(state["datasourceStates"]["formBased"]["layers"]["main"]["columns"])
        assert accessors(state["visualization"]) <= columns


def accessors(node: Any) -> set[str]:
    """Everything a visualization names as a column."""
    found: set[str] = set()
    if isinstance(node, list):
        return set().union(*(accessors(one) for one in node)) if node else found
    if not isinstance(node, dict):
        return found
    for key, value in node.items():
        if key in ("accessors", "primaryGroups", "metrics"):
            found |= set(value)
        elif key == "columnId" or key.endswith("Accessor"):
            found.add(value)
        else:
            found |= accessors(value)
    return found


def test_titles_are_questions_and_the_band_says_whose_it_is() -> None:
    for panel in catalog.PANELS.values():
        assert panel.title.endswith("?"), panel.id
        assert panel.empty
    assert "the detector" in catalog.EXPECTED.title
    assert "its own buckets and band" in catalog.EXPECTED.title


@pytest.mark.parametrize("one", exported(), ids=lambda one: one["id"])
def test_no_reference_is_left_over_and_every_json_string_can_be_read(one: dict[str, Any]) -> None:
    text = json.dumps(one["attributes"])
    for name in (reference["name"] for reference in one["references"]):
        panel, _, rest = name.partition(":")
        if panel.startswith("controlGroup_"):
            panel, rest = panel.removeprefix("controlGroup_"), panel.removeprefix("controlGroup_")
        assert all(part in text for part in (panel, rest or panel)), name
    for value in jsons(one["attributes"]):
        json.loads(value)


def jsons(node: Any) -> list[str]:
    """The attributes that Kibana keeps as JSON strings."""
    strings = ("fieldFormatMap", "fieldAttrs", "runtimeFieldMap", "sourceFilters", "fields")
    found = []
    for key, value in node.items() if isinstance(node, dict) else ():
        found += [value] if key.endswith("JSON") or key in strings else jsons(value)
    return found


def test_a_session_has_only_what_kibana_allows_and_links_lead_to_dashboards() -> None:
    (session,) = [one for one in exported() if one["type"] == "search"]
    assert set(session["attributes"]) <= {
        "title", "description", "columns", "sort", "grid", "hideChart", "isTextBasedQuery", "kibanaSavedObjectMeta",
    }  # fmt: skip
    assert session["references"][0]["name"] == objects.SEARCH_INDEX
    (bar,) = [one for one in exported() if one["type"] == "links"]
    targets = {reference["name"]: reference["id"] for reference in bar["references"]}
    assert set(targets.values()) == {board["id"] for board in boards()}
    assert {link["destinationRefName"] for link in bar["attributes"]["links"]} == set(targets)
    assert all(link["destinationRefName"] == f"link_{link['id']}_dashboard" for link in bar["attributes"]["links"])


@pytest.mark.parametrize("board", boards(), ids=lambda board: board["id"])
def test_controls_have_their_data_view_and_an_order(board: dict[str, Any]) -> None:
    controls = json.loads(board["attributes"]["controlGroupInput"]["panelsJSON"])
    names = {reference["name"] for reference in board["references"]}
    assert sorted(one["order"] for one in controls.values()) == list(range(len(controls)))
    for name, one in controls.items():
        assert one["explicitInput"]["id"] == name
        assert f"controlGroup_{name}:optionsListDataView" in names
