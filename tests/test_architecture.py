"""The direction of imports, as drawn in docs/architecture.md, read from the source with ``ast``."""

from __future__ import annotations

import ast
import re
from functools import lru_cache
from pathlib import Path

import pytest
import yaml

DESCRIBED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
PACKAGE = Path(__file__).parent.parent / "plugins" / "newswatch"
BOTTOM = {"model", "errors"}
PURE = {"parse", "identity", "schedule", "tag", "story", "detect", "alert", "digest", "panels", "render"}
EDGES = {"config", "fetch", "seeds", "index", "deliver", "kibana", "airflow_api"}
ALLOWED: dict[str, set[str]] = {
    "model": {"errors"},
    "errors": set(),
    **dict.fromkeys(PURE, BOTTOM),
    **{name: BOTTOM | PURE | {"config"} for name in EDGES},
    "pipeline": BOTTOM | PURE | EDGES,
    "runtime": BOTTOM | EDGES,
    "alarm": BOTTOM | EDGES | {"runtime"},
    "jobs": BOTTOM | EDGES | {"pipeline", "runtime", "tag"},
    "desk": BOTTOM | PURE | EDGES | {"pipeline", "runtime", "jobs", "daily"},
    "daily": BOTTOM | PURE | EDGES | {"pipeline", "runtime", "jobs"},
    "cli": BOTTOM | PURE | EDGES | {"pipeline", "runtime", "jobs", "daily"},
    "__main__": {"cli"},
    "__init__": set(),
}


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def part_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported(path: Path) -> set[str]:
    """Names of the parts of newswatch that ``path`` imports, at top level or inside functions."""
    parts: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            module = node.module or ""
            names = [f"newswatch.{alias.name}" for alias in node.names] if module == "newswatch" else [module]
        parts |= {
            name.split(".")[1] for name in names if name.startswith("newswatch.") and name != "newswatch.__version__"
        }
    return parts


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_downwards(path: Path) -> None:
    part = part_of(path)
    assert part in ALLOWED, f"{part} has no place in the architecture"
    assert imported(path) - ALLOWED[part] - {part} == set()


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_only_runtime_knows_airflow(path: Path) -> None:
    if part_of(path) in {"runtime", "alarm"}:
        return
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
        assert not any(name == "airflow" or name.startswith("airflow.") for name in names)


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_nothing_but_the_outermost_edge_reads_the_clock(path: Path) -> None:
    if path.relative_to(PACKAGE) == Path("cli/common.py"):
        return
    source = path.read_text(encoding="utf-8")
    for call in ("datetime.now(", "datetime.utcnow(", "time.time(", "date.today("):
        assert call not in source, f"{path} reads the clock"


@lru_cache(maxsize=1)
def watched() -> re.Pattern[str]:
    """What the shipped watch-list calls the actors that make news of its matter; short and common words apart."""
    actors = yaml.safe_load((PACKAGE.parent.parent / "config" / "watchlist" / "actors.yaml").read_text("utf-8"))
    names = {
        re.sub(r"\(.*?\)|\*", "", term).strip().casefold()
        for actor in actors["actors"]
        if actor.get("scope", 0) == 1
        for terms in actor["terms"].values()
        for term in re.split(r",\s*(?![^()]*\))", terms)
    }
    telling = sorted(name for name in names if len(name) >= (2 if name >= "\u1100" else 6))
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, telling))})", re.IGNORECASE)


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_what_is_watched_stands_in_the_watch_list_alone(path: Path) -> None:
    if path.relative_to(PACKAGE) in {Path("parse/languages.py"), Path("tag/language.py")}:
        # names of languages
        return
    tree = ast.parse(path.read_text(encoding="utf-8"))
    words = [node.id for node in ast.walk(tree) if isinstance(node, ast.Name)]
    words += [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    described = {ast.get_docstring(node, clean=False) for node in ast.walk(tree) if isinstance(node, DESCRIBED)}
    assert [word for word in words if word not in described and watched().search(word)] == []
