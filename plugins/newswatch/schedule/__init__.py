"""When to ask a feed, with what, and what to remember of the answer. Pure: ``now`` and everything else is given.

``due`` picks the feeds to poll, ``ask`` writes the request, ``advance`` turns what came of it into the next state and
``shown`` that state into the row of ``newswatch feeds --json``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from newswatch.model.address import fingerprint, has_secrets, redact, redact_text, with_credentials_of
from newswatch.model.feed import (
    Answer,
    Ask,
    Failure,
    FeedSpec,
    FeedState,
    FeedStatus,
    ParsedFeed,
    Refused,
    Stored,
)
from newswatch.schedule import policy
from newswatch.schedule.show import shown

__all__ = ["advance", "ask", "body_hash", "current", "due", "paused", "shown"]

GONE = 410
MAX_ERROR = 300
#: what is kept when the configured address of a feed changes
_KEPT = ("items_total", "last_new_item", "polls")


def due(states: Mapping[str, FeedState], specs: Iterable[FeedSpec], now: datetime) -> tuple[FeedSpec, ...]:
    """The feeds to poll at ``now``: enabled, not gone, their time come, in the order of ``specs``."""
    return tuple(spec for spec in specs if spec.enabled and _is_due(current(spec, states.get(spec.id)), now))


def _is_due(state: FeedState, now: datetime) -> bool:
    if state.status in (FeedStatus.NEW, FeedStatus.PAUSED):
        return True
    if state.next_poll is None or state.next_poll > now:
        return False
    return not policy.skips(state, now) or now - state.next_poll > timedelta(seconds=policy.SKIP_CAP)


def current(spec: FeedSpec, state: FeedState | None) -> FeedState:
    """The state from which a poll starts: new for a new feed, started over when its configured address changed."""
    mark = fingerprint(spec.url)
    if state is not None and state.fingerprint == mark:
        return state
    shown_url = redact(spec.url)
    if state is not None and not state.fingerprint and state.configured_url == shown_url:
        return state
    kept = {name: getattr(state, name) for name in _KEPT} if state is not None else {}
    return FeedState(feed=spec.id, configured_url=shown_url, url=shown_url, fingerprint=mark, **kept)


def paused(states: Mapping[str, FeedState], specs: Iterable[FeedSpec]) -> tuple[FeedState, ...]:
    """The states to write of feeds that were switched off since they were last looked at."""
    off = (current(spec, states.get(spec.id)) for spec in specs if not spec.enabled)
    return tuple(
        replace(state, status=FeedStatus.PAUSED, failure=None, error=None, next_poll=None)
        for state in off
        if state.status is not FeedStatus.PAUSED
    )


def ask(spec: FeedSpec, state: FeedState | None, now: datetime) -> Ask:
    """The request of this poll. Once a week, and until a body was indexed, it is unconditional."""
    known = current(spec, state)
    url = spec.url if known.url == redact(spec.url) else with_credentials_of(spec.url, known.url)
    if known.last_full is None or (now - known.last_full).total_seconds() >= policy.WEEK:
        return Ask(spec.id, url)
    return Ask(spec.id, url, known.etag, known.last_modified)


def body_hash(body: bytes) -> str:
    """By which an unchanged body is known again (``FeedState.body_hash``)."""
    return hashlib.blake2b(body, digest_size=16).hexdigest()


def advance(
    spec: FeedSpec,
    state: FeedState | None,
    answer: Answer,
    outcome: ParsedFeed | Refused | None,
    now: datetime,
    *,
    stored: Stored | None = None,
    alternate: str | None = None,
) -> FeedState:
    """The state after a poll.

    ``outcome`` is None when there was no body to parse: a failure, a 304, or a body whose hash is that of the last
    one. ``stored`` says what became of the entries. ``alternate`` is the address that an HTML page named, when
    ``answer`` is the one from there. When the store did not take everything, nothing advances.
    """
    stored = stored or Stored()
    known = replace(
        current(spec, state),
        polls=(state.polls if state else 0) + 1,
        last_poll=now,
        http_status=answer.status,
        note=answer.note,
        items_last=stored.new,
    )
    known = _with_new(known, stored.new, now)
    failure, error = _failure(answer, outcome, stored)
    if failure is not None:
        if isinstance(outcome, ParsedFeed):
            known = replace(known, damaged=outcome.damaged or error, empty=not outcome.entries)
        return _failed(known, answer, failure, error, now)
    return _succeeded(known, answer, outcome, now, alternate)


def _with_new(state: FeedState, new: int, now: datetime) -> FeedState:
    """Count new items; they are stored even when the body was cut short."""
    if not new:
        return state
    rhythm = policy.next_rhythm(state, new, now)
    return replace(state, items_total=state.items_total + new, rhythm=rhythm, last_new_item=now)


def _failure(answer: Answer, outcome: ParsedFeed | Refused | None, stored: Stored) -> tuple[Failure | None, str]:
    if not stored.accepted:
        return Failure.STORE, stored.error or "Elasticsearch did not take the items"
    if answer.failure is not None:
        return answer.failure, answer.error or answer.failure.value
    if isinstance(outcome, Refused):
        return outcome.failure, outcome.error
    if isinstance(outcome, ParsedFeed) and outcome.cut:
        return Failure.CUT_SHORT, outcome.damaged or "the document ends early"
    return None, ""


def _failed(state: FeedState, answer: Answer, failure: Failure, error: str, now: datetime) -> FeedState:
    line = " ".join(redact_text(error).split())[:MAX_ERROR]
    state = replace(state, failure=failure, error=line, stale=policy.stale(state, now))
    remembered = state.url != state.configured_url
    if answer.status == GONE and not remembered and not answer.detour:
        return replace(state, status=FeedStatus.GONE, next_poll=None)
    if failure is Failure.STORE:
        # Not the feed's fault: the next poll brings it again.
        return replace(state, status=FeedStatus.FAILED, next_poll=now)
    failures = state.failures + policy.weight(failure, answer.status)
    if remembered and failures - state.failures >= policy.HARD:
        # The address that a redirect led to fails for good: ask the configured one again, from the start.
        state = replace(state, url=state.configured_url, etag=None, last_modified=None)
    delay = max(policy.backoff(state, failures), policy.retry_delay(answer))
    next_poll = policy.unskipped(state, now + timedelta(seconds=delay))
    return replace(state, status=FeedStatus.FAILED, failures=failures, next_poll=next_poll)


def _succeeded(
    state: FeedState, answer: Answer, outcome: ParsedFeed | Refused | None, now: datetime, alternate: str | None
) -> FeedState:
    state = replace(
        state,
        interval=policy.next_interval(state, state.items_last, now),
        failure=None,
        error=None,
        failures=0.0,
        last_success=now,
        first_success=state.first_success or now,
        status=FeedStatus.OK if isinstance(outcome, ParsedFeed) else FeedStatus.UNCHANGED,
        # a 304 may bring newer validators
        etag=answer.etag or state.etag,
        last_modified=answer.last_modified or state.last_modified,
    )
    if isinstance(outcome, ParsedFeed):
        state = _described(state, outcome, answer)
        if state.rhythm is None:
            state = replace(state, rhythm=policy.first_rhythm((one.published for one in outcome.entries), now))
    if answer.body is not None:
        state = _validated(state, answer, now, alternate)
    asked = now + timedelta(seconds=policy.demanded(state, answer))
    next_poll = policy.unskipped(state, max(asked, policy.after(now, state.interval)))
    return replace(state, next_poll=next_poll, stale=policy.stale(state, now))


def _described(state: FeedState, feed: ParsedFeed, answer: Answer) -> FeedState:
    every_hour, every_day = len(feed.skip_hours) >= 24, len(feed.skip_days) >= 7
    hub = feed.hub or answer.hub
    return replace(
        state,
        title=feed.title or None,
        language=feed.language,
        hub=redact(hub) if hub else None,
        empty=not feed.entries,
        damaged=feed.damaged,
        entries_last=len(feed.entries),
        minimum_interval=max(feed.ttl or 0, feed.update_period or 0) or None,
        skip_hours=frozenset() if every_hour else feed.skip_hours,
        skip_days=frozenset() if every_day else feed.skip_days,
    )


def _validated(state: FeedState, answer: Answer, now: datetime, alternate: str | None) -> FeedState:
    """The validators of a body that was parsed and indexed, now or before, and where to ask next."""
    assert answer.body is not None
    return replace(
        state,
        url=_address(state, answer, alternate),
        etag=answer.etag,
        last_modified=answer.last_modified,
        body_hash=body_hash(answer.body),
        last_full=now,
    )


def _address(state: FeedState, answer: Answer, alternate: str | None) -> str:
    """Where to ask next, now that this address has delivered a feed."""
    if answer.permanent_url:
        return answer.permanent_url
    return alternate if alternate and not has_secrets(alternate) else state.url
