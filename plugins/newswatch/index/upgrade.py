"""Mappings of existing indices brought up to date: what is new is added, anything else is refused with a sentence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from elasticsearch import BadRequestError

from newswatch.errors import StoreError
from newswatch.index.client import Store, asking, body

Properties = Mapping[str, Any]


def added(have: Properties, want: Properties, path: str = "") -> Iterator[str]:
    """Dotted names of the fields that ``want`` has and ``have`` has not."""
    for name, field in want.items():
        if name not in have:
            yield path + name
            continue
        yield from added(_inner(have[name]), _inner(field), f"{path}{name}.")


def clashes(have: Properties, want: Properties, path: str = "") -> Iterator[tuple[str, str, str]]:
    """Fields whose type would have to change: name, what it is, what it would be."""
    for name, field in want.items():
        if name not in have:
            continue
        old, new = _kind(have[name]), _kind(field)
        if old != new:
            yield path + name, old, new
        else:
            yield from clashes(_inner(have[name]), _inner(field), f"{path}{name}.")


def bring_up(store: Store, pattern: str, want: Properties) -> dict[str, list[str]]:
    """Add to each index that matches ``pattern`` the fields that it lacks; which these are, by index.

    Raises StoreError, before anything is changed, when a field of one of them would have to change its type.
    """
    with asking(store):
        answer = body(store, store.client.indices.get_mapping(index=pattern, ignore_unavailable=True))
    mappings = {name: one["mappings"].get("properties", {}) for name, one in sorted(answer.items())}
    for index, have in mappings.items():
        for field, old, new in clashes(have, want):
            raise StoreError(
                f"the field {field} of {index} is {old} and would have to become {new}, which cannot be done in place; "
                "make a backup and start another namespace, or go back to the version that wrote it"
            )
    done = {}
    for index, have in mappings.items():
        new_fields = list(added(have, want))
        if new_fields:
            _put(store, index, want)
            done[index] = new_fields
    return done


def _put(store: Store, index: str, want: Properties) -> None:
    with asking(store):
        try:
            store.client.indices.put_mapping(index=index, dynamic="strict", properties=dict(want))
        except BadRequestError as error:
            raise StoreError(f"the mapping of {index} cannot be brought up to date: {error.message}") from error


def _inner(field: Mapping[str, Any]) -> Properties:
    found: Properties = field.get("properties") or field.get("fields") or {}
    return found


def _kind(field: Mapping[str, Any]) -> str:
    kind = str(field.get("type", "object"))
    if field.get("enabled") is False:
        return f"{kind} that is not looked into"
    if field.get("index") is False:
        return f"{kind} that is not searched"
    return kind
