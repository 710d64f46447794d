"""The fast path: well-formed RSS 0.9x/1.0/2.0 and Atom 0.3/1.0, read with lxml in strict mode.

Nothing is recovered here: a recovering XML parser loses text without saying so, hence what is not well-formed
raises ``MalformedError`` and takes the other path. Documents come without DTD (``mend.undoctyped``), so there is no
entity to expand, and the parser has neither network nor XInclude.
"""

from __future__ import annotations

import html
from collections.abc import Callable
from functools import lru_cache
from urllib.parse import urljoin

from lxml import etree

from newswatch.parse.raw import ENTRIES_MAX, RawEntry, RawFeed, RawLink
from newswatch.parse.text import is_element

_XML = "{http://www.w3.org/XML/1998/namespace}"
_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_RSS = "rss"
_PREFIXES = {
    "": _RSS,
    "http://purl.org/rss/1.0": _RSS,
    "http://my.netscape.com/rdf/simple/0.9": _RSS,
    "http://channel.netscape.com/rdf/simple/0.9": _RSS,
    "http://backend.userland.com/rss": _RSS,
    "http://backend.userland.com/rss2": _RSS,
    "http://blogs.law.harvard.edu/tech/rss": _RSS,
    "http://www.w3.org/2005/atom": "atom",
    "http://purl.org/atom/ns#": "atom",
    "http://purl.org/dc/elements/1.1": "dc",
    "http://purl.org/dc/elements/1.0": "dc",
    "http://purl.org/dc/terms": "dcterms",
    "http://purl.org/rss/1.0/modules/content": "content",
    "http://purl.org/rss/1.0/modules/syndication": "sy",
    "http://rssnamespace.org/feedburner/ext/1.0": "feedburner",
}
_SILENT = {"script", "style", "template", "head", "svg", "math"}


class MalformedError(Exception):
    """The document is not well-formed XML; the message is the parser's."""


class OtherRootError(Exception):
    """The document is well-formed, but its root element (the message) is none of a feed."""


def read(document: bytes) -> RawFeed:
    """Read a UTF-8 document without DTD. Raises ``MalformedError`` or ``OtherRootError``."""
    parser = etree.XMLParser(
        encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=False
    )
    try:
        root = etree.fromstring(document, parser)
    except etree.XMLSyntaxError as error:
        raise MalformedError(str(error)) from error
    return _Reader(b"xml:base" in document).feed(root)


@lru_cache(maxsize=2048)
def _name(tag: object) -> str:
    """``prefix:local`` in lower case with the usual prefix, local names alone for RSS, ``?`` for all else."""
    if not isinstance(tag, str):
        return "?"
    space, _, local = tag.rpartition("}")
    prefix = _PREFIXES.get(space[1:].lower().rstrip("/"), "?")
    return local.lower() if prefix == _RSS else f"{prefix}:{local.lower()}"


def _text(element: etree._Element) -> str:
    if len(element):
        return markup_inside(element)
    return element.text or ""


def markup_inside(element: etree._Element) -> str:
    """The element's content as HTML without attributes and name spaces; iterative, whatever the depth."""
    parts: list[str] = []
    silent = 0
    for event, node in etree.iterwalk(element, events=("start", "end", "comment", "pi")):
        if event in ("comment", "pi"):
            parts.append(html.escape(node.tail or "", quote=False))
            continue
        name = str(node.tag).rpartition("}")[2].lower()
        if event == "start":
            silent += name in _SILENT
            if node is not element and is_element(name):
                parts.append(f"<{name}>")
            parts.append("" if silent else html.escape(node.text or "", quote=False))
        else:
            silent -= name in _SILENT
            if node is not element:
                parts.append(f"</{name}>" if is_element(name) and name not in ("br", "hr", "img") else "")
                parts.append("" if silent else html.escape(node.tail or "", quote=False))
    return "".join(parts)


