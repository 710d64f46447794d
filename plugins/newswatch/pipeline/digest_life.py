"""What a digest tells of newswatch itself: alerts and how they ended, what was kept back, how much, and coverage."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from newswatch.alert import shelf
from newswatch.digest.gaps import STEP, answering, gaps
from newswatch.index import documents, feeds
from newswatch.index.client import Store
from newswatch.index.counts import Point, read_series, usual
from newswatch.index.signals import signal
from newswatch.index.state import cursor
from newswatch.model.alert import SEVERITIES
from newswatch.model.book import Alert
from newswatch.model.digest import Coverage, Fired, KeptBack, Trouble
from newswatch.model.digest import Volume as Told
from newswatch.model.digest_plan import Window
from newswatch.model.feed import FeedSpec, FeedState, FeedStatus
from newswatch.model.rules import Rule, Volume
from newswatch.model.signal import Signal
from newswatch.pipeline.digest_news import News, between
from newswatch.pipeline.views import view

ALERTS, STORIES = 200, 10_000  # of each severity: read whole, and stories of
EXAMPLES = 10
MUTED = ("silenced", "inhibited")
KEPT_WORDS = ("held", "throttled", *MUTED)
#: how long after a window the feeds' states still tell of it
SETTLED = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Life:
    """Alerts of the window, the severities (1 to 3) they gave to stories, what was kept back, documents refused.

    ``fired`` are the most severe alerts, ``unread`` is how many more there were.
    """

    fired: tuple[Fired, ...]
    unread: int
    severities: Mapping[str, int]
    kept_back: tuple[KeptBack, ...]
    refused: int


def read(store: Store, window: Window, tags: Sequence[str] = ()) -> Life:
    """Alerts (of ``tags`` only, when there are any) and their ledger, in two requests."""
    asked = [("ledger", _ledger(window)), ("outbox", _failed(window)), ("dead-letter", _refused(window))]
    asked += [("alerts", _alerts(window, severity, tags)) for severity in reversed(SEVERITIES)]
    requests = [(store.index(name), request) for name, request in asked]
    ledger, failed, refused, *alerts = documents.multi(store, requests)
    found = [hit["_source"] for answer in alerts for hit in answer["hits"]["hits"]][:ALERTS]
    # without any index there are no aggregations either
    words = ledger.get("aggregations", {"words": {"buckets": []}})["words"]["buckets"]
    names = {name for one in found for name in one["value"]["signals"][:1]}
    names |= {hit["_id"] for bucket in words for hit in bucket["examples"]["hits"]["hits"]}
    index = store.index("signals")
    read_ = documents.mget(store, [(index, name) for name in sorted(names)])
    signals = {name: signal(one.source["value"]) for name, one in read_.items()}
    kept = [_kept(bucket, signals) for bucket in words]
    return Life(
        tuple(_fired(one, signals) for one in found),
        sum(answer["hits"]["total"]["value"] for answer in alerts) - len(found),
        _severities(alerts),
        (*kept, *_undelivered(failed)),
        refused["hits"]["total"]["value"],
    )


def volumes(
    store: Store, rules: Iterable[Rule], window: Window, tags: Sequence[str]
) -> tuple[tuple[Told, ...], dict[datetime, int]]:
    """Each tag's stories against what the detector expected, and how many feeds answered in each of its buckets."""
    chosen = (r for r in rules if isinstance(r, Volume) and r.enabled and r.direction == "spike")
    rule = next((r for r in chosen if r.by == ("tag",) and not r.where.model_dump(exclude_defaults=True)), None)
    found = read_series(store, rule.id, window.since, window.until, keys=tags) if rule else {}
    answered: dict[datetime, int] = {}
    for point in (one for points in found.values() for one in points):
        answered[point.bucket] = max(point.feeds, answered.get(point.bucket, 0))
    return tuple(_volume(tag, found.get(tag, ()), window) for tag in tags), answered


def coverage(
    store: Store, specs: Sequence[FeedSpec], news: News, window: Window, answered: Mapping[datetime, int], now: datetime
) -> Coverage:
    """Which feeds answered, and when none did. ``answered`` adds to what the last passes of detection saw."""
    states = feeds.all_states(store)
    enabled = [spec.id for spec in specs if spec.enabled]
    known = {name: states[name] for name in enabled if name in states}
    good = [one for one in known.values() if answering(one, window)]
    trouble = tuple(sorted(_troubles(known, window, now), key=lambda one: (one.what, one.feed)))
    seen, _ = cursor(store, "detect")
    every = dict(answered)
    for bucket, (count, _feeds) in seen.get("coverage", {}).items():
        at = datetime.fromtimestamp(int(bucket), UTC)
        every[at] = max(count, every.get(at, 0))
    return Coverage(
        len(enabled),
        len(good),
        sum(one.what == "failed" for one in trouble),
        sum(one.what == "silent" for one in trouble),
        news.origins,
        news.languages,
        trouble,
        gaps(every, window),
        asof=now if now - window.until > SETTLED else None,
    )


def _alerts(window: Window, severity: str, tags: Sequence[str]) -> dict[str, Any]:
    """Alerts that began or ended in the window, and states that lasted through it; the stories of all of them."""
    begun, ended = (between(name, window.since, window.until) for name in ("@timestamp", "ended"))
    through = {
        "filter": [{"term": {"kind": "state"}}, {"range": {"@timestamp": {"lt": window.until.isoformat()}}}],
        "must_not": [{"range": {"ended": {"lt": window.since.isoformat()}}}],
    }
    query = {
        "should": [begun, ended, {"bool": through}],
        "minimum_should_match": 1,
        # what was muted is told among what was kept back
        "must_not": [{"term": {"drill": True}}, {"terms": {"state": ["pending", *MUTED]}}],
        "filter": [{"term": {"severity": severity}}, *([_about(tags)] if tags else [])],
    }
    return {
        "query": {"bool": query},
        "size": ALERTS,
        "sort": [{"@timestamp": "desc"}],
        "track_total_hits": True,
        "aggs": {"stories": {"terms": {"field": "story", "size": STORIES}}},
    }


