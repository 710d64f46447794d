"""Every panel and the four dashboards, defined once. A title is the question that the panel answers."""

from __future__ import annotations

from newswatch.model.dashboard import Control, Dashboard, DataView, Note, Place
from newswatch.model.panel import ByFilter, ByTerm, ByTime, Chart, Listing, Measure, Op, Panel, Source, Where

ITEMS = Source("items", "@timestamp", "items")
SEEN = Source("items", "event.created", "items")
ALERTS = Source("alerts", "@timestamp", "alerts")
LEDGER = Source("ledger", "@timestamp", "matches")
OUTBOX = Source("outbox", "@timestamp", "deliveries")
FEEDS = Source("feeds", "last_poll", "feeds")
COUNTS = Source("counts", "@timestamp", "stories")

COUNT = Measure("count", "Items")
LIVE = (Where("origin", ("live",)),)
NO_ITEMS = "No items yet: the first poll fills this within minutes of the start."
NO_ALERTS = "No alert has fired in this time range. Seeds and first loads of a feed never alert."
NO_FEEDS = "No feed has been polled yet."
NO_COUNTS = "No counts yet: the first bucket closes a quarter of an hour after the first live item."

VIEWS = (
    DataView("items", "Newswatch items", "@timestamp", (("url.full", "url"),)),
    DataView("alerts", "Newswatch alerts", "@timestamp"),
    DataView("feeds", "Newswatch feeds", "last_poll", (("url", "url"),)),
    DataView("counts", "Newswatch counts", "@timestamp"),
    DataView("ledger", "Newswatch ledger", "@timestamp"),
    DataView("outbox", "Newswatch deliveries", "@timestamp"),
)


def _by_hour(field: str = "@timestamp") -> ByTime:
    return ByTime("hour", "Hour", field, "1h")


# --- Overview ---------------------------------------------------------------------------------------------------------
VOLUME = Panel(
    "volume-by-tag",
    "How much is reported on each tag, hour by hour?",
    ITEMS,
    chart=Chart.AREA,
    measures=(COUNT,),
    splits=(_by_hour(), ByTerm("tag", "Tag", "tags", 10)),
    empty=NO_ITEMS,
)
AGAINST_LAST_WEEK = Panel(
    "volume-against-last-week",
    "Is it more than in the week before?",
    ITEMS,
    chart=Chart.LINE,
    measures=(Measure("now", "This week"), Measure("before", "A week earlier", shift="1w")),
    splits=(_by_hour(),),
    where=(Where("tags"),),
    empty=NO_ITEMS,
)
STORIES = Panel(
    "stories-told",
    "How many different stories carry a tag?",
    ITEMS,
    chart=Chart.METRIC,
    measures=(Measure("stories", "Stories"),),
    where=(Where("tags"), Where("story.lead", ("true",))),
    empty=NO_ITEMS,
    unit="stories",
)
FIRING = Panel(
    "firing-now",
    "What is firing?",
    ALERTS,
    chart=Chart.TABLE,
    measures=(Measure("alerts", "Alerts"),),
    splits=(ByTerm("rule", "Rule", "rule.name", 20), ByTerm("severity", "Severity", "severity", 5)),
    where=(Where("state", ("firing", "acknowledged")),),
    empty="Nothing is firing.",
)
PUBLISHERS = Panel(
    "top-publishers",
    "Who reports most?",
    ITEMS,
    chart=Chart.BAR_HORIZONTAL,
    measures=(COUNT,),
    splits=(ByTerm("publisher", "Publisher", "publisher.id", 15),),
    where=(Where("tags"),),
    empty=NO_ITEMS,
)
LANGUAGES = Panel(
    "top-languages",
    "In which languages?",
    ITEMS,
    chart=Chart.DONUT,
    measures=(COUNT,),
    splits=(ByTerm("language", "Language", "language", 12),),
    empty=NO_ITEMS,
)
ACTORS = Panel(
    "top-actors",
    "Who is in the news?",
    ITEMS,
    chart=Chart.BAR_HORIZONTAL,
    measures=(COUNT,),
    splits=(ByTerm("actor", "Actor", "actors", 15),),
    empty=NO_ITEMS,
)
CONCEPTS = Panel(
    "top-concepts",
    "What is it about?",
    ITEMS,
    chart=Chart.BAR_HORIZONTAL,
    measures=(COUNT,),
    splits=(ByTerm("concept", "Concept", "concepts", 15),),
    empty=NO_ITEMS,
)
NEWEST = Listing(
    "newest-items",
    "What came in last?",
    ITEMS,
    columns=("title", "publisher.id", "language", "tags", "url.full"),
    where=(Where("tags"),),
    empty=NO_ITEMS,
)

