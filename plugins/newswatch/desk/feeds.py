"""Feeds: how each is, those in trouble first; and what one address would bring."""

from __future__ import annotations

from collections import Counter
from typing import Any

from fastapi import Request, Response

from newswatch import jobs
from newswatch.desk import acts
from newswatch.desk.answer import HEADERS, Page, desk_of
from newswatch.index.feeds import all_states
from newswatch.pipeline.feeds import of_this_list, rows
from newswatch.render import environment as env

SHOWN = 100
STATES = ("all", "trouble")


def feeds(request: Request) -> Page:
    """One or two requests: the states of all feeds."""
    desk = desk_of(request)
    states = all_states(desk.store)
    specs = desk.feeds if desk.where.feeds else of_this_list(desk.feeds, states)
    found = [{**row, "reason": reason(row)} for row in rows(specs, states, desk.clock())]
    trouble = [row for row in found if row["reason"]]
    only = request.query_params.get("show", "all") == "trouble"
    listed = trouble if only else found
    everything = request.query_params.get("rows") == "all"
    values = {
        "rows": listed if everything else listed[:SHOWN],
        "more": 0 if everything else max(0, len(listed) - SHOWN),
        "statuses": Counter(str(row["status"]) for row in found).most_common(),
        "count": len(found),
        "troubled": len(trouble),
        "only": only,
    }
    return Page("feeds.html", values)


def reason(row: dict[str, Any]) -> str:
    """What is the matter with a feed, in one line; empty when nothing is."""
    if row["error"]:
        return str(row["error"])
    if row["damage"]:
        return f"it was damaged: {row['damage']}"
    if row["empty"]:
        return "it answers, and holds no entry"
    return "it has brought nothing new for much longer than usual" if row["stale"] else ""


def test(request: Request, form: acts.Form) -> Response:
    """Fetch an address once, as a poll would, and show what would be stored. Stores nothing."""
    desk = desk_of(request)
    address = form.one("url").strip()
    now = desk.clock()
    spec, trial = jobs.try_feed(desk.where, address, now)
    values = {
        "address": address,
        "state": trial.state,
        "format": trial.format,
        "answer": trial.answer,
        "alternate": trial.alternate,
        "items": trial.items[:30],
        "count": len(trial.items),
        "spec": spec,
    }
    return Response(env.render("desk/trial.html", **values), 200, HEADERS, "text/html; charset=utf-8")
