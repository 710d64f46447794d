"""Which feeds answered in a window."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from newswatch.digest.gaps import answering
from newswatch.model.digest_plan import Window
from newswatch.model.feed import FeedState, FeedStatus

SINCE = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
WINDOW = Window(SINCE, SINCE + timedelta(minutes=5))


@pytest.mark.parametrize(
    ("status", "success", "next_poll", "expected"),
    [
        (FeedStatus.OK, 1, 20, True),
        (FeedStatus.FAILED, 1, 20, True),
        (FeedStatus.UNCHANGED, -10, 20, True),
        (FeedStatus.OK, -10, 3, False),
        (FeedStatus.FAILED, -10, 20, False),
        (FeedStatus.NEW, None, 20, False),
    ],
)
def test_a_feed_answered_or_was_not_asked(
    status: FeedStatus, success: int | None, next_poll: int, expected: bool
) -> None:
    """``success`` and ``next_poll`` in minutes after the window's begin."""
    last = None if success is None else SINCE + timedelta(minutes=success)
    at = SINCE + timedelta(minutes=next_poll)
    state = FeedState("a", "https://a.example", "https://a.example", status, last_success=last, next_poll=at)
    assert answering(state, WINDOW) is expected
