"""Nothing that a feed can hold makes parsing fail, take long, or leave markup and controls in its text."""

from __future__ import annotations

import re
import time
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from newswatch.identity import canonical
from newswatch.model.feed import ParsedFeed, Refused
from newswatch.parse import parse, text

URL = "https://desk.example/feed"
SEEDS = [
    b'<?xml version="1.0"?><rss version="2.0"><channel><title>D</title><item><title>A &amp; B</title><link>/a</link>'
    b"<description><![CDATA[<p>x</p>]]></description><pubDate>Mon, 02 Mar 2026 10:00:00 GMT</pubDate></item>"
    b"</channel></rss>",
    b'<feed xmlns="http://www.w3.org/2005/Atom"><title>D</title><entry><title type="xhtml"><div xmlns='
    b'"http://www.w3.org/1999/xhtml">A <b>b</b></div></title><link href="/a"/><id>1</id></entry></feed>',
    b'{"version":"https://jsonfeed.org/version/1.1","title":"D","items":[{"id":"1","content_html":"<p>x</p>"}]}',
]
PIECES = [
    *[b"<", b">", b"&", b"&#0;", b"]]>", b"<![CDATA[", b"\x00", b"\xff"],
    *[b"<!DOCTYPE x [", b"<item>", b"</item>", b"\xef\xbb\xbf"],
]
TYPES = [None, "text/xml; charset=utf-16", "text/xml; charset=zip", "a;charset=euc-kr"]
TOKENS = ["a", " ", "<", ">", "&", "lt;", "amp;", "#8238;", "<b>", "</p>", "\u202e", "\u200b", "\x07", "\u200d", "\n"]
BAD = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


def item(inside: str) -> bytes:
    return f'<rss version="2.0"><channel><title>D</title><item>{inside}</item></channel></rss>'.encode()


def bomb(levels: int) -> bytes:
    entities = "".join(f'<!ENTITY e{n + 1} "{f"&e{n};" * 10}">' for n in range(levels))
    return f'<!DOCTYPE rss [<!ENTITY e0 "lol">{entities}]>'.encode() + item(f"<title>&e{levels};</title>")


SLOW = {
    "entity bomb": bomb(12),
    "quadratic entity": f'<!DOCTYPE rss [<!ENTITY a "{"x" * 50_000}">]>'.encode()
    + item(f"<title>{'&a;' * 5_000}</title>"),
    "deep elements": item("<d>" * 20_000),
    "deep markup": item(f"<description>{'&lt;div&gt;' * 40_000}</description>"),
    "deep formatting": item(f"<description>{'&lt;b&gt;&lt;p&gt;' * 20_000}</description>"),
    "unclosed angles": item(f"<title>{'&lt;a ' * 50_000}</title>"),
    "ampersands": item(f"<title>{'&' * 200_000}</title>"),
    "comments": item("<!--" * 50_000),
    "cdata": item("<![CDATA[" * 30_000),
    "doctypes": b"<!DOCTYPE rss [" * 20_000,
    "prefixes": item("".join(f"<p{n}:x/>" for n in range(5_000))),
    "attributes": b"<rss " + b" ".join(b'a%d="1"' % n for n in range(20_000)) + b">",
    "white space": b" " * 2_000_000 + b"<rss/>",
    "ends": b"<rss><channel>" + b"</item>" * 50_000,
    "date": item(f"<pubDate>{'1 ' * 100_000}</pubDate>"),
    "link": item(f"<link>https://desk.example/{'%20' * 100_000}</link>"),
    "json depth": b'{"items":[' + b"[" * 100_000,
    "page": b"<html><head>" + b"<link rel=alternate type=application/rss+xml href=/f>" * 20_000,
}


@pytest.mark.parametrize("name", SLOW)
def test_hostile_documents_take_no_time(name: str) -> None:
    start = time.process_time()
    parse(SLOW[name], content_type=None, url=URL)
    assert time.process_time() - start < 3


