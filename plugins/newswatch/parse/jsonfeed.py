"""JSON Feed 1 and 1.1 (jsonfeed.org) → raw values. Wrong types are read as what they can mean, or left out."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import orjson

from newswatch.parse.raw import ENTRIES_MAX, RawEntry, RawFeed, RawLink

_ITEMS = re.compile(r"\"items\"\s*:\s*\[\s*")
_COMMA = re.compile(r"\s*,?\s*")


def read(text: str) -> tuple[RawFeed | None, bool]:
    """The feed, or None when the JSON is no feed, and whether the document ends early.

    A document that is cut short or broken gives the items before the fault.
    """
    values, cut = _loaded(text)
    if not isinstance(values, dict) or not _is_feed(values):
        return None, cut
    items = [item for item in _list(values, "items") if isinstance(item, dict)]
    links = [("alternate", _string(values, "home_page_url")), ("self", _string(values, "feed_url"))]
    hubs = [("hub", _string(hub, "url")) for hub in _list(values, "hubs") if isinstance(hub, dict)]
    feed = RawFeed(
        "json-1.1" if _string(values, "version").rstrip("/").endswith("1.1") else "json-1.0",
        entries=[_entry(item) for item in items[:ENTRIES_MAX]],
        found=len(items),
        title=_string(values, "title"),
        language=_string(values, "language"),
        links=[RawLink(href, rel) for rel, href in links + hubs if href],
    )
    return feed, cut


def _is_feed(values: Mapping[str, Any]) -> bool:
    if "jsonfeed.org" in _string(values, "version"):
        return True
    items = values.get("items")
    return isinstance(items, list) and any(
        isinstance(item, dict) and ("content_html" in item or "content_text" in item or "date_published" in item)
        for item in items
    )


def _loaded(text: str) -> tuple[Any, bool]:
    try:
        return orjson.loads(text.encode("utf-8", "surrogatepass")), False
    except (orjson.JSONDecodeError, UnicodeError):
        pass
    try:
        return json.loads(text, strict=False), False
    except (ValueError, RecursionError):
        return _recovered(text), True


def _recovered(text: str) -> dict[str, Any] | None:
    start = _ITEMS.search(text)
    if start is None:
        return None
    decoder = json.JSONDecoder(strict=False)
    items: list[Any] = []
    position = start.end()
    try:
        while len(items) < ENTRIES_MAX and text[position : position + 1] == "{":
            item, position = decoder.raw_decode(text, position)
            items.append(item)
            if comma := _COMMA.match(text, position):
                position = comma.end()
    except (ValueError, RecursionError):
        pass
    try:
        head = json.loads(text[: start.start()].rstrip().rstrip(",") + "}", strict=False)
    except (ValueError, RecursionError):
        head = {}
    return {**(head if isinstance(head, dict) else {}), "items": items}


def _entry(item: Mapping[str, Any]) -> RawEntry:
    markup, plain = _string(item, "content_html"), _string(item, "content_text")
    urls = (_string(item, "url"), _string(item, "external_url"))
    authors = [author for author in [*_list(item, "authors"), item.get("author")] if isinstance(author, dict)]
    return RawEntry(
        guid=_string(item, "id"),
        links=[RawLink(url) for url in urls if url],
        title=_string(item, "title"),
        summary=_string(item, "summary"),
        content=markup or plain,
        published=_string(item, "date_published"),
        updated=_string(item, "date_modified"),
        language=_string(item, "language"),
        authors=[_string(author, "name") for author in authors],
        categories=[tag for tag in _list(item, "tags") if isinstance(tag, str)],
        lines=not markup,
    )


def _string(values: Mapping[str, Any], key: str) -> str:
    value = values.get(key)
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def _list(values: Mapping[str, Any], key: str) -> list[Any]:
    value = values.get(key)
    return value if isinstance(value, list) else []
