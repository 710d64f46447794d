"""The book and its parts as plain JSON values and back, so that they can be kept in documents."""

from __future__ import annotations

from functools import cache
from typing import Any, TypeVar

from pydantic import TypeAdapter

from newswatch.model.alert import Message
from newswatch.model.book import Alert, Book, Group, Silence

T = TypeVar("T")
KINDS: dict[str, Any] = {kind.__name__: kind for kind in (Book, Alert, Group, Silence, Message)}


def plain(value: Any) -> Any:
    """One of ``KINDS`` as JSON values; times as ISO 8601."""
    return _adapter(type(value).__name__).dump_python(value, mode="json")


def back(kind: type[T], values: Any) -> T:
    """What ``plain`` gave, as it was. Raises ValueError when it does not fit."""
    found: T = _adapter(kind.__name__).validate_python(values)
    return found


@cache
def _adapter(kind: str) -> TypeAdapter[Any]:
    return TypeAdapter(KINDS[kind])
