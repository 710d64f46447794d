"""When a digest is due: a function of (digests, ledger, now), so that two schedulers and any rerun agree.

A cron line is read on the wall clock of its zone. A time that daylight saving skips is moved to the first moment after
the gap, a time that comes twice counts once (the first): one digest a day, every day of the year.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from croniter import croniter

from newswatch.model.digest_plan import DigestSpec, Due, Sent, Window

LATE_AFTER = timedelta(hours=1)


def due(digests: Iterable[DigestSpec], ledger: Sequence[Sent], now: datetime) -> tuple[Due, ...]:
    """Digests to send now, each with the recipients that have not had its window. All times UTC.

    A digest stays due, for the recipients that still lack it, until the next one takes its place. A recipient that the
    ledger does not know yet is sent nothing: see ``unknown``.
    """
    found = (_due(spec, [entry for entry in ledger if entry.digest == spec.id], now) for spec in digests)
    return tuple(one for one in found if one is not None)


def unknown(digests: Iterable[DigestSpec], ledger: Sequence[Sent], now: datetime) -> tuple[Sent, ...]:
    """The entries to write for digests and recipients that are new, so that nothing is sent for the past."""
    known = {(entry.digest, entry.recipient) for entry in ledger}
    pairs = [(spec.id, name) for spec in digests for name in spec.recipients]
    return tuple(Sent(*pair, now, told=False) for pair in pairs if pair not in known)


def latest(spec: DigestSpec, now: datetime) -> datetime:
    """The last moment at or before ``now`` at which ``spec`` fell due (UTC)."""
    zone = ZoneInfo(spec.zone)
    # two days ahead on the wall clock covers every offset change; steps back until the moment has come
    times = croniter(spec.times, now.astimezone(zone).replace(tzinfo=None) + timedelta(days=2))
    while True:
        moment = moment_of(times.get_prev(datetime), zone)
        if moment <= now:
            return moment


def deadline(spec: DigestSpec, now: datetime) -> datetime:
    """Until when the next digest after ``now`` must have gone out (UTC)."""
    zone = ZoneInfo(spec.zone)
    times = croniter(spec.times, now.astimezone(zone).replace(tzinfo=None) - timedelta(days=1))
    while True:
        moment = moment_of(times.get_next(datetime), zone)
        if moment > now:
            return moment + spec.deadline


def moment_of(wall: datetime, zone: ZoneInfo) -> datetime:
    """A wall-clock time of ``zone`` as UTC: the first of two, or the first moment after a gap."""
    moment = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) == wall:
        return moment
    # in a gap, fold=0 uses the offset before it and fold=1 the one after: the gap ends between the two
    early = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    before = early.astimezone(zone).utcoffset() or timedelta()
    low, high = early, moment
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) / 2
        low, high = (middle, high) if (middle.astimezone(zone).utcoffset() or timedelta()) == before else (low, middle)
    return high.replace(microsecond=0)


def window_of(spec: DigestSpec, until: datetime) -> Window:
    """What a digest that falls due at ``until`` tells of when the one before it was sent in time."""
    before = latest(spec, until - timedelta(seconds=1))
    return Window(until - spec.window if spec.window else before, until)


def _due(spec: DigestSpec, entries: Sequence[Sent], now: datetime) -> Due | None:
    until = latest(spec, now)
    had: dict[str, datetime] = {}
    for entry in entries:
        had[entry.recipient] = max(entry.until, had.get(entry.recipient, entry.until))
    waiting = tuple(name for name in spec.recipients if name in had and had[name] < until)
    if not waiting:
        return None
    usual = window_of(spec, until)
    last = max((entry.until for entry in entries if entry.told and entry.until < until), default=None)
    missed = last is not None and last < latest(spec, until - timedelta(seconds=1))
    since = usual.since
    if missed and last is not None:
        # one digest for several missed times, told as late
        since = min(since, max(last, until - 7 * spec.span))
    return Due(spec.id, Window(since, until), waiting, late=missed or now - until > LATE_AFTER)