class _Reader:
    """Walks one tree. ``based`` says that the document has an ``xml:base`` somewhere."""

    def __init__(self, based: bool) -> None:
        self.based = based

    def feed(self, root: etree._Element) -> RawFeed:
        name = _name(root.tag)
        version = root.get("version", "")
        if name in ("rss", "rdf") or str(root.tag).rpartition("}")[2] == "RDF":
            kind = f"rss-{version}" if name == "rss" and version else "rss" if name == "rss" else "rss-1.0"
        elif name in ("atom:feed", "feed"):
            kind = "atom-0.3" if "purl.org" in str(root.tag) else "atom-1.0"
        else:
            raise OtherRootError(str(root.tag).rpartition("}")[2])
        feed = RawFeed(kind[:20], language=root.get(f"{_XML}lang", ""))
        for child in root:
            kind_of = _name(child.tag)
            if kind_of == "channel":
                for part in child:
                    self.part(feed, part)
            else:
                self.part(feed, child)
        return feed

    def part(self, feed: RawFeed, element: etree._Element) -> None:
        name = _name(element.tag)
        if name in ("item", "atom:entry", "entry"):
            feed.found += 1
            if feed.found <= ENTRIES_MAX:
                feed.entries.append(self.entry(element))
        elif name in ("title", "atom:title"):
            feed.title = feed.title or _text(element)
        elif name in ("link", "atom:link"):
            feed.links.extend(self.link(element))
        elif name in ("language", "dc:language"):
            feed.language = feed.language or _text(element)
        else:
            _hint(feed, name, element)

    def entry(self, element: etree._Element) -> RawEntry:
        entry = RawEntry(guid=element.get(f"{_RDF}about", "").strip(), language=element.get(f"{_XML}lang", ""))
        for child in element:
            name = _name(child.tag)
            field = _FIELDS.get(name)
            if field is not None:
                if field in _LAST_WINS or not getattr(entry, field):
                    setattr(entry, field, _text(child))
            elif name in ("link", "atom:link"):
                entry.links.extend(self.link(child))
            elif name in ("guid", "atom:id", "id"):
                entry.guid = _text(child).strip() or entry.guid
                entry.guid_is_link = child.get("isPermaLink", "true").strip().lower() != "false"
                entry.guid_base = self.base(child)
            elif handler := _HANDLERS.get(name):
                handler(entry, child)
        return entry

    def link(self, element: etree._Element) -> list[RawLink]:
        href = element.get("href")
        href = _text(element) if href is None else href
        if not href.strip():
            return []
        return [RawLink(href.strip(), element.get("rel", "alternate"), element.get("type", ""), self.base(element))]

    def base(self, element: etree._Element | None) -> str | None:
        """``xml:base`` in force at the element, resolved up to the root; None when there is none."""
        bases: list[str] = []
        while self.based and element is not None:
            if base := element.get(f"{_XML}base"):
                bases.append(base.strip())
            element = element.getparent()
        joined = ""
        try:
            for base in reversed(bases):
                joined = urljoin(joined, base)
        except ValueError:
            return None
        return joined or None


def _hint(feed: RawFeed, name: str, element: etree._Element) -> None:
    """What the feed says about how often to ask for it."""
    if name == "ttl":
        feed.ttl = element.text or ""
    elif name == "sy:updateperiod":
        feed.period = element.text or ""
    elif name == "sy:updatefrequency":
        feed.frequency = element.text or ""
    elif name == "skiphours":
        feed.hours = [child.text or "" for child in element if _name(child.tag) == "hour"]
    elif name == "skipdays":
        feed.days = [child.text or "" for child in element if _name(child.tag) == "day"]


def _content(entry: RawEntry, element: etree._Element) -> None:
    kind = element.get("type", "text").lower()
    if source := element.get("src"):
        entry.links.append(RawLink(source.strip(), "content", kind))
    elif kind in ("text", "html", "xhtml", "application/xhtml+xml") or kind.startswith("text/"):
        entry.content = entry.content or _text(element)


def _author(entry: RawEntry, element: etree._Element) -> None:
    names = [child.text or "" for child in element if _name(child.tag) in ("atom:name", "name")]
    entry.authors.append(names[0] if names else _text(element))


def _category(entry: RawEntry, element: etree._Element) -> None:
    entry.categories.append(element.get("label") or element.get("term") or _text(element))


_FIELDS = {
    "title": "title",
    "atom:title": "title",
    "dc:title": "title",
    "description": "summary",
    "summary": "summary",
    "atom:summary": "summary",
    "dc:description": "summary",
    "content:encoded": "content",
    "pubdate": "published",
    "atom:published": "published",
    "published": "published",
    "atom:issued": "published",
    "dcterms:issued": "published",
    "dc:date": "updated",
    "atom:updated": "updated",
    "updated": "updated",
    "atom:modified": "updated",
    "dcterms:modified": "updated",
    "atom:created": "created",
    "dcterms:created": "created",
    "dc:language": "language",
    "feedburner:origlink": "original_link",
}
#: of several dates of one kind the last counts, as it does for feedparser
_LAST_WINS = {"published", "updated", "created"}
_HANDLERS: dict[str, Callable[[RawEntry, etree._Element], None]] = {
    "atom:content": _content,
    "content": _content,
    "author": _author,
    "atom:author": _author,
    "dc:creator": _author,
    "category": _category,
    "atom:category": _category,
    "dc:subject": _category,
}
