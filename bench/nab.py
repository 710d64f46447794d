"""The Numenta Anomaly Benchmark's scoring, standard profile, for series whose anomalies are known.

Lavin and Ahmad, Evaluating Real-time Anomaly Detection Algorithms, 2015: a window around each anomaly holds a tenth of
the series shared by all its anomalies; the first detection in a window earns by a sigmoid of its place, others in it
nothing, detections outside cost 0.11, a missed window 1; the first 15 % (of at most 5,000 rows) do not count.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from bench.volumes import Volume

PROBATION = 750
COST = 0.11
Windows = list[tuple[int, int]]


def windows(volume: Volume) -> Windows:
    """A window around the start of each event."""
    n, out = len(volume.value), list[tuple[int, int]]()
    half = int(0.1 * n / max(1, len(volume.events))) // 2
    for event in volume.events:
        first, last = max(0, event.start - half), min(n - 1, event.start + half)
        if out and first <= out[-1][1]:
            first = out.pop()[0]
        out.append((first, last))
    return out


def raw(found: Sequence[int], spans: Windows) -> float:
    """The raw score of detections at these rows."""
    rows = [row for row in found if row >= PROBATION]
    total = 0.0
    for first, last in spans:
        inside = [row for row in rows if first <= row <= last]
        total += _sigmoid(-(last - inside[0] + 1) / (last - first + 1)) / _sigmoid(-1) if inside else -1.0
    for row in rows:
        if not any(first <= row <= last for first, last in spans):
            total += COST * _after(row, spans)
    return total


def score(raws: float, spans: Sequence[Windows]) -> float:
    """0 for saying nothing, 100 for perfection."""
    count = sum(len(one) for one in spans)
    return 100 * (raws + count) / (2 * count)


def left_one_out(scores: Sequence[np.ndarray], spans: Sequence[Windows]) -> float:
    """Each series by the threshold that is best for the others."""
    told = np.concatenate([one[one > 0] for one in scores])
    thresholds = [*np.unique(np.quantile(told, np.linspace(0, 1, 100))), 1.1]
    table = np.array(
        [
            [raw(np.flatnonzero(one >= bar).tolist(), span) for bar in thresholds]
            for one, span in zip(scores, spans, strict=True)
        ]
    )
    total = sum(table[row, np.delete(table, row, 0).sum(0).argmax()] for row in range(len(scores)))
    return score(float(total), spans)


def _after(row: int, spans: Windows) -> float:
    before = [span for span in spans if span[1] < row]
    if not before:
        return -1.0
    first, last = before[-1]
    away = (row - last) / (last - first)
    return _sigmoid(away) if away <= 3 else -1.0


def _sigmoid(place: float) -> float:
    return 2 / (1 + math.exp(5 * place)) - 1
