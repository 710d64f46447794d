"""Mends the text of broken XML where the fault has one meaning, and says what it did.

Bare ampersands and left angle brackets, HTML's named entities, characters that XML forbids, undeclared prefixes, junk
around the root element and a missing end: with these mended, feedparser reads the rest as XML, and no text is lost.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

_DECLARATION = re.compile(r"\A<\?xml\b[^>]*?\?>")
_DOCTYPE = re.compile(r"<!DOCTYPE\b", re.IGNORECASE)
_DECLARED_ENTITY = re.compile(r"<!ENTITY\s+([^\s%\"'<>]+)\s", re.IGNORECASE)
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_OPAQUE = re.compile(r"(<!\[CDATA\[.*?(?:\]\]>|\Z)|<!--.*?(?:-->|\Z))", re.DOTALL)
_AMPERSAND = re.compile(r"&(?:(#\d{1,9}|#[xX][0-9a-fA-F]{1,8}|[A-Za-z][\w.-]{0,40});)?")
_PAIR = re.compile(r"&#(5[56]\d{3});&#(5[67]\d{3});")
_BARE = re.compile(r"<(?![A-Za-z_/!?])")
_PREFIX = re.compile(r"</?([A-Za-z_][\w.-]*):|\s([A-Za-z_][\w.-]*):[\w.-]+\s*=")
_DECLARES = re.compile(r"\sxmlns:([A-Za-z_][\w.-]*)\s*=")
_ROOT = re.compile(r"<((?:[A-Za-z_][\w.-]*:)?(?:rss|rdf|feed))(?=[\s>/])", re.IGNORECASE)
#: feedparser's cost grows with the square of the number of attributes, and no honest tag is so long
_LONG_TAG = re.compile(r"<([A-Za-z_][\w:.-]{0,100})\s[^<>]{3000,}>")
#: characters given to the careful path, which costs thirty times the fast one
_CAREFUL_MAX = 5_000_000
_KEPT = {"amp", "lt", "gt", "quot", "apos"}
_SPACES = {
    "dc": "http://purl.org/dc/elements/1.1/",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "sy": "http://purl.org/rss/1.0/modules/syndication/",
    "atom": "http://www.w3.org/2005/Atom",
    "media": "http://search.yahoo.com/mrss/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "feedburner": "http://rssnamespace.org/feedburner/ext/1.0",
}


@dataclass(frozen=True, slots=True)
class Mended:
    """The text to read on with, what was wrong with it (plain phrases), and whether its end is missing."""

    text: str
    faults: tuple[str, ...] = ()
    cut: bool = False


def undoctyped(text: str) -> tuple[str, frozenset[str]]:
    """``text`` without XML and document type declarations, and the names of the entities the latter declared."""
    text = _DECLARATION.sub("", text.lstrip("\ufeff \t\r\n"), count=1)
    start = _DOCTYPE.search(text, 0, 20_000)
    root = re.search(r"<[A-Za-z_]", text)
    if start is None or (root is not None and root.start() < start.start()):
        return text, frozenset()
    end = _doctype_end(text, start.end())
    entities = frozenset(_DECLARED_ENTITY.findall(text[start.end() : end]))
    return text[: start.start()] + text[end:], entities


def _doctype_end(text: str, position: int) -> int:
    """Where the declaration ends, quotes and the internal subset observed; the end of the text when it does not."""
    subset = False
    for match in re.finditer(r"\"[^\"]*\"|'[^']*'|<!--.*?-->|[\[\]>]", text[position:], re.DOTALL):
        if match[0] == "[":
            subset = True
        elif match[0] == "]":
            subset = False
        elif match[0] == ">" and not subset:
            return position + match.end()
    return len(text)


def mend(text: str, entities: frozenset[str]) -> Mended:
    """Mend ``text`` (without declarations); ``entities`` are the names whose references are left out."""
    faults: list[str] = []
    text = _framed(text, faults)
    text = _LONG_TAG.sub(r"<\1>", text[:_CAREFUL_MAX])
    clean = _FORBIDDEN.sub("", text)
    if clean != text:
        faults.append("characters that XML forbids")
    clean = _outside_cdata(clean, entities, faults)
    clean = _declared(clean, faults)
    clean, cut = _closed(clean)
    if cut:
        faults.append("the document ends before its root element does")
    return Mended(clean, tuple(faults), cut)


def _framed(text: str, faults: list[str]) -> str:
    """Without what precedes the root element and follows its end."""
    root = _ROOT.search(text)
    if root is None:
        return text
    if root.start() and _OPAQUE.sub("", text[: root.start()]).strip() and not text.lstrip().startswith("<?"):
        faults.append("text before the document")
    text = text[root.start() :]
    ends = list(re.finditer(rf"</{re.escape(root[1])}\s*>", text))
    if ends and text[ends[-1].end() :].strip():
        if _OPAQUE.sub("", text[ends[-1].end() :]).strip():
            faults.append("text after the document")
        text = text[: ends[-1].end()]
    return text


def _outside_cdata(text: str, entities: frozenset[str], faults: list[str]) -> str:
    parts = _OPAQUE.split(text)
    found: set[str] = set()

    def reference(match: re.Match[str]) -> str:
        name = match[1]
        if name is None:
            found.add("ampersands that were not escaped")
            return "&amp;"
        if name in _KEPT:
            return match[0]
        plain = _FORBIDDEN.sub("", html.unescape(match[0])).replace("\ufffd", "")
        if name in entities and plain == match[0]:
            found.add("entities of its own were left out")
            return ""
        if name.startswith("#") or plain != match[0]:
            found.add("entities that XML does not know" if name[0] != "#" else "")
            return html.escape(plain)
        found.add("entities that XML does not know")
        return f"&amp;{name};"

    for index in range(0, len(parts), 2):
        part = _AMPERSAND.sub(reference, _PAIR.sub(_paired, parts[index]))
        parts[index] = _BARE.sub("&lt;", part)
        if parts[index] != part:
            found.add("angle brackets that were not escaped")
    faults.extend(sorted(found - {""}))
    return "".join(parts)


def _paired(match: re.Match[str]) -> str:
    """Two halves of one UTF-16 character, numbered apart, as that character."""
    units = [int(half).to_bytes(2, "big") for half in match.groups()]
    return b"".join(units).decode("utf-16-be", "ignore") or match[0]


def _declared(text: str, faults: list[str]) -> str:
    """Declare the prefixes that are used and nowhere declared, on the root element."""
    root = _ROOT.search(text)
    if root is None:
        return text
    plain = _OPAQUE.sub("", text)
    used = {first or second for first, second in _PREFIX.findall(plain)}
    missing = sorted(used - {"xml", "xmlns"} - set(_DECLARES.findall(plain)))[:50]
    if not missing:
        return text
    faults.append("prefixes that were not declared")
    spaces = "".join(
        f' xmlns:{prefix}="{_SPACES.get(prefix.lower(), f"urn:undeclared:{prefix}")}"' for prefix in missing
    )
    return text[: root.end()] + spaces + text[root.end() :]


def _closed(text: str) -> tuple[str, bool]:
    """The text up to its last whole entry with the open elements closed, when its end is missing."""
    root = _ROOT.search(text)
    if root is None or re.search(rf"</{re.escape(root[1])}\s*>\s*\Z", text) or re.search(r"\A<[^<>]*/>\s*\Z", text):
        return text, False
    ends = list(re.finditer(r"</((?:[\w.-]+:)?(?:item|entry))\s*>", text, re.IGNORECASE))
    if not ends:
        first = re.search(r"<(?:[\w.-]+:)?(?:item|entry)[\s>]", text, re.IGNORECASE)
        return (text[: first.start()] if first else text), True
    channel = re.search(r"<((?:[\w.-]+:)?channel)[\s>]", text, re.IGNORECASE)
    head = text[: ends[-1].end()]
    if channel and not re.search(rf"</{re.escape(channel[1])}\s*>", head):
        head += f"</{channel[1]}>"
    return f"{head}</{root[1]}>", True
