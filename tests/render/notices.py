"""Notices for the golden tests: one for each kind of message, and a hostile one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from newswatch.model.notice import KINDS, AlertView, Notice, StoryView
from tests.render.digests import HOSTILE

AT = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
TITLE = "North Korean troops reach Kursk region, NATO says"
STORY = StoryView(
    TITLE,
    "https://news.example/1?a=1&b=2",
    "Reuters",
    "en",
    AT - timedelta(minutes=12),
    ((0, 19), (26, 31)),
    publishers=4,
)
KOREAN = StoryView("북한군 파병", "https://yna.example/2", "Yonhap", "ko", AT - timedelta(minutes=9), ((0, 3),))
EVENT = AlertView(
    "kw/s1", "kw-military", TITLE, "warning", "firing", AT, labels=(("tag", "military"),), stories=(STORY,)
)
SPIKE = AlertView(
    "spike/military/2026-03-02T09:00:00Z",
    "volume-tag",
    "military: far more than usual",
    "critical",
    "firing",
    AT - timedelta(hours=1),
    labels=(("tag", "military"),),
    observed=61,
    expected=24,
    low=18,
    high=31,
    coverage="41 of 44 feeds answered",
    terms=("Kursk", "쿠르스크"),
    stories=(STORY, KOREAN),
    runbook="https://wiki.example/runbooks/volume",
    picture="series-1",
)
EVIL = AlertView(
    HOSTILE,
    HOSTILE,
    HOSTILE,
    HOSTILE,
    "firing",
    AT,
    labels=((HOSTILE, HOSTILE),),
    coverage=HOSTILE,
    terms=(HOSTILE,),
    stories=(StoryView(HOSTILE, "javascript:alert(1)", HOSTILE, "en", AT, ((0, 8), (5, 3), (9, 999))),),
    runbook="javascript:alert(1)",
    note=HOSTILE,
)
ENDED = replace(SPIKE, state="recovered", until=AT)
NEWS = {"recovered": (ENDED,), "summary": (EVENT, ENDED), "silence-summary": (EVENT, SPIKE), "released": (EVENT, ENDED)}

CASES: dict[str, Notice] = {
    **{kind: Notice(kind, NEWS.get(kind, (SPIKE,)), AT, route="ops", zone="Europe/Kyiv") for kind in KINDS},
    "event": Notice("firing", (EVENT,), AT, also=(SPIKE,), route="ops"),
    "many": Notice("firing", tuple(replace(EVENT, id=f"kw/s{n}") for n in range(200)), AT, route="ops"),
    "hostile": Notice("firing", (EVIL,), AT, also=(EVIL,), route="ops"),
    "drill": Notice("firing", (EVENT,), AT, route="drill", drill=True),
}
