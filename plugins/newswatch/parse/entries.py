"""Raw values → ``ParsedFeed``: the one place where text is cleaned, links are resolved and dates are read.

All readers end here, so a document means the same whichever of them read it.
"""

from __future__ import annotations

import re
from datetime import datetime

from newswatch.model.feed import ParsedFeed
from newswatch.model.item import Entry, Quality
from newswatch.model.words import Words
from newswatch.parse import dates, languages, links, text
from newswatch.parse.raw import ENTRIES_MAX, RawEntry, RawFeed, RawLink

GUID_MAX, NAME_MAX, LIST_MAX = 1_000, 100, 20
#: how much of the content stands in for a title, and for a summary, that the feed does not give
_DERIVED_MAX, _LEAD_MAX = 100, 1_000
_PERIODS = {"hourly": 3_600, "daily": 86_400, "weekly": 604_800, "monthly": 2_592_000, "yearly": 31_536_000}
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_CREDENTIALS = re.compile(r"^\s*(https?://)[^/?#@\s]*@", re.IGNORECASE)
_ADDRESS = re.compile(r"^\s*<?[^\s@<>]+@[^\s@<>]+>?\s*(?:\(([^()]*)\))?\s*$|^([^<>@]*)<[^<>\s]+@[^<>\s]+>\s*$")


def parsed(raw: RawFeed, url: str, *, guessed: bool, faults: tuple[str, ...] = (), cut: bool = False) -> ParsedFeed:
    """Clean all of ``raw``, which came from ``url``. ``guessed`` says that its charset was."""
    base = _base(raw, url)
    entries = tuple(entry for one in raw.entries if (entry := _entry(one, base, guessed=guessed)) is not None)
    over = raw.found > ENTRIES_MAX
    if over:
        faults = (*faults, f"only the first {ENTRIES_MAX:,} of {raw.found:,} entries were read")
    return ParsedFeed(
        title=text.title(raw.title)[0],
        language=languages.code(raw.language),
        entries=entries,
        format=raw.format,
        damaged="; ".join(faults) or None,
        cut=cut or over,
        ttl=_seconds(raw.ttl, 60),
        update_period=_period(raw),
        skip_hours=frozenset(int(hour) % 24 for hour in raw.hours if hour.strip().isdecimal() and int(hour) <= 24),
        skip_days=frozenset(_DAYS.index(day) + 1 for name in raw.days if (day := name.strip().lower()) in _DAYS),
        hub=_related(raw.links, "hub", url),
        self_url=_related(raw.links, "self", url),
    )


def _base(raw: RawFeed, url: str) -> str:
    """What links are relative to when nothing nearer says so: Atom's own address (RFC 4287 2), else the site's."""
    if raw.format.startswith("atom"):
        return url
    site = next((link for link in raw.links if link.rel == "alternate"), None)
    return url if site is None else links.join(links.join(url, site.base), site.href)


def _entry(raw: RawEntry, base: str, *, guessed: bool) -> Entry | None:
    quality: list[Quality] = [Quality.CHARSET_GUESSED] if guessed else []
    link = _link(raw, base)
    title, cut_title = text.title(raw.title)
    summary, cut_summary = text.paragraphs(raw.summary, text.SUMMARY_MAX)
    content, cut_content = text.paragraphs(raw.content, text.CONTENT_MAX, lines=raw.lines)
    if content and not summary:
        summary = text.lead(content, _LEAD_MAX)
    elif content == summary:
        content = ""
    guid = text.line(_CREDENTIALS.sub(r"\1", raw.guid))[:GUID_MAX] or None
    if not (title or summary or content or link or guid):
        return None
    if not title:
        title = _derived(summary or content) or link or guid or ""
        quality.append(Quality.TITLE_MISSING)
    if link is None:
        quality.append(Quality.LINK_MISSING)
    if cut_title or cut_summary or cut_content:
        quality.append(Quality.TEXT_CUT)
    published, updated = _times(raw, quality)
    return Entry(
        guid=guid,
        link=link,
        title=title,
        summary=summary,
        content=content,
        published=published,
        updated=updated,
        language=languages.code(raw.language),
        authors=_names(raw.authors, _authors),
        categories=_names(raw.categories, _categories),
        quality=tuple(quality),
    )


def _times(raw: RawEntry, quality: list[Quality]) -> tuple[datetime | None, datetime | None]:
    """Publication (an update's date when there is none, or none that can be read) and update."""
    updated = dates.read(raw.updated)
    published = dates.read(raw.published) or updated or dates.read(raw.created)
    if published is None:
        given = raw.published.strip() or raw.updated.strip() or raw.created.strip()
        quality.append(Quality.DATE_UNREADABLE if given else Quality.DATE_MISSING)
    return published, updated


def _link(raw: RawEntry, base: str) -> str | None:
    """The article's address: the one behind a tracker, an ``alternate`` (a page before other types), the permalink."""
    if original := links.absolute(raw.original_link, base):
        return original
    alternates = [link for link in raw.links if link.rel.lower() in ("alternate", "")]
    pages = [link for link in alternates if link.type in ("", "text/html", "application/xhtml+xml")]
    contents = [link for link in raw.links if link.rel == "content"]
    for link in (*pages, *alternates, *contents):
        if address := links.absolute(link.href, links.join(base, link.base)):
            return address
    if (raw.guid_is_link and raw.guid[:4].lower() in ("http", "/")) or (raw.guid_is_link and raw.guid.startswith("/")):
        return links.absolute(raw.guid, links.join(base, raw.guid_base))
    return None


def _related(found: list[RawLink], rel: str, url: str) -> str | None:
    return next((links.absolute(link.href, url) for link in found if rel in link.rel.lower().split()), None)


def _derived(body: str) -> str:
    first = body.split("\n", 1)[0]
    return text.bounded(first, _DERIVED_MAX)[0]


def _author(value: str) -> str:
    """The name alone: an author's mail address is nobody's business here."""
    match = _ADDRESS.match(value)
    return value if match is None else (match[1] or match[2] or "")


def _name(value: str) -> str:
    return text.bounded(text.title(value)[0], NAME_MAX)[0]


#: a feed repeats the same few
_authors = Words(lambda value: _name(_author(value)))
_categories = Words(_name)


def _names(values: list[str], known: Words[str]) -> tuple[str, ...]:
    clean = map(known.__getitem__, values[: LIST_MAX * 2])
    return tuple(dict.fromkeys(filter(None, clean)))[:LIST_MAX]


def _seconds(value: str, unit: int) -> int | None:
    digits = value.strip()[:9]
    return int(digits) * unit if digits.isdecimal() and int(digits) > 0 else None


def _period(raw: RawFeed) -> int | None:
    """``sy:updatePeriod`` divided by ``sy:updateFrequency`` (once a day and 1 are that module's defaults)."""
    if not raw.period.strip() and not raw.frequency.strip():
        return None
    period = _PERIODS.get(raw.period.strip().lower() or "daily")
    return None if period is None else period // (_seconds(raw.frequency, 1) or 1)
