"""Do the feeds answer, and how late is what they bring?"""

from __future__ import annotations

from newswatch.model.dashboard import Control, Dashboard, Place
from newswatch.model.panel import ByFilter, ByTerm, Chart, Measure, Op, Panel, Where
from newswatch.panels.catalog.sources import COUNT, FEEDS, LIVE, NO_FEEDS, NO_ITEMS, SEEN, by_hour, note

FEED_STATUS = Panel(
    "feeds-by-status",
    "How many feeds answered at their last poll?",
    FEEDS,
    chart=Chart.DONUT,
    measures=(Measure("feeds", "Feeds"),),
    splits=(ByTerm("status", "Status", "status", 8),),
    empty=NO_FEEDS,
)
FEED_FAILURES = Panel(
    "feeds-by-failure",
    "Why do feeds fail?",
    FEEDS,
    chart=Chart.BAR_HORIZONTAL,
    measures=(Measure("feeds", "Feeds"),),
    splits=(ByTerm("failure", "Reason", "failure", 15),),
    where=(Where("failure"),),
    empty="No feed fails.",
)
FEED_SILENCE = Panel(
    "feeds-silent",
    "Which feeds have fallen silent?",
    FEEDS,
    chart=Chart.TABLE,
    measures=(
        Measure("last", "Last new item", Op.LAST, "last_new_item", sort="last_poll", type="date"),
        Measure("error", "Error", Op.LAST, "error.keyword", sort="last_poll"),
    ),
    splits=(ByTerm("feed", "Feed", "feed", 50, alphabetical=True),),
    where=(Where("stale", ("true",)),),
    empty="Every feed keeps its rhythm.",
)
LAG = Panel(
    "lag",
    "How late is an item: published to seen, seen to stored?",
    SEEN,
    chart=Chart.LINE,
    measures=(
        Measure("seen", "Published to seen, median", Op.MEDIAN, "lag.seen", unit="s"),
        Measure("ingested", "Seen to stored, median", Op.MEDIAN, "lag.ingested", unit="s"),
    ),
    splits=(by_hour("event.created"),),
    where=LIVE,
    empty="No live items yet: what a feed's first poll brings is history.",
    unit="seconds",
)
COVERAGE = Panel(
    "coverage",
    "How many feeds brought something, hour by hour?",
    SEEN,
    chart=Chart.BAR,
    measures=(Measure("feeds", "Feeds with new items", Op.UNIQUE, "feeds"),),
    splits=(by_hour("event.created"),),
    empty=NO_ITEMS,
    unit="feeds",
)
ORIGINS = Panel(
    "origins",
    "What is live, what is history?",
    SEEN,
    chart=Chart.BAR,
    measures=(COUNT,),
    splits=(
        by_hour("event.created"),
        ByFilter(
            "origin",
            "Origin",
            (("live", LIVE), ("backfill", (Where("origin", ("backfill",)),)), ("seed", (Where("origin", ("seed",)),))),
        ),
    ),
    empty=NO_ITEMS,
)

CONTROLS = (Control("language", "Language", "items", "language"),)
BOARD = Dashboard(
    "feeds",
    "Newswatch: feeds and pipeline",
    "Do the feeds answer, and how late is what they bring?",
    (
        Place(FEED_STATUS, 0, 3, 12, 12),
        Place(FEED_FAILURES, 12, 3, 18, 12),
        Place(FEED_SILENCE, 30, 3, 18, 12),
        Place(LAG, 0, 15, 24, 12),
        Place(COVERAGE, 24, 15, 24, 12),
        Place(ORIGINS, 0, 27, 48, 11),
    ),
    notes=note(38),
    controls=CONTROLS,
)
