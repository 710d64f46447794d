"""What parsing a feed costs: the fast path beside feedparser's, its parts, and what deciding on a poll costs.

``python bench/feeds.py`` prints tables in Markdown; CPU time, the best of several rounds. Synthetic feeds: 30 entries
with HTML summaries of about 1 KB in seven languages.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from html import escape
from io import BytesIO
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "plugins"))

import feedparser
from lxml import etree

from newswatch import identity
from newswatch.model.feed import Entries, FeedSpec, FeedState, ParsedFeed
from newswatch.model.item import Publisher
from newswatch.parse import charset, entries, lenient, mend, parse, strict, text

FEEDS, ENTRIES, ROUNDS = 40, 30, 5
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
URL = "https://desk.example/feed"
WORDS = {
    "en": "minister missile sanctions border troops parliament the and after says talks strike defence report",
    "nl": "minister raket sancties grens troepen parlement de en na zegt overleg aanval defensie bericht",
    "fr": "ministre missile sanctions frontière troupes parlement le et après déclare pourparlers frappe défense",
    "ru": "министр ракета санкции граница войска парламент и после заявил переговоры удар оборона сообщение",
    "uk": "міністр ракета санкції кордон війська парламент і після заявив переговори удар оборона звіт",
    "ko": "장관은 미사일을 제재가 국경에서 부대가 국회는 그리고 이후에 말했다 회담이 공격을 국방부가 보도했다",
    "de": "Minister Rakete Sanktionen Grenze Truppen Parlament die und nach sagt Gespräche Angriff Verteidigung",
}


def feed(number: int) -> bytes:
    """One well-formed RSS 2.0 document; the same for the same ``number``."""
    chance = random.Random(number)
    language = list(WORDS)[number % len(WORDS)]
    words = WORDS[language].split()
    items = "".join(_item(chance, words, number * ENTRIES + index) for index in range(ENTRIES))
    return (
        f'<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>'
        f"<title>Desk {number}</title><link>https://desk{number}.example/</link><language>{language}</language>"
        f"{items}</channel></rss>"
    ).encode()


def _item(chance: random.Random, words: list[str], number: int) -> str:
    def some(count: int) -> str:
        return " ".join(chance.choice(words) for _ in range(count))

    markup = "".join(
        f'<p>{some(20)} <b>{some(3)}</b> &amp; <a href="https://desk.example/{number}">{some(4)}</a>.</p>'
        for _ in range(4)
    )
    published = format_datetime(NOW - timedelta(minutes=number % 3_000))
    return (
        f"<item><title>{some(8)}</title><link>https://desk.example/news/{number}?utm_source=rss</link>"
        f'<guid isPermaLink="false">n{number}</guid><pubDate>{published}</pubDate><dc:creator>{some(2)}</dc:creator>'
        f"<category>{some(1)}</category><description>{escape(markup)}</description></item>"
    )


def cost(action: Callable[[bytes], object], bodies: list[bytes], rounds: int = ROUNDS) -> float:
    """Milliseconds of CPU per document, the best of ``rounds``."""
    best = float("inf")
    for _ in range(rounds):
        start = time.process_time()
        for body in bodies:
            action(body)
        best = min(best, time.process_time() - start)
    return best / len(bodies) * 1_000


def careful(body: bytes) -> ParsedFeed:
    """What a document costs that strict parsing refuses."""
    decoded, names = mend.undoctyped(charset.decode(body, None).text)
    return entries.parsed(lenient.read(mend.mend(decoded, names).text), URL, guessed=False)


def parsing(bodies: list[bytes]) -> list[tuple[str, float]]:
    """Milliseconds per document of each way of parsing."""
    few = bodies[:8]
    return [
        ("floor: lxml's tree alone", cost(etree.fromstring, bodies)),
        (
            "strict reader, raw values",
            cost(lambda body: strict.read(mend.undoctyped(body.decode())[0].encode()), bodies),
        ),
        ("**parse, fast path** (text, links, dates included)", cost(_parse, bodies)),
        ("parse, careful path (mended, feedparser, same cleaning)", cost(careful, few, 2)),
        (
            "feedparser alone, its sanitiser off",
            cost(
                lambda body: feedparser.parse(BytesIO(body), sanitize_html=False, resolve_relative_uris=False), few, 2
            ),
        ),
        ("feedparser alone, as it comes", cost(lambda body: feedparser.parse(BytesIO(body)), few, 2)),
    ]


def _parse(body: bytes) -> ParsedFeed:
    found = parse(body, content_type="application/rss+xml", url=URL)
    assert isinstance(found, ParsedFeed)
    assert len(found.entries) == ENTRIES
    return found


def deciding(bodies: list[bytes]) -> list[tuple[str, float]]:
    """Milliseconds per poll of 30 entries: all new, all known, and the entries document through JSON."""
    spec = FeedSpec("desk", URL, Publisher("desk", "desk"))
    state = FeedState("desk", URL, URL, last_success=NOW - timedelta(minutes=5))
    parsed = {body: _parse(body) for body in bodies}
    known: dict[bytes, Entries] = {}
    for body in bodies:
        decision = identity.decide(spec, state, Entries("desk"), parsed[body], NOW, "nw")
        assert decision.entries is not None
        known[body] = decision.entries

    def decide(body: bytes, entries: Entries) -> None:
        identity.decide(spec, state, entries, parsed[body], NOW, "nw")

    return [
        ("decide, 30 new entries", cost(lambda body: decide(body, Entries("desk")), bodies)),
        ("decide, 30 known entries", cost(lambda body: decide(body, known[body]), bodies)),
        (
            "entries document to JSON values and back",
            cost(lambda body: identity.from_doc(identity.to_doc(known[body]), NOW), bodies),
        ),
    ]


def main() -> None:
    bodies = [feed(number) for number in range(FEEDS)]
    summary = '<p>One <b>two</b> three &amp; four.</p><p>five<br>six <a href="x">seven</a></p>' * 12
    print(f"{FEEDS} feeds of {ENTRIES} entries, {sum(map(len, bodies)) / FEEDS / 1_000:.1f} KB each\n")
    for title, rows in (("parsing", parsing(bodies)), ("deciding", deciding(bodies))):
        print(f"| {title} | ms per feed | entries/s/core | of feedparser's |\n|---|---|---|---|")
        slowest = rows[-1][1]
        for name, milliseconds in rows:
            share = f"1/{slowest / milliseconds:.0f}" if title == "parsing" else ""
            print(f"| {name} | {milliseconds:.2f} | {ENTRIES * 1_000 / milliseconds:,.0f} | {share} |")
        print()
    micro = cost(lambda _: text.paragraphs(summary, text.SUMMARY_MAX), bodies * 10) * 1_000
    plain = cost(lambda _: text.title("Minister says talks after strike at the border"), bodies * 10) * 1_000
    print(f"HTML summary of {len(summary):,} characters to text: {micro:.0f} µs; plain title: {plain:.1f} µs")


if __name__ == "__main__":
    main()
