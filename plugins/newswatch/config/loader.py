"""YAML → pydantic model, with the line of every key kept so that errors can name it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from newswatch.errors import ConfigError

# libyaml's parser where PyYAML has it: ten times faster, and the same safe types
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
Key = tuple[str | int, ...]
M = TypeVar("M", bound=BaseModel)
#: what stands in the wrong shape, in the words of the file
SHAPES = {
    "dict_type": "keys with values",
    "model_type": "keys with values",
    "list_type": "a list",
    "tuple_type": "a list",
}


class Lines:
    """The 1-based line of every key path of one YAML file."""

    def __init__(self, file: Path, root: yaml.Node | None) -> None:
        self.file = file
        self._lines: dict[Key, int] = dict(_walk(root, ())) if root is not None else {}

    def line(self, key: Sequence[str | int]) -> int:
        """Line of ``key``, or of its nearest ancestor that exists; 0 in an empty file."""
        path = tuple(key)
        while path and path not in self._lines:
            path = path[:-1]
        return self._lines.get(path, 0)

    def error(self, key: Sequence[str | int], message: str) -> ConfigError:
        """A ConfigError at ``key``."""
        return ConfigError(self.file, self.line(key), dotted(key), message)


def dotted(key: Sequence[str | int]) -> str:
    """``("feeds", 3, "url")`` → ``feeds[3].url``."""
    out = ""
    for part in key:
        out += f"[{part}]" if isinstance(part, int) else f".{part}" if out else str(part)
    return out


def read(file: Path) -> tuple[Any, Lines]:
    """Parse one YAML file safely; duplicate keys, aliases' bombs and syntax errors are ConfigErrors."""
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ConfigError(file, 0, "", "there is no such file") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(file, 0, "", f"cannot be read: {error}") from error
    try:
        root = yaml.compose(text, Loader=LOADER)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise ConfigError(file, line, "", f"is not valid YAML: {error.problem}") from error
    except yaml.YAMLError as error:
        raise ConfigError(file, 0, "", f"is not valid YAML: {error}") from error
    if root is None:
        return None, Lines(file, None)
    _refuse_duplicates(file, root, ())
    return yaml.constructor.SafeConstructor().construct_document(root), Lines(file, root)


def load(file: Path, model: type[M]) -> tuple[M, Lines]:
    """Read ``file`` into ``model``; the first fault found is raised as a ConfigError."""
    data, lines = read(file)
    return validate(data if data is not None else {}, model, lines), lines


def validate(data: Any, model: type[M], lines: Lines, prefix: Key = ()) -> M:
    """``data`` as ``model``; ``prefix`` is where ``data`` stands in the file."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        fault = error.errors()[0]
        raise lines.error((*prefix, *_path(data, fault["loc"])), sentence(fault)) from error


def sentence(fault: Any) -> str:
    """One pydantic fault as a sentence."""
    kind, given = fault["type"], fault.get("input")
    if kind == "extra_forbidden":
        return "unknown key"
    if kind == "missing":
        return "is required"
    if kind == "too_short" and fault["ctx"]["min_length"] == 1:
        return "must not be empty"
    if kind in SHAPES:
        return f"should be {SHAPES[kind]} (got {given!r})"
    message = str(fault["msg"]).removeprefix("Value error, ").removeprefix("Assertion failed, ")
    message = message[:1].lower() + message[1:]
    if kind == "value_error" or isinstance(given, dict | list):
        return message
    return f"{message} (got {given!r})"


def _path(data: Any, loc: Sequence[str | int]) -> Key:
    """Pydantic's location without the names of union members that it puts between the keys of the file."""
    key: Key = ()
    for part in loc:
        inside = isinstance(data, dict) and part in data
        if inside or (isinstance(data, list) and isinstance(part, int) and part < len(data)):
            data, key = data[part], (*key, part)
        elif part is loc[-1]:
            key = (*key, part)
    return key


def _walk(node: yaml.Node, key: Key) -> Iterator[tuple[Key, int]]:
    yield key, node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            path = (*key, str(name.value))
            yield from _walk(value, path)
            yield path, name.start_mark.line + 1
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            yield from _walk(value, (*key, number))


def _refuse_duplicates(file: Path, node: yaml.Node, key: Key) -> None:
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for name, value in node.value:
            text = str(name.value)
            if text in seen:
                raise ConfigError(file, name.start_mark.line + 1, dotted((*key, text)), "is given twice")
            seen.add(text)
            _refuse_duplicates(file, value, (*key, text))
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            _refuse_duplicates(file, value, (*key, number))
