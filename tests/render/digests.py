"""Digests for the golden tests: a normal day, an empty one, an outage, a hostile one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from newswatch.digest.rank import compose
from newswatch.digest.schedule import due
from newswatch.model.digest import Coverage, Digest, Facts, Fired, KeptBack, New, Novelty, Report, Trouble, Volume
from newswatch.model.digest_plan import DigestSpec, Due, Sent, Window

UNTIL = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
WINDOW = Window(UNTIL - timedelta(days=1), UNTIL)
SPEC = DigestSpec(id="morning", recipients=("mail",), zone="Europe/Amsterdam", tags=("military", "sanctions"))
HOSTILE = "<script>alert(1)</script> <!channel> <@U123> *b* & \u202egnp.exe\r\nBcc: x@evil.example {{ 7*7 }} ]]> %s"


def report(number: int, title: str, **given: object) -> Report:
    base = Report(
        id=f"s{number}",
        title=title,
        url=f"https://news.example/{number}?a=1&b=2",
        language="en",
        publishers=("Reuters", "Yonhap"),
        languages=("en",),
        families=2,
        tags=("military",),
        concepts=("troop-movement",),
        actors=("north-korea", "russia"),
        first_seen=UNTIL - timedelta(hours=number),
    )
    return replace(base, **given)  # type: ignore[arg-type]


def volume(tag: str, total: int, expected: float | None) -> Volume:
    times = tuple(WINDOW.since + timedelta(hours=hour) for hour in range(24))
    observed = tuple(float(total // 24 + (total % 24 if hour == 8 else 0)) for hour in range(24))
    return Volume(tag, times, observed, (0.0,) * 24, (3.0,) * 24, expected)


COVERAGE = Coverage(
    feeds=44,
    answered=41,
    failed=2,
    stale=1,
    origins=(("live", 212), ("backfill", 9)),
    languages=(("en", 120), ("ko", 60), ("ru", 41)),
    trouble=(
        Trouble("kcna", "failed", "the server answered 503 at 05:40"),
        Trouble("tass-en", "silent", "no new item for 3 days, usually one every 10 minutes"),
    ),
)
REPORTS = (
    report(
        1,
        "North Korean troops reach Kursk region, NATO says",
        families=7,
        severity=3,
        new=("pair nato + north-korea",),
        quote="Some 3,000 soldiers have arrived.",
    ),
    report(
        2,
        "북한, 탄도미사일 발사",
        language="ko",
        languages=("ko", "en", "ja"),
        publishers=("Yonhap", "KBS", "NHK", "Reuters", "AP"),
        families=5,
        concepts=("missile-launch",),
        actors=("north-korea",),
    ),
    report(
        3,
        "EU adopts 21st sanctions package",
        tags=("sanctions",),
        families=4,
        concepts=("sanction",),
        actors=("eu",),
        continues=("EU proposes package", None),
    ),
    report(
        4,
        "Kremlin calls exercise routine",
        concepts=("exercise",),
        actors=("russia",),
        publishers=("TASS",),
        families=1,
        state_media=True,
    ),
    report(
        5,
        "Tanker held off Kotka",
        concepts=("tanker",),
        actors=("finland",),
        tags=("sanctions",),
        families=2,
        severity=1,
    ),
)
NORMAL = Facts(
    REPORTS,
    (volume("military", 61, 24.0), volume("sanctions", 24, 22.0)),
    (New(Novelty.PAIR, "nato + north-korea", REPORTS[0].title, REPORTS[0].url, ("military",)),),
    (Fired("a1", "spike", "military: 61 stories where 24 are usual", "critical",
           UNTIL - timedelta(hours=9), "recovered", UNTIL - timedelta(hours=3), tags=("military",)),),
    (KeptBack("throttled", 12, ((REPORTS[0].title, REPORTS[0].url),)),
     KeptBack("held", 2, (("Tanker held off Kotka", REPORTS[4].url), ("military: 31 stories", None))),
     KeptBack("failed", 1, (("slack-ops: channel_not_found", None),))),
    COVERAGE,
)  # fmt: skip
NOTHING = Facts(
    (), (volume("military", 0, 24.0), volume("sanctions", 0, 22.0)), (), (), (), replace(COVERAGE, trouble=())
)
OUTAGE = replace(
    NORMAL,
    coverage=replace(
        COVERAGE, answered=12, failed=32, gaps=((UNTIL - timedelta(hours=12), UNTIL - timedelta(hours=5)),)
    ),
)
EVIL = Facts(
    (report(1, HOSTILE, url="javascript:alert(1)", publishers=(HOSTILE,), continues=(HOSTILE, "data:x")),
     report(2, HOSTILE, url='https://evil.example/"onmouseover=alert(1)|<x>')),
    (),
    (New(Novelty.TERM, HOSTILE, HOSTILE, "javascript:alert(1)"),),
    (Fired("a1", HOSTILE, HOSTILE, "critical", UNTIL, "firing"),),
    (KeptBack("throttled", 1, ((HOSTILE, "javascript:alert(1)"),)), KeptBack("held", 1, ((HOSTILE, 'https://e.example/"<'),))),
    replace(COVERAGE, trouble=(Trouble(HOSTILE, "failed", HOSTILE),)),
)  # fmt: skip


def due_at(now: datetime, *known: Sent) -> Due:
    """The digest that the schedule asks for at ``now``."""
    (one,) = due([SPEC], known, now)
    return one


def told(until: datetime) -> Sent:
    return Sent("morning", "mail", until)


def at(one: Due, facts: Facts) -> Digest:
    """A digest of another day: the same stories, as long after its window's begin."""
    shift = one.window.until - UNTIL
    reports = tuple(replace(story, first_seen=story.first_seen + shift) for story in facts.reports)
    gaps = tuple((since + shift, until + shift) for since, until in facts.coverage.gaps)
    moved = replace(facts, reports=reports, fired=(), coverage=replace(facts.coverage, gaps=gaps))
    return compose(SPEC, one.window, moved, late=one.late)


SPRING, AUTUMN = datetime(2026, 3, 29, 5, 0, tzinfo=UTC), datetime(2026, 10, 25, 6, 0, tzinfo=UTC)
MARK = Sent("morning", "mail", UNTIL - timedelta(hours=5), told=False)
YOUNG = replace(
    NORMAL,
    new=(),
    fired=(),
    kept_back=(),
    watched=0,
    coverage=replace(COVERAGE, gaps=((WINDOW.since, UNTIL - timedelta(hours=5)),)),
)
MISSED = due_at(UNTIL + timedelta(days=3, hours=4), told(UNTIL))
CASES: dict[str, Digest] = {
    "normal": compose(SPEC, WINDOW, NORMAL, late=False),
    "empty": compose(SPEC, WINDOW, NOTHING, late=False),
    "outage": compose(SPEC, WINDOW, OUTAGE, late=False),
    "spring-forward": at(due_at(SPRING, told(SPRING - timedelta(hours=23))), NORMAL),
    "fall-back": at(due_at(AUTUMN, told(AUTUMN - timedelta(hours=25))), NORMAL),
    "first-deployment": compose(SPEC, due_at(UNTIL, MARK).window, YOUNG, late=due_at(UNTIL, MARK).late),
    "late-catch-up": at(MISSED, OUTAGE),
    "hostile": compose(SPEC.model_copy(update={"title": HOSTILE[:100]}), WINDOW, EVIL, late=False),
}
