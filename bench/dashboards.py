"""Draws the four dashboards as pictures for docs/dashboards.md, from the definitions that Kibana gets.

    ELASTICSEARCH_URL=… python bench/dashboards.py docs/images

A week of news is made from the labelled items (tests/data/tagging), tagged, stored and joined as live ones are; the
last day is watched every five minutes with the shipped rules, so its alerts, ledger and deliveries are real.
"""

from __future__ import annotations

import io
import json
import math
import os
import random
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from matplotlib import font_manager
from PIL import Image, ImageDraw, ImageFont

from newswatch import jobs, story
from newswatch.config.feeds import load_feeds
from newswatch.index import documents, items
from newswatch.index.client import Settings, Store, connect
from newswatch.index.feeds import write_states
from newswatch.index.templates import drop, ensure, monthly
from newswatch.model.dashboard import Dashboard, Place
from newswatch.model.feed import Failure, FeedSpec, FeedState, FeedStatus
from newswatch.model.item import Item, Origin, TaggedItem
from newswatch.model.panel import Chart, Listing, Table
from newswatch.panels import catalog, chart, query
from newswatch.pipeline.link import link
from newswatch.tag import Tagger

ROOT = Path(__file__).parent.parent
NOW = datetime(2026, 11, 24, 18, tzinfo=UTC)
DAYS, A_DAY, STEP, WATCHED = 8, 260, timedelta(minutes=5), timedelta(hours=25)
ROW, COLUMN = 20, 28
INK, PAPER, FAINT = "#1a1c21", "#ffffff", "#d3dae6"