# --- Stories and watch-list -------------------------------------------------------------------------------------------
HEAT = Panel(
    "heat-tag-hour",
    "At which hours does each tag run hot?",
    ITEMS,
    chart=Chart.HEATMAP,
    measures=(COUNT,),
    splits=(_by_hour(), ByTerm("tag", "Tag", "tags", 10)),
    empty=NO_ITEMS,
)
PAIRS = Panel(
    "actor-pairs",
    "Which actors are named together?",
    ITEMS,
    chart=Chart.HEATMAP,
    measures=(COUNT,),
    splits=(ByTerm("actor", "Actor", "actors", 12), ByTerm("with", "Named with", "actors", 12)),
    empty=NO_ITEMS,
)
RISING = Panel(
    "concepts-rising",
    "Which concepts are rising against the week before?",
    ITEMS,
    chart=Chart.TABLE,
    measures=(Measure("now", "This week"), Measure("before", "A week earlier", shift="1w")),
    splits=(ByTerm("concept", "Concept", "concepts", 20),),
    empty=NO_ITEMS,
)
CORROBORATED = Panel(
    "stories-by-publishers",
    "Which stories do most publishers carry?",
    ITEMS,
    chart=Chart.TABLE,
    measures=(
        Measure("families", "Independent publishers", Op.UNIQUE, "publisher.family"),
        Measure("copies", "Copies"),
        Measure("title", "Title", Op.LAST, "title.keyword", sort="@timestamp"),
    ),
    splits=(ByTerm("story", "Story", "story.id", 20),),
    where=(Where("tags"),),
    empty=NO_ITEMS,
    unit="publishers",
)
COUNTRIES = Panel(
    "by-country",
    "From which countries does it come?",
    ITEMS,
    chart=Chart.BAR_HORIZONTAL,
    measures=(COUNT,),
    splits=(ByTerm("country", "Country", "publisher.country", 15),),
    where=(Where("tags"),),
    empty=NO_ITEMS,
)
TAGS_BY_LANGUAGE = Panel(
    "tags-by-language",
    "Which tag dominates in which language?",
    ITEMS,
    chart=Chart.HEATMAP,
    measures=(COUNT,),
    splits=(ByTerm("language", "Language", "language", 12), ByTerm("tag", "Tag", "tags", 10)),
    empty=NO_ITEMS,
)

# --- Alerts and deliveries --------------------------------------------------------------------------------------------
ALERTS_BY_RULE = Panel(
    "alerts-by-rule",
    "Which rules fire?",
    ALERTS,
    chart=Chart.BAR_HORIZONTAL,
    measures=(Measure("alerts", "Alerts"),),
    splits=(ByTerm("rule", "Rule", "rule.name", 15),),
    empty=NO_ALERTS,
)
ALERTS_BY_SEVERITY = Panel(
    "alerts-by-severity",
    "How severe were they, over time?",
    ALERTS,
    chart=Chart.BAR,
    measures=(Measure("alerts", "Alerts"),),
    splits=(_by_hour(), ByTerm("severity", "Severity", "severity", 5)),
    empty=NO_ALERTS,
)
ALERTS_BY_STATE = Panel(
    "alerts-by-state",
    "Where do the alerts stand?",
    ALERTS,
    chart=Chart.DONUT,
    measures=(Measure("alerts", "Alerts"),),
    splits=(ByTerm("state", "State", "state", 8),),
    empty=NO_ALERTS,
)
DELIVERIES = Panel(
    "deliveries-by-channel",
    "Did each channel take what it was sent?",
    OUTBOX,
    chart=Chart.TABLE,
    measures=(Measure("deliveries", "Deliveries"),),
    splits=(ByTerm("channel", "Channel", "channel", 20), ByTerm("state", "State", "state", 6)),
    empty="Nothing has been sent yet.",
)
SEEN_TO_SENT = Panel(
    "seen-to-sent",
    "How long from seen to sent?",
    OUTBOX,
    chart=Chart.LINE,
    measures=(
        Measure("median", "Median", Op.MEDIAN, "latency", unit="s"),
        Measure("p95", "95th percentile", Op.PERCENTILE, "latency", percent=95, unit="s"),
    ),
    splits=(_by_hour(),),
    where=(Where("state", ("sent",)),),
    empty="Nothing has been sent yet.",
    unit="seconds",
)
WHY_NOT = Panel(
    "why-not-sent",
    "Why was a match not sent?",
    LEDGER,
    chart=Chart.BAR_HORIZONTAL,
    measures=(Measure("matches", "Matches"),),
    splits=(ByTerm("word", "Decision", "word", 12),),
    where=(Where("word", ("sent",), negate=True),),
    empty="Every match so far was sent, or there was none.",
)
EXPECTED = Panel(
    "observed-against-expected",
    "What was counted in the busiest series, against what the detector expected (its own buckets and band)",
    COUNTS,
    chart=Chart.LINE,
    measures=(
        Measure("observed", "Observed", Op.SUM, "observed"),
        Measure("expected", "Expected", Op.SUM, "expected"),
        Measure("low", "Expected, low", Op.SUM, "low"),
        Measure("high", "Expected, high", Op.SUM, "high"),
    ),
    # one series and the detector's own buckets: bands of several rules, tags or hours do not add up
    splits=(ByTerm("series", "Series", "series", 1), ByTime("bucket", "Bucket", "@timestamp", "15m")),
    empty=NO_COUNTS,
    unit="counted",
)

