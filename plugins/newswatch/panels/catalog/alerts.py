"""What fired, did it arrive, and if not, why?"""

from __future__ import annotations

from newswatch.model.dashboard import Control, Dashboard, Place
from newswatch.model.panel import ByTerm, ByTime, Chart, Measure, Op, Panel, Where
from newswatch.panels.catalog.sources import ALERTS, COUNTS, LEDGER, NO_ALERTS, NO_COUNTS, OUTBOX, by_hour, note

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
    splits=(by_hour(), ByTerm("severity", "Severity", "severity", 5)),
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
    splits=(by_hour(),),
    # the first word about an alert: repeats and recoveries are late by nature
    where=(Where("state", ("sent",)), Where("kind", ("firing",))),
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
    "Did the busiest series leave what the detector expected (its own buckets and band)?",
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
    # a note says that there is not enough history: such a bucket has no band to speak of
    where=(Where("note", ("",)),),
    empty=NO_COUNTS,
    unit="counted",
)

CONTROLS = (
    Control("tag", "Tag", "alerts", "tags"),
    Control("severity", "Severity", "alerts", "severity"),
    Control("rule", "Rule", "alerts", "rule.name"),
)
BOARD = Dashboard(
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
    notes=note(38),
    controls=CONTROLS,
)
