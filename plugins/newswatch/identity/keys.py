"""What an entry is recognised by: keys of a feed's entries document, content hashes, ids and similar titles."""

from __future__ import annotations

import re
from datetime import datetime
from difflib import SequenceMatcher
from functools import lru_cache
from hashlib import blake2b

from newswatch.identity.address import canonical
from newswatch.model.item import Entry

_KEY_MAX = 160
_WORDS = re.compile(r"\w+")
_SIMILAR = 0.6


def guid_key(guid: str) -> str:
    """Key of an entry by its guid."""
    return _bounded("g:", guid)


def link_key(link: str) -> str:
    """Key of an entry by its link, in canonical spelling."""
    return _bounded("l:", canonical(link))


def title_key(title: str, published: datetime | None) -> str:
    """Key of an entry by its words and date; of little use, and last asked, when there is no date."""
    return _bounded("t:", f"{folded(title)}|{published.isoformat() if published else ''}")


@lru_cache(maxsize=1024)
def folded(title: str) -> str:
    """The words of a title in lower case: what two spellings of one title have in common."""
    return " ".join(_WORDS.findall(title.casefold())) or title


def similar(one: str, other: str) -> bool:
    """Whether two titles are likely versions of one another (matching blocks, Ratcliff and Obershelp 1988)."""
    left, right = folded(one)[:300].split(), folded(other)[:300].split()
    if left == right:
        return True
    words = SequenceMatcher(None, left, right, autojunk=False).ratio()
    return words >= _SIMILAR or SequenceMatcher(None, " ".join(left), " ".join(right), autojunk=False).ratio() >= 0.75


def content_hash(entry: Entry) -> str:
    """Hash of what readers see; dates, guids and links may change without a correction."""
    return digest(entry.title, entry.summary, entry.content, size=8)


def digest(*parts: str, size: int = 16) -> str:
    """Hexadecimal BLAKE2b of the parts, each delimited."""
    return blake2b("\x00".join(parts).encode("utf-8", "replace"), digest_size=size).hexdigest()


def _bounded(prefix: str, value: str) -> str:
    return prefix + (value if len(value) <= _KEY_MAX else f"#{digest(value)}")
