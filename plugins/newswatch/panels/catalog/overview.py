"""What is being reported, by whom, and is it more than usual?"""

from __future__ import annotations

from newswatch.model.dashboard import Dashboard, Place
from newswatch.model.panel import ByTerm, Chart, Listing, Measure, Panel, Where
from newswatch.panels.catalog.sources import ALERTS, CONTROLS, COUNT, ITEMS, NO_ITEMS, by_hour, note

VOLUME = Panel(
    "volume-by-tag",
    "How much is reported on each tag, hour by hour?",
    ITEMS,
    chart=Chart.AREA,
    measures=(COUNT,),
    splits=(by_hour(), ByTerm("tag", "Tag", "tags", 10)),
    empty=NO_ITEMS,
)
AGAINST_LAST_WEEK = Panel(
    "volume-against-last-week",
    "Is it more than in the week before?",
    ITEMS,
    chart=Chart.LINE,
    measures=(Measure("now", "This week"), Measure("before", "A week earlier", shift="1w")),
    splits=(by_hour(),),
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

BOARD = Dashboard(
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
    notes=note(57),
    controls=CONTROLS,
)
