"""The seed articles: plain text files → items of origin ``seed``, the initial feed."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime
from pathlib import Path

from newswatch.errors import UsageError
from newswatch.identity import digest
from newswatch.model.item import Item, Origin, Publisher, Quality
from newswatch.parse import dates, text

FEED = "seeds"
PUBLISHER = Publisher("seeds", "seeds", None, "seed")
TITLE = 160
SUMMARY = 600
#: shorter first paragraphs are the caption of a picture
PARAGRAPH = 100
SENTENCE = re.compile(r".{40,}?[.!?](?=\s)")
DATE = re.compile(r"\[(\d{1,2} [^\W\d]+ \d{4})\]")
#: lines that belong to the site around an article, not to it
CHROME = re.compile(
    r"^(comments?|share|print|reply|related|leave a (comment|reply)|reacties|delen|afdrukken( doorsturen)?|doorsturen|"
    r"kommentare|teilen|drucken|- ?themen:?|- ?#\S+|\[[^\]]*(abonnee|subscri|abonnent)[^\]]*\].*)$",
    re.IGNORECASE,
)
#: a heading after which only references follow
END = re.compile(r"^(sources|references|bronnen|quellen):?$", re.IGNORECASE)


def load(folder: Path, now: datetime, namespace: str) -> list[Item]:
    """The items of all ``*.txt`` files of ``folder``, by name. ``now`` is when they are first seen (UTC)."""
    files = sorted(folder.glob("*.txt"))
    if not files:
        raise UsageError(f"there is no seed article (*.txt) in {folder}")
    return [read(file, now, namespace) for file in files]


def read(file: Path, now: datetime, namespace: str) -> Item:
    """One seed article. Its id depends on its text alone, so that loading it again changes nothing."""
    try:
        raw = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"the seed article {file} cannot be read: {error}") from error
    published = _published(raw)
    lines = _article(raw)
    if not lines:
        raise UsageError(f"the seed article {file} is empty")
    title, body, own = _title(lines)
    flags = () if own else (Quality.TITLE_MISSING,)
    return Item(
        id=digest("seed", raw),
        index=f"{namespace}-items-{now:%Y.%m}",
        feed=FEED,
        feeds=(FEED,),
        url=None,
        guid=file.name,
        title=title,
        summary=text.bounded(_summary(body), SUMMARY)[0],
        content="\n\n".join(body),
        declared_language=None,
        published=published,
        timestamp=published or now,
        first_seen=now,
        origin=Origin.SEED,
        publisher=PUBLISHER,
        quality=(*flags, *(() if published else (Quality.DATE_MISSING,))),
        labels={"file": file.name, "sha256": hashlib.sha256(raw.encode()).hexdigest()},
    )


def _published(raw: str) -> datetime | None:
    """The date that the text states of itself, in brackets on a line of its own."""
    found = DATE.search(raw)
    return dates.read(found[1]) if found else None


def _article(raw: str) -> list[str]:
    """The article's own lines, one paragraph or heading each."""
    lines: list[str] = []
    for line in (text.line(re.sub(r"^#+ |\*\*", "", one.strip())) for one in raw.splitlines()):
        if END.match(line):
            break
        if line and not CHROME.match(line):
            lines.append(line)
    return lines


def _title(lines: list[str]) -> tuple[str, list[str], bool]:
    """Title, rest, and whether the text had a title of its own: a short first line that is not a sentence."""
    first = lines[0]
    if len(first) <= TITLE and not first.endswith((".", "!", "?")):
        return first, lines[1:], True
    sentence = SENTENCE.match(first)
    return text.bounded(sentence[0] if sentence else first, TITLE)[0], lines, False


def _summary(body: list[str]) -> str:
    """The first paragraph that is one."""
    return next((line for line in body if len(line) >= PARAGRAPH), body[0] if body else "")
