"""Bodies of a case: RSS from a list of entries, and the ones that only a program can write."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape

import brotli
import zstandard

MIB = 1024 * 1024
_NAMES = {"guid": "guid", "link": "link", "title": "title", "text": "description", "date": "pubDate"}


def rss(entries: Sequence[Mapping[str, Any]], channel: str = "") -> str:
    """RSS 2.0 with ``entries`` (guid, which is no permalink, link, title, text, date) and ``channel`` before them."""
    items = "".join(f"<item>{_fields(entry)}</item>" for entry in entries)
    return (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" '
        'xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"><channel><title>Desk</title>'
        f"<link>https://desk.example/</link>{channel}{items}</channel></rss>"
    )


def _fields(entry: Mapping[str, Any]) -> str:
    parts = []
    for name, value in entry.items():
        extra = ' isPermaLink="false"' if name == "guid" else ""
        parts.append(f"<{_NAMES[name]}{extra}>{escape(str(value))}</{_NAMES[name]}>")
    return "".join(parts)


def many(count: int) -> bytes:
    """A feed of ``count`` entries."""
    return rss([{"guid": f"n{n}", "title": f"Report number {n}"} for n in range(count)]).encode()


def laughs() -> bytes:
    """A billion laughs (ten entities of ten each), in the title of a feed's only entry."""
    names = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return (
        f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY l0 "ha">{names}]><rss version="2.0"><channel><title>T</title>'
        "<item><guid>1</guid><title>Laughs &l9; end</title></item></channel></rss>"
    ).encode()


def deep(depth: int) -> bytes:
    """Elements nested ``depth`` deep in a summary."""
    return (
        "<rss version='2.0'><channel><title>T</title><item><guid>1</guid><title>Deep</title><description>"
        f"{'<div>' * depth}x{'</div>' * depth}</description></item></channel></rss>"
    ).encode()


MADE: dict[str, Callable[[], bytes]] = {
    "large": lambda: rss([{"guid": "1", "title": "Large", "text": "x" * 6 * MIB}]).encode(),
    "long title": lambda: rss([{"guid": "1", "title": "word " * 250_000, "text": "y" * 100_000}]).encode(),
    "hundred thousand": lambda: many(100_000),
    "laughs": laughs,
    "deep": lambda: deep(100_000),
    "nul bytes": lambda: rss([{"guid": "1", "title": "Nul@here"}]).encode().replace(b"@", b"\0"),
    "zeros": lambda: b"\0" * 64 * MIB,
    "utf-16": lambda: rss([{"guid": "1", "title": "Київ відбив атаку"}]).replace("utf-8", "utf-16").encode("utf-16"),
    "lone bytes": lambda: rss([{"guid": "1", "title": "Caf@ closed"}]).encode().replace(b"@", b"\xe9"),
}
PACKED: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": zstandard.ZstdCompressor().compress,
}
