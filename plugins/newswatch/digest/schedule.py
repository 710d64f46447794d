"""When a digest is due: a function of (digests, ledger, now), so that two schedulers and any rerun agree.

A cron line is read on the wall clock of its zone. A time that daylight saving skips is moved to the first moment after
the gap, a time that comes twice counts once (the first): one digest a day, every day of the year.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from croniter import croniter

from newswatch.model.digest import PERIODS, DigestSpec, Due, Sent, Window

LATE_AFTER = timedelta(hours=1)


def due(digests: Iterable[DigestSpec], ledger: Sequence[Sent], now: datetime) -> tuple[Due, ...]:
    """Digests to send now, each with the recipients that have not had its window. All times UTC.

    A digest stays due, for the recipients that still lack it, until the next one takes its place. One that the
    ledger does not know yet is not due for any time before ``now``: see ``unknown``.
    """
    found = []
    for spec in digests:
        entries = [entry for entry in ledger if entry.digest == spec.id]
        if entries:
            found += _due(spec, entries, now)
    return tuple(found)


def unknown(digests: Iterable[DigestSpec], ledger: Sequence[Sent], now: datetime) -> tuple[Sent, ...]:
    """The entries to write for digests that were just deployed, so that nothing is sent for the past."""
    known = {entry.digest for entry in ledger}
    return tuple(Sent(spec.id, "", now) for spec in digests if spec.id not in known)


def latest(spec: DigestSpec, now: datetime) -> datetime:
    """The last moment at or before ``now`` at which ``spec`` fell due (UTC)."""
    zone = ZoneInfo(spec.zone)
    # two days ahead on the wall clock covers every offset change; steps back until the moment has come
    times = croniter(spec.cron, now.astimezone(zone).replace(tzinfo=None) + timedelta(days=2))
    while True:
        moment = moment_of(times.get_prev(datetime), zone)
        if moment <= now:
            return moment


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


def _due(spec: DigestSpec, entries: list[Sent], now: datetime) -> list[Due]:
    until = latest(spec, now)
    deployed = min(entry.until for entry in entries)
    if until <= deployed:
        return []
    waiting = tuple(
        name for name in spec.recipients if not any(e.recipient == name and e.until >= until for e in entries)
    )
    if not waiting:
        return []
    earlier = [entry.until for entry in entries if entry.recipient and entry.until < until]
    usual = latest(spec, until - timedelta(seconds=1))
    since = max(max(earlier), until - 7 * PERIODS[spec.period]) if earlier else until - PERIODS[spec.period]
    # one digest for several missed times, told as late
    missed = bool(earlier) and since < usual
    return [Due(spec.id, Window(since, until), waiting, late=missed or now - until > LATE_AFTER)]