# --- Feeds and pipeline -----------------------------------------------------------------------------------------------
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
    splits=(_by_hour("event.created"),),
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
    splits=(_by_hour("event.created"),),
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
        _by_hour("event.created"),
        ByFilter(
            "origin",
            "Origin",
            (("live", LIVE), ("backfill", (Where("origin", ("backfill",)),)), ("seed", (Where("origin", ("seed",)),))),
        ),
    ),
    empty=NO_ITEMS,
)

CONTROLS = (
    Control("tag", "Tag", "items", "tags"),
    Control("actor", "Actor", "items", "actors"),
    Control("language", "Language", "items", "language"),
    Control("publisher", "Publisher", "items", "publisher.id"),
    Control("origin", "Origin", "items", "origin"),
)
ALERT_CONTROLS = (
    Control("tag", "Tag", "alerts", "tags"),
    Control("severity", "Severity", "alerts", "severity"),
    Control("rule", "Rule", "alerts", "rule.name"),
)
FEED_CONTROLS = (Control("language", "Language", "items", "language"),)
EMPTY_NOTE = (
    "A panel says *No results* until there is something to show: items come with the first poll, "
    "counts a quarter of an hour after the first live item, alerts when a rule first matches live news."
)

DASHBOARDS = (
    Dashboard(
        "overview",
        "Newswatch: overview",
        "What is being reported, by whom, and is it more than usual?",
        (
            Place(VOLUME, 0, 3, 28, 12),
            Place(STORIES, 28, 3, 11, 12),
            Place(LANGUAGES, 39, 3, 9, 12),
            Place(AGAINST_LAST_WEEK, 0, 15, 32, 10),
            Place(FIRING, 32, 15, 16, 10),
            Place(PUBLISHERS, 0, 25, 16, 14),
            Place(ACTORS, 16, 25, 16, 14),
            Place(CONCEPTS, 32, 25, 16, 14),
            Place(NEWEST, 0, 39, 48, 18),
        ),
        notes=(Note("note", EMPTY_NOTE, 0, 57, 48, 4),),
        controls=CONTROLS,
    ),
    Dashboard(
        "stories",
        "Newswatch: stories and watch-list",
        "Which stories carry, and what in the watch-list is moving?",
        (
            Place(HEAT, 0, 3, 48, 11),
            Place(CORROBORATED, 0, 14, 32, 15),
            Place(RISING, 32, 14, 16, 15),
            Place(PAIRS, 0, 29, 24, 16),
            Place(TAGS_BY_LANGUAGE, 24, 29, 14, 16),
            Place(COUNTRIES, 38, 29, 10, 16),
        ),
        notes=(Note("note", EMPTY_NOTE, 0, 45, 48, 4),),
        controls=CONTROLS,
    ),
    Dashboard(
        "alerts",
        "Newswatch: alerts and deliveries",
        "What fired, did it arrive, and if not, why?",
        (
            Place(ALERTS_BY_SEVERITY, 0, 3, 32, 11),
            Place(ALERTS_BY_STATE, 32, 3, 16, 11),
            Place(ALERTS_BY_RULE, 0, 14, 16, 12),
            Place(WHY_NOT, 16, 14, 16, 12),
            Place(DELIVERIES, 32, 14, 16, 12),
            Place(SEEN_TO_SENT, 0, 26, 24, 12),
            Place(EXPECTED, 24, 26, 24, 12),
        ),
        notes=(Note("note", EMPTY_NOTE, 0, 38, 48, 4),),
        controls=ALERT_CONTROLS,
    ),
    Dashboard(
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
        notes=(Note("note", EMPTY_NOTE, 0, 38, 48, 4),),
        controls=FEED_CONTROLS,
    ),
)

PANELS = {place.panel.id: place.panel for board in DASHBOARDS for place in board.places}
