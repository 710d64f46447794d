"""Which entries of a document are which of those already known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from newswatch.identity.address import canonical, is_home
from newswatch.identity.keys import content_hash, digest, folded, guid_key, link_key, similar, title_key
from newswatch.model.feed import Entries, Known
from newswatch.model.item import Entry


@dataclass(slots=True)
class Candidate:
    """One entry of the document, what tells it apart in it, and the known entry that it is, if any.

    ``guid`` and ``link`` are keys, None when absent or not the entry's own within the document.
    ``reused`` says that the guid was known to belong to something else.
    """

    entry: Entry
    hash: str
    guid: str | None
    link: str | None
    title: str
    known: Known | None = None
    reused: bool = False

    def keys(self) -> list[str]:
        """All keys by which a later poll may recognise the entry."""
        return [key for key in (self.guid, self.link, self.title) if key is not None]


def candidates(entries: Sequence[Entry], known: Entries) -> list[Candidate]:
    """The entries without duplicates, in the document's order, each with the keys that are its own in it.

    A link is not an entry's own when others in the document have it, when several known entries had it, or when it
    is a front page.
    """
    shared = _shared_links(known)
    single = _without_duplicates(entries)
    links = Counter(canonical(entry.link) for entry in single if entry.link)
    guids = Counter(entry.guid for entry in single if entry.guid)
    keys = [title_key(entry.title, entry.published) for entry in single]
    titles = Counter(keys)
    found = []
    for entry, key in zip(single, keys, strict=True):
        link = canonical(entry.link) if entry.link else None
        own_link = link is not None and links[link] == 1 and link not in shared and not is_home(entry.link or "")
        own_guid = entry.guid is not None and guids[entry.guid] == 1
        if titles[key] > 1:
            key = f"{key[:180]}|{digest(entry.guid or '', entry.link or '', entry.summary, size=8)}"
        found.append(
            Candidate(
                entry,
                content_hash(entry),
                guid_key(entry.guid) if own_guid and entry.guid else None,
                link_key(entry.link) if own_link and entry.link else None,
                key,
            )
        )
    return found


def match(found: Sequence[Candidate], known: Entries) -> None:
    """Set ``known`` of each candidate: by guid, then by link, then by title and date.

    Each pass runs over the whole document before the next begins, and no known entry is given twice, so the order of
    entries in the document does not matter.
    """
    taken: set[str] = set()
    for candidate in found:
        one = known.keys.get(candidate.guid) if candidate.guid else None
        if one is not None and one.id not in taken:
            if same_item(candidate.entry, one):
                _take(candidate, one, taken)
            else:
                candidate.reused = True
    for by_link in (True, False):
        for candidate in found:
            key = candidate.link if by_link else candidate.title
            one = known.keys.get(key) if key and candidate.known is None else None
            if one is not None and one.id not in taken and (by_link or _by_title(candidate, one)):
                _take(candidate, one, taken)


def _shared_links(known: Entries) -> set[str]:
    first: dict[str, str] = {}
    return {
        canonical(one.link)
        for one in known.keys.values()
        if one.link is not None and first.setdefault(one.link, one.id) != one.id
    }


def same_item(entry: Entry, known: Known) -> bool:
    """Whether an entry with a known guid still is what that guid named: same link, or a similar title."""
    if entry.link is not None and known.link is not None and canonical(entry.link) == canonical(known.link):
        return True
    return similar(entry.title, known.title)


def _by_title(candidate: Candidate, one: Known) -> bool:
    """Without a date, a title recognises only what has nothing better or says the very same: headlines recur."""
    if candidate.entry.published is not None or one.hash == candidate.hash:
        return True
    return not (candidate.guid or candidate.link)


def _take(candidate: Candidate, one: Known, taken: set[str]) -> None:
    candidate.known = one
    taken.add(one.id)


def _without_duplicates(entries: Sequence[Entry]) -> list[Entry]:
    """The first of those that agree in two of guid, link and title."""
    seen: set[tuple[str, str, str]] = set()
    single = []
    for entry in entries:
        guid, link, title = entry.guid or "", canonical(entry.link) if entry.link else "", folded(entry.title)
        pairs = {("link+title", link, title)}
        if guid:
            pairs |= {("guid+link", guid, link), ("guid+title", guid, title)}
        elif not link:
            pairs = {("title+text", title, entry.summary)}
        if not pairs & seen:
            single.append(entry)
        seen |= pairs
    return single
