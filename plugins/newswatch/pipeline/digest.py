"""Digests: built from the store, kept as they are, put into the outbox for each recipient, remembered in the ledger.

A window's digest is archived before it is sent, so that whoever gets it later gets the same. Deliveries have
deterministic ids and the ledger is written after the outbox: a crash at any line repeats nothing and loses nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from newswatch.digest import schedule, stories
from newswatch.digest.gaps import STEP
from newswatch.digest.rank import compose, detailed
from newswatch.errors import DeliveryError
from newswatch.index import digests, documents
from newswatch.index.client import Store
from newswatch.model.alert import Message
from newswatch.model.digest import Digest, Facts, Volume
from newswatch.model.digest_plan import DigestSpec, Due, Sent, Window
from newswatch.model.envelope import Envelope
from newswatch.model.feed import FeedSpec
from newswatch.model.rendered import Image, Links, Rendered
from newswatch.model.rules import Rule
from newswatch.panels import chart
from newswatch.pipeline import digest_life, digest_news, outbox, send
from newswatch.pipeline.digest_news import News
from newswatch.pipeline.outbox import Recipient
from newswatch.render.digest import digest as render
from newswatch.render.digest import usual

KIND = "digest"
SEARCHED = ("items", "signals", "alerts", "ledger", "outbox", "counts", "dead-letter")
STATE_MEDIA = "state-media"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Sources:
    """What digests are built from: the store and the configuration. ``tags`` are the watch-list's, in its order."""

    store: Store
    feeds: Sequence[FeedSpec]
    rules: Sequence[Rule]
    tags: Sequence[str]
    links: Links


@dataclass(frozen=True, slots=True)
class DigestReport:
    """What a run did: digests built, and deliveries by what came of them."""

    built: int = 0
    sent: int = 0
    waiting: int = 0
    failed: int = 0


def run(
    sources: Sources,
    specs: Sequence[DigestSpec],
    recipients: Mapping[str, Recipient],
    now: datetime,
    clock: Callable[[], datetime],
) -> DigestReport:
    """Build and send what is due, and whatever still waits in the outbox. Raises StoreUnavailableError."""
    known = meet(sources.store, specs, now)
    by_id = {spec.id: spec for spec in specs}
    due = schedule.due(specs, known, now)
    for one in due:
        hand_over(sources, by_id[one.digest], one, now)
    digests.expect(sources.store, {spec.id: schedule.deadline(spec, now) for spec in specs}, now)
    done = send.deliver(sources.store, recipients, clock)
    states = [one.state for one in done if one.message.kind == KIND]
    return DigestReport(len(due), states.count("sent"), states.count("waiting"), states.count("failed"))


def meet(store: Store, specs: Sequence[DigestSpec], now: datetime) -> list[Sent]:
    """The ledger. Digests and recipients that it did not know are written down: nothing is sent them for the past."""
    known = digests.ledger(store)
    digests.remember(store, schedule.unknown(specs, known, now), now)
    return known


def build(sources: Sources, spec: DigestSpec, window: Window, now: datetime, *, late: bool = False) -> Digest:
    """The digest of a window, from what the store holds now."""
    store = sources.store
    documents.refresh(store, *(store.index(name) for name in SEARCHED))
    media = frozenset(one.publisher.id for one in sources.feeds if one.publisher.kind == STATE_MEDIA)
    news = digest_news.read(store, window, media)
    life = digest_life.read(store, window, spec.tags)
    volumes, answered = digest_life.volumes(store, sources.rules, window, spec.tags or sources.tags)
    facts = Facts(
        tuple(stories.reports(news.items, news.thread, life.severities, news.new_by_story)),
        tuple(_whole(one, news) for one in volumes),
        news.new,
        life.fired,
        life.kept_back,
        replace(
            digest_life.coverage(store, sources.feeds, news, window, answered, now),
            refused=life.refused,
        ),
        news.watched,
        life.unread,
    )
    made = compose(spec, window, facts, late=late)
    names = {one.publisher.id: one.publisher_name for one in sources.feeds if one.publisher_name}
    return detailed(made, digest_news.detail(store, made, news, names))


def draw(made: Digest, links: Links) -> Rendered:
    """A digest in every form, its pictures included."""
    return render(made, images=list(_pictures(made)), links=links)


def has_had(store: Store, spec: DigestSpec, window: Window, recipient: str) -> bool:
    """Whether the ledger says that a recipient was sent this window."""
    return Sent(spec.id, recipient, window.until) in digests.ledger(store)


def hand_over(sources: Sources, spec: DigestSpec, due: Due, now: datetime) -> list[str]:
    """Archive, outbox, ledger, in this order. Returns the ids of the deliveries."""
    store, until = sources.store, due.window.until
    body = archived(sources, spec, due, now)
    messages = [Message(digests.key(spec.id, until, name), name, KIND, [], now) for name in due.recipients]
    outbox.write(store, messages, [body] * len(messages), {message.id: until for message in messages})
    digests.remember(store, [Sent(spec.id, name, until) for name in due.recipients], now)
    return [message.id for message in messages]


def archived(sources: Sources, spec: DigestSpec, due: Due, now: datetime) -> Rendered:
    """The digest of a window as it is kept; built, drawn and kept when it is not yet."""
    store, window = sources.store, due.window
    kept = digests.read(store, digests.key(spec.id, window.until))
    if kept is None or kept.rendered is None:
        body = draw(build(sources, spec, window, now, late=due.late), sources.links)
        return digests.archive(store, spec.id, window, body, late=due.late, now=now).rendered or body
    return kept.rendered


def post(sources: Sources, spec: DigestSpec, window: Window, to: Recipient, now: datetime) -> bool:
    """Send a window's digest to an address that is no channel of the configuration, at once and once.

    False when it had it already. Raises DeliveryError when it was not accepted; then it may be tried again.
    """
    if to.channel is None:
        raise DeliveryError(to.missing, retryable=True)
    body = archived(sources, spec, Due(spec.id, window, (to.name,), late=False), now)
    if not digests.claim(sources.store, Sent(spec.id, to.name, window.until), now):
        return False
    try:
        to.channel.send(Envelope(digests.key(spec.id, window.until, to.name), to.address, body, now))
    except DeliveryError:
        digests.forget(sources.store, Sent(spec.id, to.name, window.until))
        raise
    return True


def _whole(volume: Volume, news: News) -> Volume:
    """With the stories of the times that the detector has not counted: the last minutes, or all without such a rule."""
    known, step = set(volume.times), STEP if volume.times else timedelta(hours=1)
    found = Counter(item.at - (item.at - EPOCH) % step for item in news.leads.values() if volume.tag in item.tags)
    rows = list(zip(volume.times, volume.observed, volume.low, volume.high, strict=True))
    rows += [(at, float(number), None, None) for at, number in found.items() if at not in known]
    times, observed, low, high = zip(*sorted(rows), strict=True) if rows else ((), (), (), ())
    return replace(volume, times=times, observed=observed, low=low, high=high)


def _pictures(made: Digest) -> Iterable[Image]:
    for volume in (section.volume for section in made.sections if section.volume and len(section.volume.times) > 1):
        rows = zip(volume.times, volume.observed, volume.low, volume.high, strict=True)
        points = [
            chart.Point(at, seen, None, low, high, alarm=high is not None and seen > high)
            for at, seen, low, high in rows
        ]
        said = f"{volume.tag}: {volume.total:,.0f} stories"
        alt = said if volume.expected is None else f"{said}, {usual(volume)}"
        yield Image(f"volume-{volume.tag}", chart.spark(points, made.spec.zone), alt)