def _about(tags: Sequence[str]) -> dict[str, Any]:
    """What ``_tags`` calls theirs, and what has none: alerts about newswatch itself."""
    labelled, tagged = ({"exists": {"field": name}} for name in ("labels.tag", "tags"))
    mine = {"must_not": [labelled], "filter": [{"terms": {"tags": list(tags)}}]}
    none = {"must_not": [labelled, tagged]}
    return {"bool": {"should": [{"terms": {"labels.tag": list(tags)}}, {"bool": mine}, {"bool": none}]}}


def _ledger(window: Window) -> dict[str, Any]:
    words = {"terms": {"field": "word", "size": len(KEPT_WORDS)}}
    examples = {"top_hits": {"size": EXAMPLES, "sort": [{"@timestamp": "desc"}], "_source": ["alert", "rule.name"]}}
    query = {"filter": [between("@timestamp", window.since, window.until), {"terms": {"word": list(KEPT_WORDS)}}]}
    return {"query": {"bool": query}, "size": 0, "aggs": {"words": {**words, "aggs": {"examples": examples}}}}


def _failed(window: Window) -> dict[str, Any]:
    query = {"filter": [{"term": {"state": "failed"}}, between("sent", window.since, window.until)]}
    return {
        "query": {"bool": query},
        "size": EXAMPLES,
        "sort": [{"sent": "desc"}],
        "_source": ["channel", "error"],
        "track_total_hits": True,
    }


def _refused(window: Window) -> dict[str, Any]:
    """Documents that the store did not take; refused deliveries, which lie beside them, are told as such."""
    query = {"filter": [{"term": {"kind": "refused-document"}}, between("@timestamp", window.since, window.until)]}
    return {"query": {"bool": query}, "size": 0, "track_total_hits": True}


def _severities(answers: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """Story → the highest severity of its alerts. ``answers`` are those about each severity, the highest first."""
    found: dict[str, int] = {}
    for number, answer in enumerate(answers):
        for bucket in answer.get("aggregations", {}).get("stories", {}).get("buckets", ()):
            found.setdefault(bucket["key"], len(SEVERITIES) - number)
    return found


def _fired(source: Mapping[str, Any], signals: Mapping[str, Signal]) -> Fired:
    alert = shelf.back(Alert, source["value"])
    found = next((signals[name] for name in alert.signals if name in signals), None)
    shown = view(alert, found)
    url = shown.stories[0].url if shown.stories else None
    return Fired(
        alert.id,
        source["title"],
        shown.title,
        alert.severity,
        alert.start,
        _how(alert, source["state"], shown.state),
        alert.ended,
        url,
        _tags(alert.tags, alert.labels),
    )


def _how(alert: Alert, word: str, shown: str) -> str:
    """How it ended; an event that reached nobody is not called told."""
    if alert.state:
        return "still firing" if shown == "firing" else shown
    if word == "waiting":
        return "told by this digest" if alert.carried else "not told yet"
    if word == "told" and not alert.heard:
        return "undeliverable" if all(one.refused for one in alert.told.values()) else "not delivered yet"
    return word


def _tags(tags: tuple[str, ...], labels: Mapping[str, str]) -> tuple[str, ...]:
    """A spike of one tag is that tag's, whatever else its stories are tagged with."""
    return (labels["tag"],) if "tag" in labels else tags


def _kept(bucket: Mapping[str, Any], signals: Mapping[str, Signal]) -> KeptBack:
    examples: dict[str, tuple[str, str | None]] = {}
    for hit in bucket["examples"]["hits"]["hits"]:
        source, found = hit["_source"], signals.get(hit["_id"])
        title, url = (found.stories[0].title, found.stories[0].url) if found and found.stories else ("", None)
        examples.setdefault(source["alert"], (title or source["rule"]["name"], url))
    return KeptBack(bucket["key"], bucket["doc_count"], tuple(examples.values()))


def _undelivered(answer: Mapping[str, Any]) -> Iterable[KeptBack]:
    count = answer["hits"]["total"]["value"]
    errors = [hit["_source"] for hit in answer["hits"]["hits"]]
    if count:
        said = dict.fromkeys(f"{one['channel']}: {one.get('error') or 'refused'}" for one in errors)
        yield KeptBack("failed", count, tuple((text, None) for text in said))


def _volume(tag: str, points: Sequence[Point], window: Window) -> Told:
    judged = [point for point in points if not point.note]
    buckets = (window.until - window.since) / STEP
    return Told(
        tag,
        tuple(point.bucket for point in points),
        tuple(point.observed for point in points),
        tuple(None if point.note else point.low for point in points),
        tuple(None if point.note else point.high for point in points),
        usual(sum(point.expected for point in judged), len(judged), buckets),
    )


def _troubles(states: Mapping[str, FeedState], window: Window, now: datetime) -> Iterable[Trouble]:
    for name, state in states.items():
        if state.status in (FeedStatus.FAILED, FeedStatus.GONE):
            since = f" since {state.last_success:%Y-%m-%d %H:%M}" if state.last_success else ", never answered yet"
            yield Trouble(name, "failed", f"{state.error or state.status}{since}")
        elif state.stale:
            last = f"nothing new since {state.last_new_item:%Y-%m-%d %H:%M}" if state.last_new_item else "nothing new"
            yield Trouble(name, "silent", last)
