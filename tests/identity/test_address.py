"""Canonical URLs: what is one article, what is not, and that one spelling is enough."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newswatch.identity import canonical, is_home

SAME = [
    ("https://desk.example/a/1", "http://desk.example/a/1"),
    ("https://desk.example/a/1", "https://www.desk.example/a/1"),
    ("https://desk.example/a/1", "https://DESK.example./a/1"),
    ("https://desk.example/a/1", "https://desk.example:443/a/1"),
    ("https://desk.example/a/1", "http://desk.example:80/a/1"),
    ("https://desk.example/a/1", "https://desk.example/a/1/"),
    ("https://desk.example/a/1", "https://desk.example//a/./b/../1"),
    ("https://desk.example/a/1", "https://desk.example/a/1#comments"),
    ("https://desk.example/a/1", "https://desk.example/a/1?utm_source=rss&utm_medium=feed"),
    ("https://desk.example/a/1", "https://desk.example/a/1?fbclid=x&gclid=y&at_medium=RSS&ns_mchannel=z"),
    ("https://desk.example/a/1", "https://desk.example/a/1?ref=rss"),
    ("https://desk.example/a/1", "https://m.desk.example/a/1"),
    ("https://desk.example/a/1", "https://mobile.desk.example/a/1"),
    ("https://desk.example/a/1", "https://amp.desk.example/a/1"),
    ("https://desk.example/a/1", "https://www.desk.example/a/1/amp/"),
    ("https://desk.example/a/1", "https://www.desk.example/amp/a/1"),
    ("https://desk.example/a/1", "https://desk.example/a/1.amp"),
    ("https://desk.example/a/1", "https://desk.example/a/1?amp=1"),
    ("https://desk.example/a/1", "https://desk.example/a/1?outputType=amp"),
    ("https://desk.example/a/1.html", "https://desk.example/a/1.amp.html"),
    ("https://desk.example/a/1", "https://www-desk-example.cdn.ampproject.org/c/s/www.desk.example/a/1"),
    ("https://desk.example/a/1", "https://www.google.com/amp/s/www.desk.example/a/1/amp"),
    ("https://desk.example/a/1", "https://desk.example/a/1/index.html"),
    ("https://desk.example/a/1", "https://desk.example/a/1;jsessionid=0A1B"),
    ("https://desk.example/a/1", "https://user:secret@desk.example/a/1"),
    ("https://en.desk.example/a/1", "https://en.m.desk.example/a/1"),
    ("https://desk.example/a?a=1&b=2", "https://desk.example/a?b=2&a=1"),
    ("https://desk.example/~jan/%C3%A4", "https://desk.example/%7ejan/ä"),
    ("https://xn--bcher-kva.example/a", "https://bücher.example/a"),
    ("https://desk.example", "https://www.desk.example/index.php"),
]
DIFFERENT = [
    ("https://desk.example/a/1", "https://desk.example/a/2"),
    ("https://desk.example/a/1", "https://desk.example/A/1"),
    ("https://desk.example/a/1", "https://other.example/a/1"),
    ("https://desk.example/a/1", "https://desk.example:8080/a/1"),
    ("https://desk.example/a?id=1", "https://desk.example/a?id=2"),
    ("https://desk.example/?p=1", "https://desk.example/?p=2"),
    ("https://desk.example/a?source=reuters", "https://desk.example/a?source=tass"),
    ("https://desk.example/#!/a/1", "https://desk.example/#!/a/2"),
    ("https://desk.example/a%2Fb", "https://desk.example/a/b"),
    ("https://de.desk.example/a/1", "https://en.desk.example/a/1"),
    ("https://desk.example/ample/1", "https://desk.example/e/1"),
    ("https://m.example/a", "https://n.example/a"),
]
HOMES = [
    "https://desk.example",
    "http://www.desk.example/",
    "https://desk.example/index.html",
    "https://desk.example/en/",
]
ARTICLES = [
    "https://desk.example/a",
    "https://desk.example/?p=12",
    "https://desk.example/news",
    "https://d.example/#!/a",
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_one_article(one: str, other: str) -> None:
    assert canonical(one) == canonical(other)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_two_articles(one: str, other: str) -> None:
    assert canonical(one) != canonical(other)


def test_front_pages() -> None:
    assert [url for url in HOMES + ARTICLES if is_home(url)] == HOMES


segments = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Zs", "Zl", "Zp"], exclude_characters="?#\\"), max_size=8
)
urls = st.builds(
    lambda scheme, host, path, query, fragment: f"{scheme}://{host}/{'/'.join(path)}{query}{fragment}",
    st.sampled_from(["http", "https", "HTTP"]),
    st.sampled_from(["desk.example", "www.m.desk.example", "m.co", "127.0.0.1:8080", "[::1]:81", "bücher.example"]),
    st.lists(segments, max_size=4),
    st.sampled_from(["", "?", "?a=1&utm_source=x", "?b=%20&a=%zz", "?amp", "?a=1;b=2", "?é=ü"]),
    st.sampled_from(["", "#x", "#!/a", "#/b"]),
)


@settings(max_examples=150, deadline=None)
@given(urls)
def test_canonical_is_a_fixed_point(url: str) -> None:
    once = canonical(url)
    assert canonical(once) == once


@settings(max_examples=60, deadline=None)
@given(urls, st.sampled_from(["utm_source=a", "fbclid=b", "gclid=c", "utm_campaign=d"]))
def test_tracking_never_matters(url: str, parameter: str) -> None:
    before, mark, fragment = url.partition("#")
    tracked = f"{before}{'&' if '?' in before else '?'}{parameter}{mark}{fragment}"
    assert canonical(tracked) == canonical(url)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60))
def test_anything_is_survived(text: str) -> None:
    assert isinstance(canonical(text), str)


plain_segments = st.sampled_from(
    [
        "a",
        "1.html",
        "amp",
        "AMP",
        "index.html",
        "home.php",
        "en",
        "~x",
        "-",
        "_",
        "b.amp.html",
        "a..b",
        "s",
        "c",
        "x.example",
    ]
)


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(
        ["desk.example", "www.m.desk.example", "m.co", "google.de", "www.google.com", "x.cdn.ampproject.org"]
    ),
    st.lists(plain_segments, max_size=5),
    st.sampled_from(["", "/"]),
    st.sampled_from(["", "?", "?id=1", "?b=2&a=1&", "?a", "?a=b=c", "?ref=rss&id=2", "?utm_source=x", "?=v&~=-"]),
)
def test_an_address_in_order_is_read_as_one_that_is_not(host: str, path: list[str], end: str, query: str) -> None:
    """A credential or a fragment, which never matter, make it one that is taken apart with care."""
    url = f"https://{'/'.join((host, *path))}{end}{query}"
    assert canonical(url) == canonical(f"{url}#x") == canonical(url.replace("://", "://u:p@"))
