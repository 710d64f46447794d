"""A small world for the desk: news in many scripts, alerts made by real watch runs, feeds in trouble, hostile text."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from newswatch import daily, jobs
from newswatch.config.everything import load_alerting
from newswatch.detect.look import Band
from newswatch.index import digests, documents, items
from newswatch.index.client import Store
from newswatch.index.counts import band_write
from newswatch.index.feeds import write_states
from newswatch.index.signals import signal_write
from newswatch.index.templates import ensure, monthly
from newswatch.model.digest_plan import Window
from newswatch.model.feed import Failure, FeedState, FeedStatus
from newswatch.model.item import Item, Origin, Publisher, Revision, TaggedItem
from newswatch.model.signal import Coverage, Kind, Severity, Signal, StoryRef, signal_id
from newswatch.pipeline import acts
from newswatch.pipeline.link import link
from newswatch.tag import Tagger

ROOT = Path(__file__).parents[2]
HOSTILE = (
    '"><script>document.title="owned"</script><img src=x onerror="document.title=1">'
    "{{7*7}}{% raw %}</textarea></title>'; javascript:alert(1)//\u202e\u0000<svg onload=alert(1)>"
)
#: id → title, summary, language, publisher
NEWS = {
    "missile": (
        "North Korea fires ballistic missile towards the East Sea",
        "Seoul says it flew 600 km.",
        "en",
        "reuters",
    ),
    "missile-copy": (
        "North Korea fires ballistic missile towards the East Sea",
        "Seoul says it flew 600 km.",
        "en",
        "bbc",
    ),
    "troops": ("North Korean troops reach Kursk, Ukraine says", "Kyiv reports new troop movements.", "en", "kyivpost"),
    "talks": ("Kim Jong Un and Putin hold summit talks in Pyongyang", "A treaty was signed.", "en", "tass"),
    "korean": (
        "북한군이 쿠르스크에 파병됐다고 우크라이나가 밝혔다",
        "북한의 미사일 발사에 대한 성명도 나왔다.",
        "ko",
        "yonhap",
    ),
    "russian": (
        "Россия и КНДР обсудили поставки ракетами и боеприпасами",
        "Санкции обсуждались в Москве.",
        "ru",
        "ria",
    ),
    "chinese": ("朝鲜向俄罗斯派遣军队，北京表示关注", "中国外交部发言人回应。", "zh", "xinhua"),
    "japanese": ("北朝鮮が弾道ミサイルを発射、日本政府が抗議", "防衛省が発表した。", "ja", "nhk"),
    "arabic": ("كوريا الشمالية تطلق صاروخا باليستيا وروسيا ترحب", "بيان من موسكو.", "ar", "aljazeera"),
    "sanction": (
        "EU adopts new sanctions against North Korea and Russia",
        "Banks and ships are listed.",
        "en",
        "euractiv",
    ),
    "idle": ("A quiet day at the market", "Nothing of note.", "en", "local"),
}


def fill(store: Store, now: datetime, folder: Path, *, hostile: bool = True) -> Path:
    """Fill the namespace, with hostile text in every field or without. Returns its configuration, inside ``folder``."""
    config = configuration(folder)
    ensure(store)
    tagger = jobs.tagger(jobs.Where(config=config))
    _items(store, tagger, now, hostile)
    link(store, now)
    _counts(store, now)
    _feeds(store, now, HOSTILE if hostile else "")
    _signals(store, now, hostile)
    acts.silence(
        store,
        {"rule": ("quiet-rule",)},
        "vera",
        now + timedelta(hours=2),
        HOSTILE if hostile else "",
        now - timedelta(minutes=2),
    )
    _digest(store, config, now, HOSTILE if hostile else "")
    watch(store, config, now - timedelta(minutes=1))
    watch(store, config, now)
    documents.refresh(
        store,
        *(
            store.index(name)
            for name in ("items", "counts", "alerts", "ledger", "outbox", "silences", "state", "digests")
        ),
    )
    return config


def watch(store: Store, config: Path, now: datetime) -> None:
    """One watch run."""
    jobs.watch(jobs.Where(store.namespace, config), now, lambda: now)
    documents.refresh(store, *(store.index(name) for name in ("alerts", "ledger", "outbox", "silences", "state")))


def configuration(folder: Path) -> Path:
    """The shipped watch-list and rules with one more rule, and a channel that writes into the folder."""
    config = folder / "config"
    config.mkdir(parents=True)
    for name in ("watchlist", "feeds.yaml", "digests.yaml"):
        (config / name).symlink_to(ROOT / "config" / name)
    rules = (ROOT / "config" / "rules.yaml").read_text()
    (config / "rules.yaml").write_text(
        rules + "  - {id: any-military, type: match, title: Military news, where: {tags: [military]}}\n"
    )
    (config / "channels.yaml").write_text(
        f"channels:\n  - {{id: folder, type: folder, path: {folder / 'messages'}}}\n"
        "routes:\n  - {id: all, to: folder}\n"
    )
    load_alerting(config)
    return config


def _items(store: Store, tagger: Tagger, now: datetime, hostile: bool) -> None:
    made = [
        _item(tagger, store, name, at, *NEWS[name])
        for at, name in ((now - timedelta(minutes=10 + 7 * number), name) for number, name in enumerate(NEWS))
    ]
    if hostile:
        made.append(
            _item(
                tagger,
                store,
                f"hostile {HOSTILE}"[:200],
                now - timedelta(minutes=5),
                f"Russia troops {HOSTILE}",
                HOSTILE,
                "en",
                HOSTILE,
            )
        )
    written = items.write(store, made, now)
    assert len(written.created) == len(made), written


def _item(
    tagger: Tagger, store: Store, name: str, at: datetime, title: str, summary: str, language: str, publisher: str
) -> TaggedItem:
    hostile = title != NEWS.get(name, ("",))[0]
    item = Item(
        id=name,
        index=monthly(store, "items", at),
        feed=publisher[:100],
        feeds=(publisher[:100],),
        url=f"javascript:alert('{name}')" if hostile else f"https://news.example/{name}",
        guid=None,
        title=title,
        summary=summary,
        content=HOSTILE if hostile else "",
        declared_language=language,
        published=at,
        timestamp=at,
        first_seen=at,
        origin=Origin.LIVE,
        publisher=Publisher(publisher[:100], publisher[:100], "KR"),
        revisions=(Revision(at, HOSTILE if hostile else f"Earlier: {title}", HOSTILE if hostile else ""),),
        labels={"note": HOSTILE[:200]},
    )
    return TaggedItem(item, tagger.tag(title, summary, item.content, language))


def _digest(store: Store, config: Path, now: datetime, odd: str) -> None:
    """One digest of the past, as it was sent."""
    made = daily.digest_preview(jobs.Where(store.namespace, config), None, None, now).rendered
    body = replace(made, subject=f"News digest, yesterday {odd}")
    digests.archive(store, "morning", Window(now - timedelta(days=1), now), body, late=False, now=now)


def _counts(store: Store, now: datetime) -> None:
    start = int((now - timedelta(days=7)).timestamp()) // 900 * 900
    writes = []
    for tag in ("military", "sanctions", "diplomacy", "discourse"):
        for number in range(7 * 96):
            usual = 4 + 3 * math.sin(number / 96 * 2 * math.pi)
            seen = float(round(usual + (14 if tag == "military" and number > 7 * 96 - 8 else number % 3)))
            band = Band(
                "tag-spike",
                "v",
                "tag",
                tag,
                start + 900 * number,
                seen,
                usual,
                max(0.0, usual - 3),
                usual + 4,
                0.9 if seen > 12 else 0.1,
                40,
                "history restarting" if tag == "discourse" and number >= 6 * 96 else "",
            )
            writes.append(band_write(store, band))
    documents.bulk(store, writes)


def _feeds(store: Store, now: datetime, odd: str) -> None:
    states = [
        FeedState(
            "good",
            "https://good.example/rss",
            "https://good.example/rss",
            FeedStatus.OK,
            last_success=now,
            last_poll=now,
            items_total=1200,
        ),
        FeedState(
            "broken",
            "https://broken.example/rss",
            "https://broken.example/rss",
            FeedStatus.FAILED,
            Failure.TIMEOUT,
            f"no answer within 20 s {odd}",
            failures=3.0,
            last_poll=now,
        ),
        FeedState(
            "gone",
            "https://gone.example/rss",
            "https://gone.example/rss",
            FeedStatus.GONE,
            Failure.HTTP,
            "the server says 410 Gone",
            failures=1.0,
            last_poll=now,
        ),
        FeedState(
            "damaged",
            "https://damaged.example/rss",
            "https://damaged.example/rss",
            FeedStatus.OK,
            damaged=odd or "cut off after 12 entries",
            title=odd,
            last_success=now,
            last_poll=now,
        ),
    ]
    write_states(store, states)
    documents.refresh(store, store.index("feeds"))


def _signals(store: Store, now: datetime, with_hostile: bool) -> None:
    start = now - timedelta(minutes=30)
    told = [("military", "tag-spike"), *([(HOSTILE[:120], "actor-spike")] if with_hostile else [])]
    for key, rule in told:
        hostile = key != "military"
        found = Signal(
            id=signal_id(rule, key, start, Kind.OVER),
            rule=rule,
            type="volume",
            title=HOSTILE if hostile else "Unusually many stories",
            version="v",
            severity=Severity.CRITICAL,
            kind=Kind.OVER,
            start=start,
            at=start,
            key=key,
            labels=(("tag", key),),
            runbook="javascript:alert(1)" if hostile else None,
            tags=("military",),
            actors=(HOSTILE[:60],) if hostile else ("north-korea",),
            observed=61.0,
            expected=24.0,
            low=18.0,
            high=31.0,
            coverage=Coverage(41, 44),
            stories=(
                StoryRef(
                    "missile",
                    "missile",
                    HOSTILE if hostile else NEWS["missile"][0],
                    "javascript:alert(1)" if hostile else "https://news.example/missile",
                    "reuters",
                    "en",
                    start,
                    2,
                ),
            ),
            terms=(HOSTILE,) if hostile else ("missile",),
            note=HOSTILE if hostile else "",
        )
        documents.bulk(store, [signal_write(store, found, now - timedelta(minutes=3))])
