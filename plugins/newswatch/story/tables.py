"""The word lists of ``newswatch/data/stories``, read once."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files

#: family, class, language, stem
Entry = tuple[str, str, str, str]


def families() -> Iterator[Entry]:
    """Every stem of ``families.txt``."""
    family = kind = ""
    for line in _lines("families.txt"):
        language, colon, stems = line.partition(":")
        if colon:
            yield from ((family, kind, language.strip(), stem.strip()) for stem in stems.split(","))
        else:
            family, _, kind = line.partition(".")


def phrases() -> dict[str, list[str]]:
    """Key → phrases, each a regular expression, of ``phrases.txt``."""
    found: dict[str, list[str]] = {}
    for line in _lines("phrases.txt"):
        key, _, alternatives = line.partition(": ")
        found.setdefault(key, []).extend(alternatives.split(" | "))
    return found


def spellings() -> list[list[str]]:
    """Names with all their spellings, of ``spellings.txt``."""
    return [line.split() for line in _lines("spellings.txt")]


def _lines(name: str) -> list[str]:
    text = files("newswatch").joinpath("data", "stories", name).read_text(encoding="utf-8")
    return [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
