"""Bodies that are no feeds: the one-line reason, and the feeds that an HTML page names."""

from __future__ import annotations

import re

from lxml import etree

from newswatch.model.feed import Failure, Refused
from newswatch.parse import links, text

_PAGE = re.compile(
    r"(?:\s|<\?[^>]*>|<!--.*?-->)*<(?:!doctype\s+html|html|head|body|title|meta|script|div|p|center)\b",
    re.IGNORECASE | re.DOTALL,
)
_FEED = re.compile(r"<(?:[\w.-]+:)?(?:rss|rdf|feed)[\s>/]", re.IGNORECASE)
_HEAD = 200_000
_ALTERNATES_MAX = 20
#: types that other things than feeds have too; such an address is tried only when no other is named
_GENERIC = {"application/json", "application/xml", "text/xml"}
_TYPES = {"application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json"} | _GENERIC


def is_page(document: str) -> bool:
    """Whether ``document`` looks like HTML rather than a feed: which of the two opens first."""
    page = _PAGE.match(document, 0, 20_000)
    feed = _FEED.search(document, 0, 50_000)
    return page is not None and (feed is None or page.end() < feed.start())


def page(document: str, url: str) -> Refused:
    """An HTML page: refused, with the feeds that its ``link rel=alternate`` elements name."""
    alternates = _alternates(document[:_HEAD], url)
    hint = f"; it names {len(alternates)} feed{'s' if len(alternates) > 1 else ''}" if alternates else ""
    return Refused(Failure.NOT_A_FEED, f"the answer is an HTML page, not a feed{hint}", alternates)


def other(document: str, body: bytes, root: str | None = None) -> Refused:
    """Anything else that is no feed; ``root`` is the name of the root element when it is well-formed XML."""
    return Refused(Failure.NOT_A_FEED, _reason(document, body, root))


def _reason(document: str, body: bytes, root: str | None) -> str:
    start = document.lstrip("\ufeff \t\r\n")
    if not start:
        return "the answer is empty"
    if root is not None:
        return f"the answer is XML, but not a feed: its root element is {text.line(root)[:60]}"
    if b"\0" in body[:1_000] or sum(byte < 9 for byte in body[:1_000]) > 5:
        return "the answer is binary data, not a feed"
    if start[0] in "{[":
        return "the answer is JSON, but not a feed"
    if start.startswith("<"):
        return "the answer is broken XML, in which no feed could be found"
    return "the answer is plain text, not a feed"


def _alternates(document: str, url: str) -> tuple[str, ...]:
    parser = etree.HTMLParser(no_network=True, huge_tree=False, recover=True, encoding="utf-8")
    try:
        root = etree.fromstring(document.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError:
        return ()
    if root is None:
        return ()
    base = next((links.join(url, node.get("href")) for node in root.iter("base") if node.get("href")), url)
    found: dict[str, bool] = {}
    for node in root.iter("link"):
        kind = node.get("type", "").split(";")[0].strip().lower()
        if "alternate" in node.get("rel", "").lower().split() and kind in _TYPES:
            address = links.absolute(node.get("href"), base)
            if address is not None and len(found) < _ALTERNATES_MAX:
                found[address] = kind in _GENERIC
    return tuple(sorted(found, key=found.__getitem__))