def main() -> None:
    """Fill, draw, drop."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    store = connect(Settings.from_environment(dict(os.environ)), "newswatch-bench-dashboards")
    drop(store)
    ensure(store)
    try:
        with tempfile.TemporaryDirectory() as place:
            fill(store, Path(place))
        for board in catalog.DASHBOARDS:
            file = folder / f"dashboard-{board.id}.webp"
            drawn(store, board).save(file, quality=82, method=6)
            print(f"{file} {file.stat().st_size // 1024} KB")
    finally:
        drop(store)


def fill(store: Store, place: Path) -> None:
    """The week, watched closely on its last day."""
    config = place / "config"
    config.mkdir()
    for name in ("watchlist", "feeds.yaml", "digests.yaml", "rules.yaml"):
        (config / name).symlink_to(ROOT / "config" / name)
    (config / "channels.yaml").write_text(
        f"channels:\n  - {{id: folder, type: folder, path: {place / 'messages'}}}\n"
        "routes:\n  - {id: all, to: folder}\n"
    )
    specs = load_feeds(config / "feeds.yaml")
    tagger = jobs.tagger(jobs.Where(config=config))
    arrived = list(news(store, specs, tagger))
    where, at = jobs.Where(store.namespace, config), NOW - timedelta(days=DAYS)
    while at < NOW:
        after = at + STEP if at >= NOW - WATCHED else min(at + timedelta(hours=4), NOW - WATCHED)
        batch = [one for one in arrived if at <= one.item.first_seen < after]
        items.write(store, batch, after)
        write_states(store, list(states(specs, after)))
        link(store, after)
        jobs.watch(where, after, lambda after=after: after + timedelta(seconds=4))  # type: ignore[misc]
        at = after
    documents.refresh(store, *(store.index(view.index) for view in catalog.VIEWS))


def news(store: Store, specs: tuple[FeedSpec, ...], tagger: Tagger) -> Iterator[TaggedItem]:
    """Items of a week by the hour of the day, some of them carried by several publishers, one evening busier."""
    chance = random.Random(7)
    rows = [json.loads(line) for file in sorted((ROOT / "tests/data/tagging").glob("*.jsonl")) for line in file.open()]
    by_language: dict[str, list[FeedSpec]] = {}
    for spec in specs:
        by_language.setdefault(spec.language or "en", []).append(spec)
    for number in range(DAYS * A_DAY):
        at = NOW - timedelta(days=DAYS * (1 - number / (DAYS * A_DAY)))
        if chance.random() > 0.55 + 0.45 * math.sin((at.hour - 5) / 24 * 2 * math.pi):
            continue
        busy = NOW - timedelta(hours=7) < at < NOW - timedelta(hours=3)
        pool = [row for row in rows if "sanctions" in row["tags"]] if busy and chance.random() < 0.7 else rows
        row = chance.choice(pool)
        carriers = by_language.get(row["lang"]) or by_language["en"]
        copies = chance.choice((1, 1, 1, 2, 4)) if row["tags"] else 1
        for copy, spec in enumerate(chance.sample(carriers, min(copies, len(carriers)))):
            seen = at + timedelta(minutes=copy * chance.randint(3, 40))
            if seen < NOW:
                yield made(store, tagger, spec, f"{row['id']}-{number}-{copy}", row, seen, chance)


def made(store: Store, tagger: Tagger, spec: FeedSpec, name: str, row: dict[str, str], seen: datetime,
         chance: random.Random) -> TaggedItem:  # fmt: skip
    """One item, tagged as it would be."""
    published = seen - timedelta(seconds=chance.lognormvariate(6.5, 0.7))
    item = Item(
        id=name, index=monthly(store, "items", seen), feed=spec.id, feeds=(spec.id,),
        url=f"https://news.example/{name}", guid=None, title=row["title"], summary=row["summary"], content="",
        declared_language=row["lang"], published=published, timestamp=published, first_seen=seen, origin=Origin.LIVE,
        publisher=spec.publisher,
    )  # fmt: skip
    tagging = tagger.tag(item.title, item.summary, "", row["lang"])
    return TaggedItem(item, tagging, story.bands(item.title, item.summary, "", row["lang"]))


def states(specs: tuple[FeedSpec, ...], at: datetime) -> Iterator[FeedState]:
    """Most feeds have just answered, some do not."""
    chance = random.Random(3)
    troubles = [Failure.TIMEOUT, Failure.DNS, Failure.HTTP, Failure.TOO_LARGE]
    for spec in specs:
        trouble = chance.choice(troubles) if chance.random() < 0.12 else None
        status = FeedStatus.FAILED if trouble else chance.choice((FeedStatus.OK, FeedStatus.UNCHANGED))
        polled = at - timedelta(minutes=chance.randint(1, 20))
        yield FeedState(
            spec.id, spec.url, spec.url, status, trouble, f"it failed: {trouble}" if trouble else None,
            stale=chance.random() < 0.06, last_poll=polled, last_success=None if trouble else polled,
            last_new_item=polled - timedelta(hours=chance.randint(1, 90)), next_poll=at + timedelta(days=1),
        )  # fmt: skip


def drawn(store: Store, board: Dashboard) -> Image.Image:
    """One dashboard on the grid that Kibana gets, the last day of it."""
    height = max(place.y + place.h for place in board.places) * ROW
    picture = Image.new("RGB", (48 * COLUMN, height - ROW), PAPER)
    draw = ImageDraw.Draw(picture)
    draw.text((8, 8), board.title, font=font(16), fill=INK)
    for place in board.places:
        box = (place.x * COLUMN + 4, (place.y - 1) * ROW + 4, (place.x + place.w) * COLUMN - 4)
        bottom = (place.y - 1 + place.h) * ROW - 4
        draw.rounded_rectangle((*box, bottom), 4, outline=FAINT)
        draw.text((box[0] + 8, box[1] + 5), place.panel.title, font=font(12), fill=INK)
        inner = (box[0] + 6, box[1] + 26, box[2] - box[0] - 12, bottom - box[1] - 32)
        fit(store, place, picture, inner)
    return picture


def fit(store: Store, place: Place, picture: Image.Image, box: tuple[int, int, int, int]) -> None:
    """Draw one panel's answer into its box (left, top, width, height)."""
    left, top, width, height = box
    panel, since = place.panel, NOW - timedelta(days=1)
    index = store.index(panel.source.index)
    if isinstance(panel, Listing):
        table = query.rows(
            panel, documents.search(store, index, query.listing(panel, store.namespace, since, NOW).to_dict())
        )
        listed(picture, table, box)
        return
    searches = query.searches(panel, store.namespace, since, NOW)
    table = query.table(
        panel, {shift: documents.search(store, index, one.to_dict()) for shift, one in searches.items()}
    )
    if panel.chart is Chart.TABLE and table.rows:
        listed(picture, table, box)
        return
    image = Image.open(io.BytesIO(chart.draw(panel, table, chart.Look(width, height, scale=1))))
    picture.paste(image, (left, top), image)


def listed(picture: Image.Image, table: Table, box: tuple[int, int, int, int]) -> None:
    """Rows of text, the first column widest."""
    left, top, width, height = box
    draw = ImageDraw.Draw(picture)
    shares = [2.0 if name in ("title", "Title", "Error") else 1.0 for name in table.columns]
    edges = [left + width * sum(shares[:number]) / sum(shares) for number in range(len(shares) + 1)]
    for line, cells in enumerate([table.columns, *table.rows][: height // 18]):
        for column, cell in enumerate(cells):
            text = f"{cell:,.0f}" if isinstance(cell, float) else str(cell or "")
            room, face = edges[column + 1] - edges[column] - 10, font(11, text)
            while text and draw.textlength(text, font=face) > room:
                text = text[:-2] + "…" if len(text) > 2 else ""
            draw.text((edges[column], top + 18 * line), text, font=face, fill=INK if line else "#69707d")
        draw.line((left, top + 18 * line + 16, left + width, top + 18 * line + 16), fill=FAINT)


def font(size: int, text: str = "") -> ImageFont.FreeTypeFont:
    """The font that comes with matplotlib; for East Asian text Noto's, where it is installed."""
    wide = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")
    asian = any(sign >= "\u2e80" for sign in text) and wide.exists()
    return ImageFont.truetype(str(wide) if asian else font_manager.findfont("DejaVu Sans"), size)


if __name__ == "__main__":
    main()
