"""What commands and DAGs run: each job opens the store, reads its configuration and calls the pipeline.

Arguments and results are plain values (text, numbers, times), so that a job can be a task, a command or a test.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from newswatch import __version__, runtime
from newswatch.errors import DeliveryError, LeaseError, UsageError

if TYPE_CHECKING:
    from newswatch.airflow_api import AirflowApi
    from newswatch.index.client import Store
    from newswatch.index.items import Written
    from newswatch.model.alert import LifeCycle
    from newswatch.model.channels import ChannelsFile, ChannelSpec
    from newswatch.model.envelope import Channel
    from newswatch.model.feed import FeedSpec
    from newswatch.model.rules import Rule
    from newswatch.pipeline.link import LinkReport
    from newswatch.pipeline.outbox import Recipient
    from newswatch.pipeline.poll import Poll, PollReport, Progress
    from newswatch.pipeline.retag import RetagReport
    from newswatch.pipeline.trial import Trial
    from newswatch.pipeline.watch import WatchReport
    from newswatch.tag import Tagger


@dataclass(frozen=True, slots=True)
class Where:
    """Where a job works: the namespace and the configuration folder (None: the runtime's).

    For polling: another list of feeds, the ``HOST:PORT`` pairs of an intranet that may be asked, and whether ``every``
    feed is polled, due or not.
    """

    namespace: str = "newswatch"
    config: Path | None = None
    feeds: Path | None = None
    allow: tuple[str, ...] = ()
    every: bool = False

    @property
    def folder(self) -> Path:
        """The configuration folder."""
        return self.config or runtime.config_folder()


def open_store(namespace: str) -> Store:
    """The store of ``namespace``, its templates and indices made when they are missing."""
    from newswatch.index.client import Settings, connect
    from newswatch.index.templates import ensure

    runtime.load_environment()
    store = connect(Settings.from_environment(), namespace)
    ensure(store)
    return store


def tagger(where: Where) -> Tagger:
    """The tagger of the configuration's watch-list."""
    from newswatch.config.watchlist import load_watchlist
    from newswatch.tag import Tagger

    return Tagger(load_watchlist(where.folder / "watchlist"))


def seed(where: Where, now: datetime, folder: Path | None = None) -> Written:
    """Load the seed articles; any number of times leaves one document each."""
    from newswatch.pipeline.seed import seed as run

    return run(open_store(where.namespace), folder or runtime.ROOT / "seeds", tagger(where), now)


def due(where: Where, now: datetime) -> list[list[str]]:
    """The ids of the feeds that are due, in shards."""
    from newswatch.pipeline import poll

    job = _poll(where, now)
    return poll.shards(list(job.specs) if where.every else poll.due(job))


def shard(where: Where, now: datetime, feeds: Sequence[str], progress: Progress = lambda _: None) -> PollReport:
    """Poll some feeds once: one idempotent transaction."""
    from newswatch.pipeline.poll import poll_shard

    return poll_shard(_poll(where, now), feeds, progress)


def try_feed(where: Where, url: str, now: datetime) -> tuple[FeedSpec, Trial]:
    """Fetch one address once, as a poll would; stores nothing. Raises UsageError when it cannot be an address."""
    import asyncio

    from newswatch.config.feeds import registrable_host
    from newswatch.fetch import settings_from
    from newswatch.model.feed import FeedSpec
    from newswatch.model.feeds_file import check_url
    from newswatch.model.item import Publisher
    from newswatch.pipeline.trial import trial

    try:
        host = registrable_host(check_url(url))
    except ValueError as error:
        raise UsageError(f"the address cannot be polled: {error}") from None
    spec = FeedSpec(id="test", url=url, publisher=Publisher(host, host))
    settings = settings_from(os.environ, __version__)
    return spec, asyncio.run(trial(spec, tagger(where), settings, allowed(where.allow), now))


def link(where: Where, now: datetime) -> LinkReport:
    """Join new items to their stories."""
    from newswatch.pipeline.link import link as run

    return run(open_store(where.namespace), now)


def poll(where: Where, now: datetime, progress: Progress = lambda _: None) -> PollReport:
    """All that is due, then the stories; those that another run is joining at this moment are left to it."""
    from newswatch.pipeline.poll import poll_due, poll_shard

    job = _poll(where, now)
    report = poll_shard(job, list(job.specs), progress) if where.every else poll_due(job, progress)
    try:
        link(where, now)
    except LeaseError as error:
        logging.getLogger(__name__).warning("%s; the next poll joins what this one brought", error)
    return report


def watch(where: Where, now: datetime, clock: Callable[[], datetime]) -> WatchReport:
    """Detect, decide, deliver. ``clock`` tells when a delivery was accepted."""
    from newswatch.config import everything
    from newswatch.config.channels import life_cycle
    from newswatch.deliver.heartbeat import ping
    from newswatch.model.rendered import Links
    from newswatch.model.selfwatch import SELF_RULES
    from newswatch.pipeline.selfwatch import healthy
    from newswatch.pipeline.watch import Watch
    from newswatch.pipeline.watch import watch as run

    found = everything.load_alerting(where.folder, running=True)
    store = open_store(where.namespace)
    recipients = {one.name: one for one in all_recipients(found.channels)}
    life = life_cycle(found.channels, (*found.rules, *SELF_RULES))
    desk = found.channels.desk or os.environ.get("NEWSWATCH_DESK")
    links = Links(desk, found.channels.kibana, where.namespace)
    report = run(Watch(store, found.rules, life, recipients, now, clock, links))
    healthy(store)
    heartbeat = os.environ.get("NEWSWATCH_HEARTBEAT") or found.channels.heartbeat
    # a drill that goes well says nothing of the watch itself
    if heartbeat and not where.namespace.endswith("-drill") and not ping(heartbeat):
        logging.getLogger("newswatch").warning("the heartbeat's address did not answer")
    return report


def drill_ended(now: datetime, *, seen: bool) -> None:
    """Remember that the drill's canary arrived, or did not in time: the next watch run tells people."""
    from newswatch.pipeline.selfwatch import canary

    canary(open_store(Where().namespace), now, seen=seen)


def retag(where: Where, now: datetime, progress: Callable[[int], None] = lambda _: None) -> RetagReport:
    """Bring stored items to the configuration's watch-list."""
    from newswatch.pipeline.retag import retag as run

    return run(open_store(where.namespace), tagger(where), alerting(where)[1], now, progress)


def alerting(where: Where) -> tuple[LifeCycle, tuple[Rule, ...]]:
    """The life cycle's configuration and the rules."""
    from newswatch.config import everything
    from newswatch.config.channels import life_cycle
    from newswatch.model.selfwatch import SELF_RULES

    found = everything.load_alerting(where.folder)
    return life_cycle(found.channels, (*found.rules, *SELF_RULES)), found.rules


def timetable(where: Where, rule: str | None, alert: str | None) -> list[str]:
    """Which routes would take an alert, or an alert of a rule, and by which timetable."""
    from newswatch.pipeline import timetable as tables

    found = alerting(where)
    if alert is not None:
        return tables.of_alert(found, alert, open_store(where.namespace))
    return tables.of_rule(found, str(rule))


def alerts(namespace: str, state: str | None = None, limit: int = 50) -> list[dict[str, Any]]:
    """Alerts, newest first."""
    from newswatch.pipeline.alerts import listed

    return listed(open_store(namespace), state, limit)


def alert_history(namespace: str, alert: str) -> list[dict[str, Any]]:
    """What happened to the alerts of that name (an alert's key or id, or a story): steps, deliveries, ledger."""
    from newswatch.pipeline.alerts import history

    return history(open_store(namespace), alert)


def why(namespace: str, name: str) -> list[str]:
    """Why an alert, a signal, an item or a story did, or did not, reach anybody: sentences."""
    from newswatch.pipeline.why import tell

    return tell(open_store(namespace), name)


def acknowledge(namespace: str, alert: str, by: str, now: datetime) -> str:
    """Take on an alert, or all alerts of a story, from the next watch run on."""
    from newswatch.pipeline.acts import acknowledge as run

    return run(open_store(namespace), alert, by, now)


def silence(
    namespace: str, match: dict[str, tuple[str, ...]], by: str, until: datetime, now: datetime, *, comment: str = ""
) -> str:
    """Mute what matches until then; returns the silence's id."""
    from newswatch.pipeline.acts import silence as run

    return run(open_store(namespace), match, by, until, comment, now)


def would_mute(namespace: str, match: dict[str, tuple[str, ...]], now: datetime) -> list[dict[str, Any]]:
    """The alerts of the last seven days that a silence would have muted: ``at, alert, severity, rule``."""
    from newswatch.pipeline.alerts import would_mute as run

    return run(open_store(namespace), match, now)


def silences(namespace: str, now: datetime) -> list[dict[str, Any]]:
    """Silences, the one that ends last first: ``id, state, match, start, until, author, comment``."""
    from newswatch.pipeline.alerts import silences as run

    return run(open_store(namespace), now)


def expire_silence(namespace: str, silence_id: str, by: str, now: datetime) -> str:
    """End a silence before its time."""
    from newswatch.pipeline.acts import expire

    return expire(open_store(namespace), silence_id, by, now)


def all_recipients(found: ChannelsFile) -> list[Recipient]:
    """Every address of every channel; one whose connection is missing says so at every delivery."""
    from newswatch.config.channels import addresses
    from newswatch.pipeline.outbox import Recipient

    people = addresses(found)
    made = []
    for spec in found.channels:
        channel: Channel | None = None
        missing = ""
        try:
            channel = channel_of(spec, found.sender)
        except DeliveryError as error:
            missing = str(error)
        ones = [one for one in people[spec.id] if one.channel == spec.id]
        made += [Recipient(one.name, one.address, channel, missing, spec.id) for one in ones]
    return made


CONNECTIONS = {"email": "smtp_default", "slack": "slack_default"}


def channel_of(spec: ChannelSpec, sender: str) -> Channel:
    """The channel of a specification. Raises DeliveryError when its connection is missing."""
    if spec.type == "folder":
        from newswatch.deliver.folder import FolderChannel

        return FolderChannel(runtime.home() / str(spec.path), sender)
    connection = runtime.connection(spec.connection or CONNECTIONS[spec.type])
    if spec.type == "email":
        from newswatch.deliver.email import EmailChannel

        return EmailChannel(connection, str(connection.extra.get("from_email") or sender))
    if spec.type == "slack":
        from newswatch.deliver.slack import SlackChannel

        return SlackChannel(connection)
    if spec.type == "webhook":
        from newswatch.deliver.webhook import WebhookChannel

        return WebhookChannel(connection)
    from newswatch.deliver.apprise import AppriseChannel

    return AppriseChannel(connection)


def overview(namespace: str = "newswatch") -> list[str]:
    """How things stand, in a few lines."""
    from newswatch.pipeline.status import lines, read

    return lines(read(open_store(namespace)))


def seeds_matched(where: Where) -> str:
    """Which rules the seed articles match, in a line: seeds are history, so nobody is told."""
    from newswatch.config.everything import load_alerting
    from newswatch.pipeline.seed import matched

    found = matched(open_store(where.namespace), load_alerting(where.folder).rules)
    said = ", ".join(f"{rule} {count}" for rule, count in found.most_common()) or "none"
    return f"Seeds match    {said} (recorded as historical, not sent)"


def drill(
    where: Where, say: Callable[[str], None], clock: Callable[[], datetime], api: AirflowApi | None = None
) -> list[str]:
    """The drill, in a namespace dropped and made anew: through Airflow's DAGs with ``api``, else right here.

    Raises DrillError when the canary does not arrive, DrillBusyError while another drill is under way.
    """
    from newswatch.pipeline import drill as drills

    main, namespace = open_store(where.namespace), f"{where.namespace}-drill"

    def place(conf: dict[str, Any]) -> Where:
        return Where(namespace, Path(conf["config"]), Path(conf["feeds"]), tuple(conf["allow"]), every=True)

    with drills.alone(main, clock):
        folder = drills.Folder(runtime.home() / "drill" / namespace, where.folder / "watchlist", namespace)
        drills.renew(open_store(namespace))
        if api is not None:
            return drills.through_airflow(api, folder, say)
        return drills.run(
            folder,
            lambda conf: poll(place(conf), clock()),
            lambda conf: watch(place(conf), clock(), clock),
            say,
        )


def airflow_api() -> AirflowApi:
    """The Airflow that ``make up`` started."""
    import json

    from newswatch.airflow_api import AirflowApi

    settings = runtime.home() / "airflow.env"
    passwords = runtime.home() / "airflow" / "passwords.json"
    if not settings.exists() or not passwords.exists():
        raise UsageError("no Airflow is known here; run make up first, or use --local")
    port = next(line.partition("=")[2] for line in settings.read_text().splitlines() if "AIRFLOW_PORT=" in line)
    return AirflowApi(f"http://127.0.0.1:{port}", "admin", json.loads(passwords.read_text())["admin"])


def allowed(values: Iterable[str]) -> frozenset[tuple[str, int]]:
    """``HOST:PORT`` texts as pairs."""
    pairs = []
    for value in values:
        host, _, port = value.rpartition(":")
        if not host or not port.isdigit():
            raise UsageError(f"--allow wants HOST:PORT, such as 127.0.0.1:8000, not {value!r}")
        pairs.append((host.strip("[]").lower(), int(port)))
    return frozenset(pairs)


def _poll(where: Where, now: datetime) -> Poll:
    from newswatch.config.feeds import load_feeds
    from newswatch.fetch import settings_from
    from newswatch.pipeline.poll import Poll

    pairs = allowed(where.allow)
    specs = {spec.id: spec for spec in load_feeds(where.feeds or where.folder / "feeds.yaml")}
    settings = settings_from(os.environ, __version__)
    return Poll(open_store(where.namespace), specs, tagger(where), now, settings, pairs)
