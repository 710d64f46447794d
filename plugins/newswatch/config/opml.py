"""OPML 2.0: lists of feeds from other readers, and ours for them."""

from __future__ import annotations

import os
import re
import tempfile
import unicodedata
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import defusedxml
import yaml
from defusedxml.ElementTree import fromstring

from newswatch.config.feeds import load_feeds, registrable_host
from newswatch.errors import ConfigError, UsageError
from newswatch.model.address import has_secrets, redact
from newswatch.model.feed import FeedSpec
from newswatch.model.feeds_file import check_url

MAX_BYTES = 10_000_000
MAX_ID = 60


@dataclass(frozen=True, slots=True)
class Outline:
    """One feed of an OPML file. ``topics`` are the titles of the folders that it stands in."""

    title: str
    url: str
    topics: tuple[str, ...] = ()
    language: str | None = None


def read(path: Path) -> tuple[list[Outline], list[str]]:
    """The feeds of an OPML file, each address once, and a sentence for each that cannot be polled.

    Raises UsageError when the file is not OPML. Document types and entities are refused, not expanded.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from error
    if len(data) > MAX_BYTES:
        raise UsageError(f"{path}: larger than {MAX_BYTES // 1_000_000} MB")
    try:
        root = fromstring(data, forbid_dtd=True)
    except (ET.ParseError, defusedxml.DefusedXmlException, ValueError) as error:
        raise UsageError(f"{path}: not an OPML file ({type(error).__name__})") from error
    if root.tag.lower() != "opml":
        raise UsageError(f"{path}: not an OPML file, its root element is not opml")
    found: dict[str, Outline] = {}
    faults: list[str] = []
    for outline in _outlines(root, ()):
        try:
            check_url(outline.url)
        except ValueError as error:
            faults.append(f"{outline.title or 'a feed without title'}: {error}")
            continue
        found.setdefault(outline.url, outline)
    return list(found.values()), faults


def add(path: Path, outlines: Iterable[Outline]) -> list[str]:
    """Append the feeds that ``path`` does not have yet; the ids given to them. Comments in the file stay.

    The result is checked before it takes the place of the file; on a ConfigError the file is as it was.
    """
    known = load_feeds(path) if path.exists() else ()
    urls, ids = {spec.url for spec in known}, {spec.id for spec in known}
    lines, new = [], []
    for outline in outlines:
        if outline.url in urls:
            continue
        name = _id(outline, ids)
        ids.add(name)
        urls.add(outline.url)
        new.append(name)
        lines.append(_line(name, outline))
    if new:
        _replace(path, _inserted(path, lines))
    return new


def write(specs: Iterable[FeedSpec]) -> tuple[str, list[str]]:
    """An OPML document with the feeds grouped by kind, and the ids of those whose address had a key taken out."""
    root = ET.Element("opml", version="2.0")
    ET.SubElement(ET.SubElement(root, "head"), "title").text = "newswatch"
    body = ET.SubElement(root, "body")
    folders: dict[str, ET.Element] = {}
    shortened = []
    for spec in specs:
        kind = spec.kind or "feeds"
        if kind not in folders:
            folders[kind] = ET.SubElement(body, "outline", text=kind)
        title = spec.title or spec.id
        fields = {"type": "rss", "text": title, "title": title, "xmlUrl": redact(spec.url)}
        if spec.language:
            fields["language"] = spec.language
        if spec.topics:
            fields["category"] = ",".join(spec.topics)
        ET.SubElement(folders[kind], "outline", fields)
        if has_secrets(spec.url):
            shortened.append(spec.id)
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n", shortened


def _outlines(element: ET.Element, folders: tuple[str, ...]) -> Iterator[Outline]:
    for child in element:
        title = _text(child.get("title") or child.get("text"))
        url = (child.get("xmlUrl") or child.get("xmlurl") or "").strip()
        if url:
            categories = tuple(_text(part) for part in (child.get("category") or "").split(","))
            topics = tuple(dict.fromkeys(topic for topic in (*folders, *categories) if topic))
            language = (child.get("language") or "").strip().lower()
            known = language if re.fullmatch(r"[a-z]{2,3}(-[a-z0-9]{2,8})*", language) else None
            yield Outline(title, url, topics, known)
        inside = (*folders, title) if child.tag.lower() == "outline" and title and not url else folders
        yield from _outlines(child, inside)


def _text(value: str | None) -> str:
    return " ".join("".join(char if char.isprintable() else " " for char in value or "").split())[:60]


def _id(outline: Outline, taken: set[str]) -> str:
    """A readable id: from the title, or from the address when the title has no Latin letters."""
    place = f"{registrable_host(outline.url)} {urlsplit(outline.url).path}"
    base = (_slug(outline.title) or _slug(place) or "feed")[:MAX_ID].strip("-")
    names = (base, *(f"{base}-{number}" for number in range(2, 10_000)))
    return next(name for name in names if name not in taken)


def _slug(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", letters).strip("-")


def _line(name: str, outline: Outline) -> str:
    row: dict[str, object] = {"id": name, "url": outline.url}
    if outline.title:
        row["title"] = outline.title
    if outline.language:
        row["language"] = outline.language
    if outline.topics:
        row["topics"] = list(outline.topics)
    row["checked"] = None
    flow = yaml.safe_dump(row, default_flow_style=True, allow_unicode=True, sort_keys=False, width=100_000)
    return f"  - {flow.strip()}\n"


def _inserted(path: Path, lines: list[str]) -> str:
    """The text of the file with ``lines`` after the last feed."""
    text = path.read_text(encoding="utf-8") if path.exists() else "feeds:\n"
    if not text.endswith("\n"):
        text += "\n"
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    node = next((value for key, value in root.value if key.value == "feeds"), None) if root is not None else None
    if isinstance(node, yaml.SequenceNode) and node.flow_style:
        raise ConfigError(path, node.start_mark.line + 1, "feeds", "can only be added to when each feed has its line")
    rows = text.splitlines(keepends=True)
    last = len(rows)
    if isinstance(node, yaml.SequenceNode) and node.value:
        last = node.value[-1].end_mark.line + (1 if node.value[-1].end_mark.column else 0)
        indent = " " * (node.start_mark.column)
        lines = [indent + line[2:] for line in lines]
    return "".join([*rows[:last], *lines, *rows[last:]])


def _replace(path: Path, text: str) -> None:
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".feeds-", suffix=".yaml")
    new = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        load_feeds(new)
        new.chmod(path.stat().st_mode & 0o777 if path.exists() else 0o644)
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)
