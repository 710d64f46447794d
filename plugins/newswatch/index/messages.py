"""Rendered messages inside documents, and back."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from newswatch.model.rendered import Image, Rendered


def source(body: Rendered) -> dict[str, Any]:
    """The message as JSON values."""
    return {
        "subject": body.subject,
        "text": body.text,
        "html": body.html,
        "images": [[one.name, base64.b64encode(one.png).decode(), one.alt] for one in body.images],
        "slack": list(body.slack),
        "data": body.data,
        "standing": list(body.standing),
    }


def rendered(values: Mapping[str, Any]) -> Rendered:
    """The message that ``source`` took apart."""
    return Rendered(
        values["subject"],
        values["text"],
        values["html"],
        tuple(Image(name, base64.b64decode(png), alt) for name, png, alt in values["images"]),
        tuple(values["slack"]),
        dict(values["data"]),
        tuple(values.get("standing", ())),
    )
