"""Which stories carry, and what in the watch-list is moving?"""

from __future__ import annotations

from newswatch.model.dashboard import Dashboard, Place
from newswatch.model.panel import ByTerm, Chart, Measure, Op, Panel, Where
from newswatch.panels.catalog.sources import CONTROLS, COUNT, ITEMS, NO_ITEMS, by_hour, note

HEAT = Panel(
    "heat-tag-hour",
    "At which hours does each tag run hot?",
    ITEMS,
    chart=Chart.HEATMAP,
    measures=(COUNT,),
    splits=(by_hour(), ByTerm("tag", "Tag", "tags", 10)),
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

BOARD = Dashboard(
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
    notes=note(45),
    controls=CONTROLS,
)
