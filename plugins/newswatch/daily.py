"""What the digest's and the upkeep's commands and DAGs run, like ``jobs`` for all that happens more often."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import orjson

from newswatch import jobs, runtime
from newswatch.errors import UsageError

if TYPE_CHECKING:
    from newswatch.config.everything import Everything
    from newswatch.index.client import Store
    from newswatch.index.snapshots import Snapshot
    from newswatch.model.channels import ChannelSpec
    from newswatch.model.digest_plan import DigestSpec, Window
    from newswatch.model.rendered import Rendered
    from newswatch.model.upkeep import Snapshots
    from newswatch.pipeline.digest import DigestReport, Sources
    from newswatch.pipeline.outbox import Recipient
    from newswatch.pipeline.upkeep import Step


@dataclass(frozen=True, slots=True)
class Made:
    """A digest that was only looked at."""

    rendered: Rendered

    @property
    def subject(self) -> str:
        """Its subject."""
        return self.rendered.subject

    @property
    def text(self) -> str:
        """The text form, subject first."""
        return f"Subject: {self.rendered.subject}\n\n{self.rendered.text}"

    def form(self, suffix: str) -> str:
        """The form that a file name's suffix asks for: .txt, .json (Slack's blocks), else HTML with its pictures."""
        from newswatch.render.digest import standalone

        if suffix == ".txt":
            return self.text
        if suffix == ".json":
            return orjson.dumps({"blocks": self.rendered.slack}, option=orjson.OPT_INDENT_2).decode() + "\n"
        return standalone(self.rendered)


def digest(where: jobs.Where, now: datetime, clock: Callable[[], datetime]) -> DigestReport:
    """Build and send the digests that are due."""
    from newswatch.pipeline.digest import run

    found = _load(where)
    return run(_sources(where, found), found.digests, _recipients(found), now, clock)


def digest_preview(
    where: jobs.Where, name: str | None, day: date | None, now: datetime, store: Store | None = None
) -> Made:
    """The digest that falls due on ``day`` (None: the next one, as far as its time has come), without any trace.

    ``store`` is one that is open already, to be read only.
    """
    from newswatch.digest.schedule import latest
    from newswatch.model.digest_plan import Window
    from newswatch.pipeline.digest import build, draw

    found = _load(where)
    spec = _spec(found, name)
    window = _window(spec, day, now) if day else Window(latest(spec, now), now)
    sources = _sources(where, found, store)
    made = build(sources, spec, Window(window.since, min(window.until, now)), now)
    return Made(draw(made, sources.links))


def digest_send(where: jobs.Where, name: str | None, day: date, to: str, clock: Callable[[], datetime]) -> str:
    """Send the digest of ``day`` to a channel or a mail address; says in one sentence what came of it."""
    from newswatch.model.digest_plan import Due
    from newswatch.pipeline import digest as digests
    from newswatch.pipeline import send

    found, now = _load(where), clock()
    spec = _spec(found, name)
    window = _window(spec, day, now)
    if window.until > now:
        raise UsageError(f"the digest of {day} falls due at {window.until:%Y-%m-%d %H:%M} UTC; preview shows it before")
    sources, recipients = _sources(where, found), _recipients(found)
    had = f"{to} has had the digest of {day} already; nobody is sent the same digest twice."
    if to not in recipients:
        return f"Sent to {to}." if digests.post(sources, spec, window, _stranger(found, to), now) else had
    if digests.has_had(sources.store, spec, window, to):
        return had
    digests.meet(sources.store, found.digests, now)
    (delivery,) = digests.hand_over(sources, spec, Due(spec.id, window, (to,), late=False), now)
    done = {one.message.id: one for one in send.deliver(sources.store, recipients, clock)}
    if delivery not in done or done[delivery].state == "waiting":
        why = f": {done[delivery].error}" if delivery in done else ", behind what waits for it already"
        return f"It waits for {to}{why}; it is tried again by itself."
    return f"Sent to {to}." if done[delivery].state == "sent" else f"{to} refused it: {done[delivery].error}"


def digest_list(namespace: str) -> list[dict[str, Any]]:
    """The digests that were sent, newest first."""
    from newswatch.index.digests import listed

    return [
        {"id": one.id, "digest": one.digest, "since": one.window.since, "until": one.window.until, "late": one.late,
         "subject": one.subject}
        for one in listed(jobs.open_store(namespace))
    ]  # fmt: skip


def upkeep(where: jobs.Where, now: datetime) -> list[Step]:
    """The daily upkeep of the store, step by step."""
    from newswatch.pipeline.upkeep import run

    found = _load(where)
    return run(jobs.open_store(where.namespace), found.upkeep, {spec.id for spec in found.feeds}, now)


def backup(where: jobs.Where, now: datetime) -> Snapshot:
    """A snapshot now."""
    from newswatch.index import snapshots

    store, wanted = jobs.open_store(where.namespace), _repository(where)
    snapshots.register(store, wanted.repository, wanted.location)
    return snapshots.take(store, wanted.repository, now)


def backups(where: jobs.Where) -> list[Snapshot]:
    """The snapshots that there are, oldest first."""
    from newswatch.index import snapshots

    store, wanted = jobs.open_store(where.namespace), _repository(where)
    snapshots.register(store, wanted.repository, wanted.location)
    return snapshots.listed(store, wanted.repository)


def restore(where: jobs.Where, name: str | None, into: str, *, replace: bool) -> tuple[str, list[str]]:
    """Restore a snapshot (None: the newest) into a namespace; its name, and the indices that are there now."""
    from dataclasses import replace as changed

    from newswatch.index import snapshots
    from newswatch.index.client import Settings, connect

    runtime.load_environment()
    store, wanted = connect(Settings.from_environment(), where.namespace), _repository(where)
    snapshots.register(store, wanted.repository, wanted.location)
    if name is None:
        known = [one.name for one in snapshots.listed(store, wanted.repository) if one.state == snapshots.WHOLE]
        if not known:
            raise UsageError(f"the repository {wanted.repository} has no snapshot of {where.namespace} yet")
        name = known[-1]
    target = changed(store, namespace=into)
    return name, snapshots.restore(store, wanted.repository, name, target, replace=replace)


def _repository(where: jobs.Where) -> Snapshots:
    """Where snapshots go; what is not said is what is usual."""
    from newswatch.config.upkeep import load_upkeep
    from newswatch.model.upkeep import Snapshots

    return load_upkeep(where.folder / "upkeep.yaml").snapshots or Snapshots()


def _load(where: jobs.Where) -> Everything:
    from newswatch.config import everything
    from newswatch.config.channels import addresses

    found = everything.load(where.folder)
    # each address of a channel is told on its own
    people = addresses(found.channels)
    digests = [
        spec.model_copy(update={"recipients": tuple(one.name for name in spec.recipients for one in people[name])})
        for spec in found.digests
    ]
    return dataclasses.replace(found, digests=tuple(digests))


def _sources(where: jobs.Where, found: Everything, store: Store | None = None) -> Sources:
    from newswatch.model.rendered import Links
    from newswatch.pipeline.digest import Sources

    store = store or jobs.open_store(where.namespace)
    links = Links(found.channels.desk or os.environ.get("NEWSWATCH_DESK"), found.channels.kibana)
    tags = [tag.id for tag in found.watchlist.tags]
    return Sources(store, found.feeds, found.rules, tags, links)


def _recipients(found: Everything) -> dict[str, Recipient]:
    return {one.name: one for one in jobs.all_recipients(found.channels)}


def _stranger(found: Everything, to: str) -> Recipient:
    """Somebody who is no channel: a mail address, reached as the configuration's mail channels are."""
    from newswatch.model.channels import ChannelsFile, ChannelSpec

    if "@" not in to or to.startswith("@"):
        known = ", ".join(channel.id for channel in found.channels.channels)
        raise UsageError(f"--to wants a mail address or a channel of channels.yaml ({known}), not {to!r}")
    usual = next((one for one in found.channels.channels if one.type == "email"), None)
    like: ChannelSpec = usual or ChannelSpec(id="mail", type="email")
    (made,) = jobs.all_recipients(
        ChannelsFile(channels=(like.model_copy(update={"to": (to,)}),), sender=found.channels.sender)
    )
    return type(made)(to, to, made.channel, made.missing)


def _spec(found: Everything, name: str | None) -> DigestSpec:
    if not found.digests:
        raise UsageError("digests.yaml names no digest")
    chosen = next((spec for spec in found.digests if name in (None, spec.id)), None)
    if chosen is None:
        raise UsageError(f"there is no digest {name!r}; there are: {', '.join(spec.id for spec in found.digests)}")
    return chosen


def _window(spec: DigestSpec, day: date, now: datetime) -> Window:
    """The window of the digest that falls due on a day of its zone."""
    from newswatch.digest.schedule import latest, moment_of, window_of

    zone = ZoneInfo(spec.zone)
    end = moment_of(datetime.combine(day, time()) + timedelta(days=1), zone)
    until = latest(spec, end - timedelta(seconds=1))
    if until.astimezone(zone).date() != day:
        raise UsageError(f"the digest {spec.id} does not fall due on {day}; before that it did on {until:%Y-%m-%d}")
    window = window_of(spec, until)
    if window.since >= now:
        raise UsageError(f"the digest of {day} is about a time still to come")
    return window
