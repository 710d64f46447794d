"""A watch over a real store with real channels, where a crash or a fault can be put at any request or message."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from elastic_transport import Transport

from newswatch.deliver.email import EmailChannel
from newswatch.deliver.slack import SlackChannel
from newswatch.deliver.webhook import WebhookChannel
from newswatch.index import documents
from newswatch.index.client import Store
from newswatch.index.signals import signal_write
from newswatch.model.alert import LifeCycle, Route, RuleTimers
from newswatch.model.connection import Connection
from newswatch.model.envelope import Channel, Envelope
from newswatch.model.rendered import Links
from newswatch.model.selfwatch import SELF_RULES
from newswatch.model.signal import Kind, Severity, Signal, StoryRef, signal_id
from newswatch.pipeline.outbox import Recipient
from newswatch.pipeline.watch import Watch, WatchReport, watch
from tests.deliver.conftest import Mailbox, Service

DAYS = itertools.count()
FIRST = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ANN, BOB, OPS, HOOK = "mail:ann@ops.example", "mail:bob@ops.example", "slack", "hook"
POSTED = (200, {"Content-Type": "application/json"}, json.dumps({"ok": True, "channel": "C1", "ts": "17.1"}))


class Crash(BaseException):
    """The process ends here: nothing of newswatch may catch it."""


@dataclass
class Trap:
    """Counts what a run does; strikes at event number ``at``, ``before`` it reaches the other side or after.

    Events are counted from the one named ``after`` on, when that is given. A fault (``what``) never meets a message.
    ``unmarked``: a message was accepted and its mark has not reached the store.
    """

    at: int = -1
    before: bool = True
    what: Callable[[], Any] | None = None
    after: str = ""
    count: int = 0
    unmarked: bool = False
    struck: str = ""
    log: list[str] = field(default_factory=list)

    def pass_through(self, name: str, act: Callable[[], Any]) -> Any:
        """``act`` with the trap around it."""
        here = self.count == self.at and not (self.what and name.startswith("send"))
        if not self.after or self.count or name == self.after:
            self.count += 1
        self.log.append(name)
        if here and self.before:
            return self._strike(name)
        answer = act()
        if name.startswith("send"):
            self.unmarked = True
        elif name.startswith("PUT") and "outbox" in name:
            self.unmarked = False
        return self._strike(name) if here else answer

    def _strike(self, name: str) -> Any:
        self.struck = name
        if self.what is None:
            raise Crash
        return self.what()


@dataclass(frozen=True)
class Trapped:
    """A channel with a trap around it."""

    inner: Channel
    trap: Callable[[], Trap]
    name: str

    def send(self, envelope: Envelope) -> Mapping[str, Any]:
        """Send through the trap."""
        answer: Mapping[str, Any] = self.trap().pass_through(f"send {self.name}", lambda: self.inner.send(envelope))
        return answer


@dataclass
class Newsroom:
    """A watch with recipients: two of one mail channel, a Slack channel and a webhook."""

    store: Store
    box: Mailbox
    slack: Service
    hook: Service
    trap: Trap = field(default_factory=Trap)
    to: tuple[str, ...] = (ANN, BOB, OPS, HOOK)
    start: datetime = field(default_factory=lambda: FIRST + timedelta(days=2) * next(DAYS))

    @property
    def recipients(self) -> dict[str, Recipient]:
        """Every recipient by name."""
        extra = {"disable_ssl": True, "disable_tls": True, "timeout": 2}
        smtp = Connection("smtp_default", "smtp", self.box.host, self.box.port, extra=extra)
        token = {"base_url": f"{self.slack.url}/api/"}
        slack = SlackChannel(Connection("slack_default", "slack", password="xoxb-secret-token", extra=token))
        hook = WebhookChannel(Connection("hook", "http", host=f"{self.hook.url}/hook", extra={"secret": "s3cret"}))
        mail = EmailChannel(smtp, "newswatch@ops.example")
        made = {
            ANN: Recipient(ANN, "ann@ops.example", mail, group="mail"),
            BOB: Recipient(BOB, "bob@ops.example", mail, group="mail"),
            OPS: Recipient(OPS, "#ops", slack),
            HOOK: Recipient(HOOK, "hook", hook),
        }
        return {name: replace(made[name], channel=self._trapped(made[name])) for name in self.to}

    def _trapped(self, one: Recipient) -> Trapped:
        assert one.channel is not None
        return Trapped(one.channel, lambda: self.trap, one.name)

    def watch(self, now: datetime, **given: Any) -> WatchReport:
        """One run."""
        route = Route(
            "all",
            self.to,
            group_by=("rule", "key"),
            group_interval=timedelta(minutes=5),
            repeat_interval=timedelta(days=9),
        )
        timers = {one.id: RuleTimers(True, one.hold, one.recover_after) for one in SELF_RULES}
        life = LifeCycle((route,), {"spike": RuleTimers(True), **timers}, catch_up_after=timedelta(days=365))
        base = Watch(self.store, (), life, self.recipients, now, lambda: now, Links())
        return watch(replace(base, **given))

    @property
    def name(self) -> str:
        """A name of this room's own, for a story or key."""
        return f"of{self.start:%m%d}x"

    def event(self, name: str, at: datetime) -> None:
        """A keyword hit about a story of its own."""
        story = StoryRef(name, name, f"Story {name}", f"https://news.example/{name}", "Reuters", "en", at)
        name_ = signal_id("kw", name, at, Kind.EVENT, name)
        one = Signal(name_, "kw", "match", "Keywords", "1", Severity.WARNING, Kind.EVENT, at, at)
        self._write(replace(one, story=name, labels=(("key", name),), stories=(story,)), at)

    def state(self, name: str, at: datetime, *, over: bool = True, start: datetime | None = None) -> None:
        """A spike that begins, or ends."""
        kind = Kind.OVER if over else Kind.UNDER
        name_ = signal_id("spike", name, start or at, kind)
        one = Signal(name_, "spike", "volume", "Spike", "1", Severity.CRITICAL, kind, start or at, at, name)
        self._write(replace(one, labels=(("key", name),), observed=61, expected=24, low=18, high=31), at)

    def _write(self, signal: Signal, at: datetime) -> None:
        assert all(one.applied for one in documents.bulk(self.store, [signal_write(self.store, signal, at)]))

    def mails(self, to: str, name: str) -> list[tuple[str, str]]:
        """(Message-ID, text) of the mails to an address that name a story or key."""
        found = [one for one in self.box.messages if one["To"] == to]
        texts = [(str(one["Message-ID"]), one.get_body(("plain",)).get_content()) for one in found]  # type: ignore[union-attr]
        return [(id_, text) for id_, text in texts if name in text]

    def posts(self, name: str) -> list[tuple[str, str]]:
        """(idempotency key, blocks) of the Slack messages that name it."""
        found = [json.loads(body) for path, _, body in self.slack.requests if path.endswith("chat.postMessage")]
        texts = [(one["metadata"]["event_payload"]["id"], json.dumps(one["blocks"])) for one in found]
        return [(id_, text) for id_, text in texts if name in text]

    def hooks(self, name: str) -> list[tuple[str, str]]:
        """(idempotency key, body) of the webhook's requests that name it."""
        found = [(headers["idempotency-key"], body.decode()) for _, headers, body in self.hook.requests]
        return [(id_, text) for id_, text in found if name in text]

    def heard(self, name: str) -> dict[str, list[tuple[str, str]]]:
        """What each recipient got about a story or key."""
        return {
            ANN: self.mails("ann@ops.example", name),
            BOB: self.mails("bob@ops.example", name),
            OPS: self.posts(name),
            HOOK: self.hooks(name),
        }

    def outbox(self, name: str) -> dict[str, dict[str, Any]]:
        """Recipient → the delivery about a story or key, the newest."""
        documents.refresh(self.store, self.store.index("outbox"))
        request = {"query": {"match_all": {}}, "sort": [{"@timestamp": "asc"}], "size": 1000}
        hits = documents.search(self.store, self.store.index("outbox"), request)["hits"]["hits"]
        found = [hit["_source"] for hit in hits]
        return {one["recipient"]: one for one in found if any(name in alert for alert in one["alerts"])}


def trapped_store(store: Store, trap: Callable[[], Trap], patch: Any) -> None:
    """Put the trap around every request to the store."""
    perform = Transport.perform_request

    def passed(self: Transport, method: str, target: str, **more: Any) -> Any:
        if self is not store.client.transport:
            return perform(self, method, target, **more)
        return trap().pass_through(f"{method} {target}", lambda: perform(self, method, target, **more))

    patch.setattr(Transport, "perform_request", passed)
