"""The careful path: feedparser, for documents that are not well-formed, giving the same raw values as the fast path."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any

import feedparser

from newswatch.parse.raw import ENTRIES_MAX, RawEntry, RawFeed, RawLink

_HEADERS = {"content-type": "application/xml; charset=utf-8"}
_HOURS = re.compile(r"<hour>\s*(\d{1,2})\s*</hour>", re.IGNORECASE)
_DAYS = re.compile(r"<day>\s*(\w+)\s*</day>", re.IGNORECASE)
_NOT_CATEGORIES = "itunes"
#: captions of pictures and podcasts, which feedparser takes for the entry's own title, description and author
_NOT_THE_ENTRY = re.compile(
    r"<((?:media|itunes):(?:title|description|text|summary|subtitle|author)|image|textinput)\b"
    r"(?:[^>]*/>|[^>]*>.*?</\1\s*>)",
    re.IGNORECASE | re.DOTALL,
)


def read(text: str) -> RawFeed:
    """Read ``text`` (no DTD) with feedparser's own recovery. ``format`` is empty when it saw no feed."""
    body = b'<?xml version="1.0" encoding="utf-8"?>\n' + _NOT_THE_ENTRY.sub("", text).encode("utf-8", "replace")
    parsed = feedparser.parse(
        BytesIO(body), response_headers=_HEADERS, sanitize_html=False, resolve_relative_uris=False
    )
    feed = parsed["feed"]
    found = parsed["entries"]
    return RawFeed(
        _format(parsed.get("version") or ""),
        entries=[_entry(entry, _get(feed, "language")) for entry in found[:ENTRIES_MAX]],
        found=len(found),
        title=_get(feed, "title"),
        language=_get(feed, "language"),
        links=_links(feed),
        ttl=_get(feed, "ttl"),
        period=_get(feed, "sy_updateperiod"),
        frequency=_get(feed, "sy_updatefrequency"),
        hours=_HOURS.findall(text),
        days=_DAYS.findall(text),
    )


def _format(version: str) -> str:
    """feedparser's ``rss20`` as ``rss-2.0``, ``rss10`` and ``rss090`` (both RDF) as ``rss-1.0``."""
    if version in ("rss10", "rss090"):
        return "rss-1.0"
    match = re.fullmatch(r"(rss|atom)0?(\d)(\d+)[a-z]?", version)
    if match is None:
        return "atom-1.0" if version == "atom" else version
    digits = version.removeprefix(match[1])
    return f"{match[1]}-{digits[0]}.{re.sub('[a-z]', '', digits[1:])}"


def _is_text(kind: str) -> bool:
    return not kind or kind.startswith("text/") or kind == "application/xhtml+xml"


def _get(values: Any, key: str) -> str:
    """A string of feedparser's dictionary itself, without its fallbacks from one key to another."""
    value = dict.get(values, key)
    return value if isinstance(value, str) else ""


def _links(values: Any) -> list[RawLink]:
    links = dict.get(values, "links") or []
    return [
        RawLink(_get(link, "href"), _get(link, "rel") or "alternate", _get(link, "type"))
        for link in links
        if _get(link, "href")
    ]


def _entry(entry: Any, language: str) -> RawEntry:
    links = _links(entry)
    plain = _get(entry, "link")
    if plain and not entry.get("guidislink") and not any(link.href == plain for link in links):
        links.append(RawLink(plain))
    contents = [content for content in dict.get(entry, "content") or [] if _is_text(_get(content, "type"))]
    links.extend(
        RawLink(_get(content, "src"), "content") for content in dict.get(entry, "content") or [] if _get(content, "src")
    )
    inner = _get(dict.get(entry, "title_detail") or {}, "language")
    return RawEntry(
        guid=_get(entry, "id"),
        guid_is_link=bool(dict.get(entry, "guidislink")),
        links=links,
        original_link=_get(entry, "feedburner_origlink"),
        title=_get(entry, "title"),
        summary=_get(entry, "summary") if dict.get(entry, "summary_detail") else "",
        content=next((_get(content, "value") for content in contents if _get(content, "value")), ""),
        published=_get(entry, "published"),
        updated=_get(entry, "updated"),
        created=_get(entry, "created"),
        language=_get(entry, "language") or (inner if inner != language else ""),
        authors=[_get(author, "name") for author in dict.get(entry, "authors") or []],
        categories=[
            _get(tag, "label") or _get(tag, "term")
            for tag in dict.get(entry, "tags") or []
            if _NOT_CATEGORIES not in _get(tag, "scheme")
        ],
    )
