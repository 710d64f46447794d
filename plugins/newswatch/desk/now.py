"""Now: what is firing, how much is reported against what is usual, the newest stories of each tag."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from fastapi import Request

from newswatch.desk import charts, firing
from newswatch.desk.answer import Page, desk_of
from newswatch.desk.news import SHOWN, News, carried_of, carried_request, news
from newswatch.desk.setup import Desk
from newswatch.index import documents

STORIES = 5
ALERTS = 60
TAGS = 12
NEWEST = timedelta(days=7)
LATELY = timedelta(hours=24)


def now(request: Request) -> Page:
    """Three requests: one of several searches, the signals behind the alerts, who carries the stories."""
    desk = desk_of(request)
    moment = desk.clock()
    span = request.query_params.get("span", "24h")
    span = span if span in charts.SPANS else "24h"
    rule = charts.volume_rule(desk.rules)
    tags = desk.watchlist.tags[:TAGS]
    searches = [
        ("alerts", _alerts(moment)),
        ("state", firing.asked_request(moment)),
        ("feeds", {"size": 0, "aggs": {"status": {"terms": {"field": "status", "size": 10}}}}),
        *(("items", _newest(tag.id, moment)) for tag in tags),
    ]
    if rule is not None:
        searches.append(("counts", charts.volume_request(desk.store.namespace, rule, span, moment)))
    answers = documents.multi(desk.store, [(desk.store.index(name), search) for name, search in searches])
    alerts = firing.shown(desk.store, answers[0]["hits"]["hits"], firing.asked_of(answers[1]))
    open_ = firing.by_worth(one for one in alerts if one.state in firing.OPEN)
    volumes = charts.volumes(rule, span, answers[-1]) if rule is not None else {}
    values = {
        "firing": open_,
        "told": [one for one in alerts if one.state not in firing.OPEN][:10],
        "span": span,
        "spans": tuple(charts.SPANS),
        "volumes": [(tag, volumes.get(tag.id)) for tag in tags],
        "counted": rule is not None,
        "stamp": f"{moment:%Y%m%d%H}{moment.minute // 15}",
        "tags": list(zip(tags, _stories(desk, answers[3 : 3 + len(tags)]), strict=True)),
        "feeds": _answering(answers[2]),
    }
    return Page("now.html", values)


def _alerts(moment: datetime) -> dict[str, Any]:
    lately = {"range": {"@timestamp": {"gte": (moment - LATELY).isoformat()}}}
    either = [{"terms": {"state": list(firing.OPEN)}}, lately]
    return {
        "query": {"bool": {"filter": [{"bool": {"should": either}}], "must_not": [{"term": {"drill": True}}]}},
        "sort": [{"@timestamp": "desc"}],
        "size": ALERTS,
        "track_total_hits": False,
    }


def _newest(tag: str, moment: datetime) -> dict[str, Any]:
    since = {"range": {"@timestamp": {"gte": (moment - NEWEST).isoformat(), "lte": moment.isoformat()}}}
    return {
        "query": {
            "bool": {"filter": [{"term": {"tags": tag}}, since], "must_not": [{"term": {"story.lead": False}}]},
        },
        "sort": [{"@timestamp": "desc"}],
        "size": STORIES,
        "_source": list(SHOWN),
        "track_total_hits": False,
    }


def _stories(desk: Desk, answers: list[dict[str, Any]]) -> list[list[News]]:
    hits = [answer["hits"]["hits"] for answer in answers]
    names = [hit["_source"]["story"]["id"] for group in hits for hit in group]
    carried = (
        carried_of(documents.search(desk.store, desk.store.index("items"), carried_request(names))) if names else {}
    )
    return [[news(hit, carried) for hit in group] for group in hits]


def _answering(answer: Mapping[str, Any]) -> tuple[int, int]:
    """How many feeds answered at their last poll, of how many."""
    buckets = answer.get("aggregations", {}).get("status", {}).get("buckets", [])
    counts = {bucket["key"]: bucket["doc_count"] for bucket in buckets}
    return counts.get("ok", 0) + counts.get("unchanged", 0), sum(counts.values()) - counts.get("paused", 0)
