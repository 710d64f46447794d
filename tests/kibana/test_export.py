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


def test_titles_are_questions_or_say_whose_band_it_is() -> None:
    for panel in catalog.PANELS.values():
        assert panel.title.endswith(("?", "band)")), panel.id
        assert panel.empty
