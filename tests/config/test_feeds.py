"""feeds.yaml: what is accepted, what is refused and where the error points."""

from __future__ import annotations

from pathlib import Path

import pytest

from newswatch.config.feeds import load_feeds, registrable_host
from newswatch.errors import ConfigError

FULL = """\
publishers:
  yonhap: {name: Yonhap, family: yonhap-group, country: KR, kind: agency}
feeds:
  - {id: yonhap-en, url: "https://en.yna.co.kr/RSS/news.xml", publisher: yonhap, language: en, topics: [korea]}
  - {id: switched-off, url: "http://example.org/feed", publisher: yonhap, kind: official, country: US, enabled: false}
"""

BAD: list[tuple[str, str, int, str, str]] = [
    ("unknown key", "feeds:\n  - {id: a, url: 'http://a.org/', colour: red}\n", 2, "feeds[0].colour", "unknown key"),
    ("no feeds", "publishers: {}\n", 1, "feeds", "is required"),
    (
        "duplicate id",
        "feeds:\n- id: a\n  url: http://a.org/\n- id: a\n  url: http://b.org/\n",
        4,
        "feeds[1].id",
        "line 2",
    ),
    ("ftp", "feeds:\n- {id: a, url: 'ftp://a.org/'}\n", 2, "feeds[0].url", "only http and https"),
    ("no host", "feeds:\n- {id: a, url: 'http:///x'}\n", 2, "feeds[0].url", "names no host"),
    ("port", "feeds:\n- {id: a, url: 'http://a.org:99999/'}\n", 2, "feeds[0].url", "not a valid address"),
    ("ipv6", "feeds:\n- {id: a, url: 'http://[::1/'}\n", 2, "feeds[0].url", "not a valid address"),
    ("newline", 'feeds:\n- {id: a, url: "http://a.org/\\nx"}\n', 2, "feeds[0].url", "control character"),
    ("no url", "feeds:\n- id: a\n", 2, "feeds[0].url", "is required"),
    (
        "publisher",
        FULL.replace("publisher: yonhap, language", "publisher: tass, language"),
        4,
        "feeds[0].publisher",
        "no",
    ),
    ("country", "feeds:\n- {id: a, url: 'http://a.org/', country: korea}\n", 2, "feeds[0].country", "match"),
    ("language", "feeds:\n- {id: a, url: 'http://a.org/', language: no}\n", 2, "feeds[0].language", "string"),
    ("id with space", "feeds:\n- {id: 'a b', url: 'http://a.org/'}\n", 2, "feeds[0].id", "match"),
    ("syntax", "feeds: [\n", 2, "", "not valid YAML"),
]


def write(folder: Path, text: str) -> Path:
    path = folder / "feeds.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_full_form(tmp_path: Path) -> None:
    first, second = load_feeds(write(tmp_path, FULL))
    assert (first.publisher.id, first.publisher.family, first.country, first.kind) == (
        "yonhap",
        "yonhap-group",
        "KR",
        "agency",
    )
    assert first.topics == ("korea",)
    assert first.enabled
    assert (second.enabled, second.kind, second.country) == (False, "official", "US")
    assert second.publisher.country == "KR"


def test_a_lone_list_names_its_publishers_by_host(tmp_path: Path) -> None:
    text = (
        "feeds:\n- {id: a, url: 'https://feeds.bbci.co.uk/x'}\n- {id: b, url: 'http://127.0.0.1:81/f', publisher: P}\n"
    )
    first, second = load_feeds(write(tmp_path, text))
    assert (first.publisher.id, first.publisher.family) == ("bbci.co.uk", "bbci.co.uk")
    assert (second.publisher.id, second.publisher.family) == ("P", "P")


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("http://www.example.com/", "example.com"),
        ("http://a.b.gov.uk/", "b.gov.uk"),
        ("http://127.0.0.1:8080/", "127.0.0.1"),
        ("http://[::1]/", "::1"),
        ("http://localhost/", "localhost"),
        ("http://user:secret@news.example.org/", "example.org"),
    ],
)
def test_registrable_host(url: str, host: str) -> None:
    assert registrable_host(url) == host


@pytest.mark.parametrize(("text", "line", "key", "message"), [case[1:] for case in BAD], ids=[case[0] for case in BAD])
def test_faults_are_named_with_line_and_key(tmp_path: Path, text: str, line: int, key: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_feeds(write(tmp_path, text))
    assert (caught.value.line, caught.value.key) == (line, key)
    assert message in caught.value.message


def test_a_bad_address_with_a_password_is_not_repeated(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load_feeds(write(tmp_path, "feeds:\n- {id: a, url: 'ftp://user:hunter2@a.org/'}\n"))
    assert "hunter2" not in str(caught.value)


def test_the_shipped_feeds() -> None:
    specs = load_feeds(Path(__file__).parents[2] / "config" / "feeds.yaml")
    assert len(specs) >= 45
    assert len({spec.language for spec in specs}) >= 8
    assert all(spec.country and spec.kind and spec.topics and spec.publisher.id for spec in specs)
    assert {spec.checked for spec in specs} == {None}
    assert len({spec.url for spec in specs}) == len(specs)
    assert {"state-media", "agency", "official", "think-tank"} <= {spec.kind for spec in specs}
