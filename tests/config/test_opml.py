"""OPML in and out: what is kept, what is left out, and that no file can do harm."""

from __future__ import annotations

from pathlib import Path

import pytest

from newswatch.config import opml
from newswatch.config.feeds import load_feeds
from newswatch.errors import ConfigError, UsageError

OPML = """<?xml version="1.0"?>
<opml version="2.0"><head><title>x</title></head><body>
<outline text="Asia"><outline text="Korea">
  <outline type="rss" text="연합뉴스" xmlUrl="https://www.yna.co.kr/rss/news.xml" language="ko"/>
  <outline type="rss" title="38 North" xmlUrl="https://www.38north.org/feed/" category="analysis,/x"/>
</outline></outline>
<outline type="rss" text="38 North" xmlUrl="https://www.38north.org/other/"/>
<outline type="rss" text="again" xmlUrl="https://www.38north.org/feed/"/>
<outline type="rss" text="bad" xmlUrl="ftp://x.example/"/>
<outline type="rss" text="odd: [&quot;] # &#x202e;" xmlUrl="http://odd.example/?a=1&amp;b=2"/>
<outline text="a folder without feeds"/>
</body></opml>"""


def written(folder: Path, text: str, name: str = "in.opml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_import_makes_a_new_list(tmp_path: Path) -> None:
    outlines, faults = opml.read(written(tmp_path, OPML))
    assert faults == ["bad: only http and https addresses can be polled"]
    target = tmp_path / "feeds.yaml"
    assert opml.add(target, outlines) == ["yna-co-kr-rss-news-xml", "38-north", "38-north-2", "odd"]
    first, second, _, odd = load_feeds(target)
    assert (first.title, first.language, first.topics) == ("연합뉴스", "ko", ("Asia", "Korea"))
    assert second.topics == ("Asia", "Korea", "analysis", "/x")
    assert odd.url == "http://odd.example/?a=1&b=2"
    assert opml.add(target, outlines) == []


@pytest.mark.parametrize(
    "text",
    [
        "# mine\npublishers: {p: {}}\nfeeds:\n  # first\n  - {id: a, url: 'http://a.example/', publisher: p} # one\n",
        "feeds:\n- id: a\n  url: http://a.example/\n  topics:\n  - x\n# end\n",
        "feeds:\n    - id: a\n      url: http://a.example/\n\npublishers:\n  p: {}\n",
        "feeds:\n- id: 38-north\n  url: http://a.example/",
    ],
)
def test_import_keeps_what_stands_in_the_list(tmp_path: Path, text: str) -> None:
    target = written(tmp_path, text, "feeds.yaml")
    before = load_feeds(target)
    new = opml.add(target, opml.read(written(tmp_path, OPML))[0])
    after = load_feeds(target)
    assert (after[: len(before)], len(after)) == (before, len(before) + len(new))
    assert all(line in target.read_text(encoding="utf-8") for line in text.splitlines())
    assert list(tmp_path.glob(".feeds-*")) == []


def test_a_flow_list_is_left_alone(tmp_path: Path) -> None:
    text = "feeds: [{id: a, url: 'http://a.example/'}]\n"
    target = written(tmp_path, text, "feeds.yaml")
    with pytest.raises(ConfigError, match="each feed has its line"):
        opml.add(target, opml.read(written(tmp_path, OPML))[0])
    assert target.read_text(encoding="utf-8") == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<rss/>",
        "<opml",
        '<!DOCTYPE opml [<!ENTITY a "aaaa">]><opml>&a;</opml>',
        '<!DOCTYPE opml SYSTEM "http://127.0.0.1/x.dtd"><opml/>',
    ],
)
def test_what_is_not_opml_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(UsageError, match="not an OPML file"):
        opml.read(written(tmp_path, text))


def test_export_and_import_agree(tmp_path: Path) -> None:
    shipped = load_feeds(Path(__file__).parents[2] / "config" / "feeds.yaml")
    text, shortened = opml.write(shipped)
    outlines, faults = opml.read(written(tmp_path, text))
    assert (shortened, faults) == ([], [])
    assert {outline.url for outline in outlines} == {spec.url for spec in shipped}


def test_export_holds_no_keys(tmp_path: Path) -> None:
    target = written(tmp_path, "feeds:\n- {id: a, url: 'http://u:hunter2@a.example/?token=S3CRET'}\n", "feeds.yaml")
    text, shortened = opml.write(load_feeds(target))
    assert shortened == ["a"]
    assert "hunter2" not in text
    assert "S3CRET" not in text
