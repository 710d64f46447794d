"""Field types that the mappings share."""

from __future__ import annotations

from typing import Any

Field = dict[str, Any]

KEYWORD: Field = {"type": "keyword", "ignore_above": 1024}
#: kept and shown, never searched
SHOWN: Field = {"type": "keyword", "index": False, "doc_values": False}
DATE: Field = {"type": "date"}
BOOLEAN: Field = {"type": "boolean"}
LONG: Field = {"type": "long"}
INTEGER: Field = {"type": "integer"}
FLOAT: Field = {"type": "double"}
TEXT: Field = {"type": "text"}
#: an object that is stored as it is and not looked into
OPAQUE: Field = {"type": "object", "enabled": False}
FLATTENED: Field = {"type": "flattened", "ignore_above": 1024}


def inner(**fields: Field) -> Field:
    """An object field."""
    return {"properties": fields}
