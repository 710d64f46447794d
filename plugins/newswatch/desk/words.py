"""Words and small pieces of text that the templates share."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

from markupsafe import Markup, escape

from newswatch.render import environment as env
from newswatch.render.alert import against

EXPIRED = "You are not logged in, or your session has ended."
FORBIDDEN = "Your role in Airflow may not see the news desk; ask whoever runs Airflow for the role viewer."
LANGUAGES_RTL = frozenset({"ar", "fa", "he", "ur", "yi", "ps", "sd", "ug", "ckb", "dv"})


def sentence(text: str) -> str:
    """Begins with a capital and ends with a full stop."""
    text = text.strip()
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "!", "?", ":", "…")) else text + "."


def moment(value: datetime | str | None, seconds: bool = False) -> Markup:
    """A ``<time>``: UTC as it stands; the page's script puts it into the reader's zone."""
    if value is None or value == "":
        return Markup("–")
    when = datetime.fromisoformat(value) if isinstance(value, str) else value
    shown = f"{when:%Y-%m-%d %H:%M:%S} UTC" if seconds else f"{when:%Y-%m-%d %H:%M} UTC"
    text = '<time datetime="{}" title="{}">{}</time>'
    return Markup(text).format(when.isoformat(timespec="seconds").replace("+00:00", "Z"), shown, shown)


def marked(text: str, spans: Iterable[tuple[int, int]], most: int = 600) -> Markup:
    """``text`` with the spans in ``<mark>``, everything escaped, controls taken out, cut after ``most`` characters."""
    out, at, cut = Markup(), 0, text[:most]
    for start, end in sorted(spans):
        if at <= start < end <= len(cut):
            out += Markup("{}<mark>{}</mark>").format(_plain(cut[at:start]), _plain(cut[start:end]))
            at = end
    return out + escape(_plain(cut[at:])) + ("…" if len(text) > most else "")


def tongue(language: str | None) -> Markup:
    """The attributes ``lang`` and ``dir`` of a piece of news."""
    code = language if language and language != "und" and language.isalpha() else ""
    return (
        Markup(' lang="{}" dir="{}"').format(code, "rtl" if code in LANGUAGES_RTL else "auto")
        if code
        else Markup(' dir="auto"')
    )


def segment(value: str) -> str:
    """A value as one segment of an address."""
    return quote(value, safe="")


def query(pairs: Iterable[tuple[str, Any]]) -> str:
    """Pairs as the query of an address, empty values left out."""
    kept = [(name, str(value)) for name, value in pairs if value not in (None, "", False)]
    return f"?{urlencode(kept)}" if kept else ""


def _plain(text: str) -> str:
    middle = env.line(text, 2000)
    before = " " if text[:1].isspace() and text.strip() else ""
    after = " " if text[-1:].isspace() and text.strip() else ""
    return before + middle + after if middle else " " if text else ""


FILTERS = {
    "moment": moment,
    "marked_spans": marked,
    "tongue": tongue,
    "segment": segment,
    "query": query,
    "against": against,
    "sentence": sentence,
}
