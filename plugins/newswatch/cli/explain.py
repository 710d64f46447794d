"""Why a headline has its tags, drawn in the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from newswatch.model.item import Evidence
    from newswatch.tag import Tagger
    from newswatch.tag.score import Scored

_TOP = 8


def draw(tagger: Tagger, title: str, summary: str, lang: str | None) -> None:
    """Print the texts with the evidence highlighted, then one line per tag and what spoke for and against it."""
    console = Console(highlight=False)
    tagging = tagger.tag(title, summary, "", lang)
    for field, text in (("title", title), ("summary", summary)):
        if text:
            console.print(_marked(text, [part for part in tagging.evidence if part.field == field]))
    console.print(
        f"language {tagging.language}, actors {', '.join(tagging.actors) or 'none'}, watch-list {tagging.version}",
        style="dim",
    )
    features = tagger.features(title, summary, "", lang)
    scores = tagger.scores(features)
    if not scores:
        console.print("out of scope: no scope actor is named, so no tag")
        return
    console.print(_table(tagger, scores))


def _table(tagger: Tagger, scores: dict[str, Scored]) -> Table:
    table = Table(box=None, pad_edge=False)
    for name in ("tag", "probability", "given", "what spoke for and against it (log-odds)"):
        table.add_column(name)
    for spec in tagger.watchlist.tags:
        scored = scores.get(spec.id)
        if scored is None:
            continue
        parts = sorted(scored.parts.items(), key=lambda part: -abs(part[1]))[:_TOP]
        why = ", ".join(f"{name.removeprefix('concept:')} {share:+.1f}" for name, share in parts if share)
        given = scored.probability >= spec.threshold
        table.add_row(spec.id, f"{scored.probability:.2f}", "yes" if given else "no", why or "nothing")
    return table


def _marked(text: str, evidence: list[Evidence]) -> Text:
    out = Text(text)
    for part in evidence:
        out.stylize("bold reverse" if part.score else "underline", part.start, part.end)
    return out