def test_nothing_outside_is_read() -> None:
    secret = '<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/hostname"><!ENTITY y SYSTEM "file:///etc/passwd">]>'
    found = parse(secret.encode() + item("<title>a &x; b &y; c</title>"), content_type=None, url=URL)
    assert isinstance(found, ParsedFeed)
    assert found.entries[0].title == "a b c"


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(SEEDS),
    st.lists(st.tuples(st.integers(0, 300), st.sampled_from(PIECES)), max_size=4),
    st.integers(0, 400),
)
def test_damage_never_raises(seed: bytes, pieces: list[tuple[int, bytes]], end: int) -> None:
    body = seed
    for position, piece in pieces:
        body = body[:position] + piece + body[position:]
    found = parse(body[: max(end, 60)], content_type="text/xml", url=URL)
    assert isinstance(found, ParsedFeed | Refused)


@settings(max_examples=100, deadline=None)
@given(
    st.binary(max_size=300),
    st.sampled_from([None, "text/xml; charset=utf-16", "text/xml; charset=zip", "a;charset=euc-kr"]),
)
def test_any_bytes_never_raise(body: bytes, content_type: str | None) -> None:
    parse(body, content_type=content_type, url=URL)
    parse(b"<rss><channel><item><title>" + body, content_type=content_type, url=URL)


@settings(max_examples=250, deadline=None)
@given(st.lists(st.sampled_from(TOKENS), max_size=14).map("".join))
def test_titles_are_one_clean_line(value: str) -> None:
    title, _ = text.title(value)
    assert not BAD.search(title)
    assert title == " ".join(title.split())
    assert unicodedata.is_normalized("NFC", title)
    assert "<b>" not in title
    assert "&lt;" not in title
    assert "&amp;" not in title


MARKUP = [
    "a",
    "5 < 6",
    " ",
    "<p>",
    "</p>",
    "<br>",
    "<br/>",
    "<li>",
    "</li>",
    '<a href="x>y">',
    "<a href='z'>",
    "</a>",
    "<b",
]
MARKUP += [
    "&amp;",
    "&lt;i&gt;",
    "<script>x</script>",
    "<!-- y -->",
    "<img src=x>",
    "<td>",
    "<div class=a>",
    "</div>",
    ">",
]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(MARKUP), max_size=10).map("".join))
@example("<b<p>>")
def test_plain_markup_and_the_sanitiser_agree(value: str) -> None:
    def words(one: str) -> list[list[str]]:
        return [part.split() for part in one.split("\f")]

    assert words(text._stripped(value)) == words(text.sanitised(value))


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=400))
def test_text_is_bounded(value: str) -> None:
    assert len(text.title(value)[0]) <= text.TITLE_MAX
    summary, cut = text.paragraphs(value * 20, 500)
    assert len(summary) <= 500
    assert summary.endswith("…") or not cut
    assert not BAD.search(summary.replace("\n", ""))


LONE = r"a \ud800 b"


@pytest.mark.parametrize("field", ["content_html", "content_text", "summary", "title", "url", "external_url", "id"])
def test_half_of_a_character_is_left_out(field: str) -> None:
    """JSON can write one half of a UTF-16 pair, which no encoder takes."""
    value = f"https://desk.example/{LONE}".replace(" ", "") if "url" in field else f"{LONE} <q> <x>y</x>"
    body = f'{{"version":"https://jsonfeed.org/version/1.1","title":"D","items":[{{"{field}":"{value}"}}]}}'
    found = parse(body.encode(), content_type=None, url=URL)
    assert isinstance(found, ParsedFeed)
    entry = found.entries[0]
    kept = (entry.title, entry.summary, entry.content, entry.guid or "", canonical(entry.link or ""))
    assert "a" in "".join(kept).encode().decode()


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<P class='a'>one</p\n><BR/>two<hr>three", "one\n\ntwo\nthree"),
        ("<ul><li>one</li><li>two</li></ul>", "one\ntwo"),
        ("o<b>n</b>e <IMG src='x'>two", "one two"),
        ("one <i <br>>two", "one >two"),
        ("one <unknown>two</unknown> &lt;b&gt;three&lt;/b&gt; &amp;amp; <b>four</b>", "one <unknown>two three & four"),
        ("1 < 2 <b>and</b> 3 > 2", "1 < 2 and 3 > 2"),
        ("<p>a  b\x85</p>\u2028<p>e\u0301 \u200b</p>", "a b…\n\né"),
    ],
)
def test_plain_markup_says_what_the_sanitiser_makes_of_it(markup: str, expected: str) -> None:
    assert text.paragraphs(markup, text.SUMMARY_MAX) == (expected, False)
