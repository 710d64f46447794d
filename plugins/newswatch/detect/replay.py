"""The past on the event clock: the same evaluation, one look per bucket."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from newswatch.detect.evaluate import Detection, evaluate
from newswatch.detect.look import SETTLE, Look
from newswatch.detect.memory import STEP, Memories, floor, moment
from newswatch.detect.where import Filed
from newswatch.model.observed import Observed
from newswatch.model.rules import Rule
from newswatch.model.signal import Coverage


def replay(
    rules: Sequence[Rule],
    items: Sequence[Observed],
    span: tuple[datetime, datetime],
    memories: Memories | None = None,
    coverage: Mapping[int, Coverage] | None = None,
) -> Iterator[tuple[datetime, Detection]]:
    """Look once a bucket from ``span[0]`` to ``span[1]``; ``memories`` are left as live would have left them.

    ``items`` may come in any order; each is looked at in the first look after newswatch saw it.
    """
    filed, kept = Filed(rules), Memories() if memories is None else memories
    by_bucket: dict[int, list[Observed]] = {}
    for item in sorted(items, key=lambda one: (one.at, one.id)):
        by_bucket.setdefault(floor(item.at.timestamp()), []).append(item)
    known = coverage or {}
    for bucket in range(floor(span[0].timestamp()), floor(span[1].timestamp()) + 1, STEP):
        now = moment(bucket + STEP + SETTLE)
        fresh = by_bucket.get(bucket, [])
        live = [item for item in fresh if item.origin == "live"]
        seen = {at: one for at, one in known.items() if bucket - 100 * STEP <= at <= bucket}
        yield now, evaluate(filed, kept, Look(now, fresh, {bucket: live}, seen))
