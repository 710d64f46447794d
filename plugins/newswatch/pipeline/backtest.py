"""Stored history through detection and the alert life cycle, on the event clock, by the code that runs live."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from newswatch.alert.replay import Case, play
from newswatch.detect.look import Band
from newswatch.detect.memory import STEP, Memories, floor
from newswatch.detect.replay import replay
from newswatch.index import documents
from newswatch.index.client import Store
from newswatch.model.alert import LifeCycle
from newswatch.model.observed import Observed
from newswatch.model.rules import Rule
from newswatch.model.signal import Coverage, Kind, Signal
from newswatch.pipeline.detect import rebuild
from newswatch.pipeline.detect_news import FIELDS, PAGE, observed
from newswatch.pipeline.watch import act_of

#: history before the span that teaches baselines without a word
LEAD_IN = timedelta(days=28)
TICK = timedelta(minutes=5)
FOREVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class History:
    """What was stored: items in order, coverage per bucket, and the span that is asked about."""

    items: Sequence[Observed]
    coverage: dict[int, Coverage]
    since: datetime
    until: datetime

    @property
    def weeks(self) -> float:
        """The length of the span."""
        return max((self.until - self.since) / timedelta(weeks=1), 1 / 7)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What rules would have said of a history: signals within the span, and the messages that people would have got."""

    signals: tuple[Signal, ...]
    messages: tuple[dict[str, Any], ...]
    ledger: dict[str, str]

    def per_rule(self) -> dict[str, int]:
        """Events and openings of states per rule."""
        return dict(Counter(signal.rule for signal in self.signals if signal.kind is not Kind.UNDER))


def read_history(store: Store, since: datetime, until: datetime) -> History:
    """Read the items of the span and of the lead-in before it."""
    documents.refresh(store, store.index("items"), store.index("counts"))
    first = since - LEAD_IN
    search = {
        "query": {"range": {"event.created": {"gte": first.isoformat(), "lt": until.isoformat()}}},
        "sort": [{"event.created": "asc"}, {"_seq_no": "asc"}],
        "_source": FIELDS,
    }
    pages = documents.pages(store, search, store.index("items"), PAGE)
    items = [observed(found.id, found.source) for page in pages for found in page]
    return History(items, _coverage(store, first, until), since, until)


def run(history: History, rules: Sequence[Rule], life: LifeCycle) -> Outcome:
    """Replay the history through ``rules`` and ``life``."""
    begun = history.items[0].at if history.items else history.since
    start = min(max(begun, history.since - LEAD_IN), history.since)
    signals: dict[str, Signal] = {}
    for _, found in replay(rules, history.items, (start, history.until), coverage=history.coverage):
        for signal in found.signals:
            if history.since <= signal.at < history.until and signal.origin == "live":
                signals.setdefault(signal.id, signal)
    ordered = tuple(sorted(signals.values(), key=lambda signal: (signal.at, signal.id)))
    acts = tuple(act_of(signal) for signal in ordered)
    told = play(Case(life, history.since, history.until, TICK, acts))
    return Outcome(ordered, tuple(told["messages"]), told["ledger"])


def rebuild_counts(store: Store, rules: Sequence[Rule], now: datetime) -> int:
    """Make all counts and baselines anew from the stored items, as after these were tagged anew. Says from how many.

    Judged buckets are rewritten where the replay knows what to expect; its first days keep theirs.
    """
    history = read_history(store, now, now)
    memories, bands = Memories(), dict[tuple[str, str, int], Band]()
    if history.items:
        for _, found in replay(rules, history.items, (history.items[0].at, now), memories, history.coverage):
            bands |= {(band.rule, band.key, band.bucket): band for band in found.bands if not band.note}
        rebuild(store, rules, (memories, bands.values()), now)
    return len(history.items)


def difference(old: Iterable[Signal], new: Iterable[Signal]) -> tuple[list[Signal], list[Signal]]:
    """What the new rules add and what they take away.

    An event is the same by rule, split value and story; a state when its episodes overlap, so that one which is merely
    found sooner or later is neither.
    """
    before, after = list(old), list(new)
    return _lacking(after, before), _lacking(before, after)


def _lacking(some: Sequence[Signal], others: Sequence[Signal]) -> list[Signal]:
    """Events and openings of ``some`` that ``others`` do not have."""
    stories = {(one.rule, one.key, one.story) for one in others if one.kind is Kind.EVENT}
    held, mine = _episodes(others), _episodes(some)
    found = []
    for one in some:
        if one.kind is Kind.EVENT and (one.rule, one.key, one.story) not in stories:
            found.append(one)
        elif one.kind is Kind.OVER:
            end = mine[one.rule, one.key][one.start]
            there = held.get((one.rule, one.key), {}).items()
            if not any(start < end and one.start < until for start, until in there):
                found.append(one)
    return found


def _episodes(signals: Sequence[Signal]) -> dict[tuple[str, str], dict[datetime, datetime]]:
    """Per rule and split value the starts of states, and when each ended (if it did)."""
    found: dict[tuple[str, str], dict[datetime, datetime]] = {}
    for one in signals:
        if one.kind is not Kind.EVENT:
            ends = found.setdefault((one.rule, one.key), {})
            ends[one.start] = one.at if one.kind is Kind.UNDER else ends.get(one.start, FOREVER)
    return found


def _coverage(store: Store, since: datetime, until: datetime) -> dict[int, Coverage]:
    """How many feeds answered in each bucket, as the judged buckets say; unknown before the first of them."""
    request = {
        "size": 0,
        "query": {"range": {"@timestamp": {"gte": since.isoformat(), "lt": until.isoformat()}}},
        "aggs": {
            "at": {
                "date_histogram": {"field": "@timestamp", "fixed_interval": f"{STEP}s", "min_doc_count": 1},
                "aggs": {"feeds": {"max": {"field": "feeds"}}},
            }
        },
    }
    answer = documents.search(store, store.index("counts"), request)
    rows = answer.get("aggregations", {}).get("at", {}).get("buckets", [])
    known = {floor(row["key"] / 1000): int(row["feeds"]["value"]) for row in rows if row["feeds"]["value"] is not None}
    most = max(known.values(), default=0)
    return {at: Coverage(answered, most) for at, answered in known.items()}
