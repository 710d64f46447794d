"""A story: all its copies, the thread it belongs to, its revisions and evidence, the alerts that it raised."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from newswatch.desk import firing
from newswatch.desk.answer import HEADERS, MissingError, Page, desk_of, root_of
from newswatch.desk.news import SHOWN, News, carried_of, carried_request, news
from newswatch.desk.setup import Desk
from newswatch.desk.words import segment
from newswatch.detect.thread import thread
from newswatch.index import documents
from newswatch.pipeline.detect_news import observed

COPIES, THREAD = 100, 80
BRIEF = tuple(name for name in SHOWN if name not in ("summary", "revisions", "quality"))
WITHIN = timedelta(hours=72)
LONGEST = 512
Hit = dict[str, Any]


def story(request: Request) -> Page | Response:
    """Four requests: copies with their alerts, who carries it, what shares concept and actor, signals.

    The id of an item that is not the story's first leads to the story.
    """
    desk, name = desk_of(request), request.path_params["name"]
    copies, alerts = _read(desk, name)
    if not copies:
        return item(request)
    carried = carried_of(documents.search(desk.store, desk.store.index("items"), carried_request([name])))
    shown = [news(hit, carried) for hit in copies]
    lead = next((one for one in shown if one.lead), shown[0])
    others = _thread(desk, copies, lead)
    values = {
        "lead": lead,
        "copies": shown,
        "more": len(copies) == COPIES,
        "alerts": firing.shown(desk.store, alerts, {}),
        "thread": others,
        "concepts": sorted({concept for one in shown for concept in one.concepts}),
        "actors": sorted({actor for one in shown for actor in one.actors}),
    }
    return Page("story.html", values)


def item(request: Request) -> Response:
    """An item's address leads to its story, where it stands among the copies."""
    desk, name = desk_of(request), request.path_params["name"]
    request_ = {"query": {"ids": {"values": [name[:LONGEST]]}}, "_source": ["story.id"], "size": 1}
    hits = documents.search(desk.store, desk.store.index("items"), request_)["hits"]["hits"]
    if not hits:
        raise MissingError(f"Nothing is known of {name[:80]}; it may be older than what is kept")
    target = f"{root_of(request)}/stories/{segment(hits[0]['_source']['story']['id'])}#{segment(name)}"
    return RedirectResponse(target, 303, HEADERS)


def _read(desk: Desk, name: str) -> tuple[list[Hit], list[Hit]]:
    copies = {
        "query": {"bool": {"filter": [{"term": {"story.id": name[:LONGEST]}}]}},
        "sort": [{"event.created": "asc"}],
        "size": COPIES,
        "_source": list(SHOWN),
    }
    alerts = {
        "query": {"bool": {"filter": [{"term": {"story": name[:LONGEST]}}]}},
        "sort": [{"@timestamp": "desc"}],
        "size": 20,
    }
    found = documents.multi(desk.store, [(desk.store.index("items"), copies), (desk.store.index("alerts"), alerts)])
    return found[0]["hits"]["hits"], found[1]["hits"]["hits"]


def _thread(desk: Desk, copies: Sequence[Hit], lead: News) -> list[News]:
    """Other stories that share a concept and an actor with this one, three days before it to three days after it."""
    mine = [observed(hit["_id"], hit["_source"]) for hit in copies]
    first = min(mine, key=lambda one: one.at)
    if not (first.concepts and first.actors and first.tags):
        return []
    until = first.at + WITHIN
    near = {"range": {"event.created": {"gte": (first.at - WITHIN).isoformat(), "lte": until.isoformat()}}}
    shared = [{"terms": {name: list(getattr(first, name))}} for name in ("concepts", "actors", "tags")]
    request = {
        "query": {
            "bool": {"filter": [near, *shared], "must_not": [{"term": {"story.id": lead.story}}]},
        },
        "sort": [{"event.created": "desc"}],
        "size": THREAD,
        "_source": list(BRIEF),
        "track_total_hits": False,
    }
    hits = documents.search(desk.store, desk.store.index("items"), request)["hits"]["hits"]
    by_id = {hit["_id"]: hit for hit in hits}
    probe = dataclasses.replace(first, at=until)
    members = thread(probe, [observed(name, hit["_source"]) for name, hit in by_id.items()], 2 * WITHIN)
    leads: dict[str, News] = {}
    for one in members:
        if one.id in by_id:
            leads.setdefault(one.story, news(by_id[one.id]))
    return list(leads.values())
