"""Negative-binomial scan statistic: the most surprising of several windows that end now.

Each window's count is compared with its expectation by the negative-binomial deviance, whose signed root is close
to a standard normal score even for small counts; then scaled by how much that window has varied in this series before.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
SPAN_HOURS = 24.0
#: part of the expectation by which the baseline itself may be wrong
MODEL = 0.1
PRIOR_DAYS = 3.0
CLIP = 9.0
#: windows that vary more than theory says are scaled by this power of how much
POWER = 0.5
#: a bucket's excess may be so many times its neighbours', and so many standard deviations more
TRIM_REST = 1.5
TRIM_ROOT = 1.0
#: how much of what the season may be wrong is held against a window
DOUBTED = 0.35


def windows(bucket: int) -> tuple[int, ...]:
    """Window lengths in buckets: 1, 2, 3, 4, 6, 8, 12, ... up to a day."""
    longest = max(1, int(SPAN_HOURS * 3600 // bucket))
    lengths = [1]
    for power in range(1, 20):
        lengths += [2**power, 3 * 2 ** (power - 1)]
    return tuple(sorted(length for length in lengths if length <= longest))


def deviance(count: Array, expected: Array, dispersion: Array) -> Array:
    """Half the signed deviance of a negative binomial with mean ``expected`` and variance m + dispersion * m^2.

    The count is taken half a unit lower (continuity). Positive above the expectation. exp(-result) is about the tail.
    """
    mean = np.maximum(expected, 1e-6)
    size = 1 / np.maximum(dispersion, 1e-4)
    value = np.maximum(count - 0.5, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(value > 0, value * np.log(value / mean), 0.0)
    half = ratio - (value + size) * np.log((value + size) / (mean + size))
    return np.asarray(np.sign(value - mean) * np.maximum(half, 0.0))


def _sums(values: Array, lengths: tuple[int, ...], latest: Array | None = None) -> Array:
    """Trailing sums; with ``latest`` the last bucket of each window is taken from there."""
    total = np.concatenate([[0.0], np.cumsum(values)])
    n = len(values)
    ends = np.arange(1, n + 1)
    if latest is not None:
        return np.stack([latest + total[ends - 1] - total[np.maximum(ends - length, 0)] for length in lengths])
    return np.stack([total[ends] - total[np.maximum(ends - length, 0)] for length in lengths])


def _trimmed(value: Array, expected: Array) -> tuple[Array, Array]:
    """Counts with lonely peaks held down: of the buckets before the latest, and of each as the latest.

    The excess of a bucket may be some times that of its neighbours (of the one before it while it is the latest).
    """
    excess = np.maximum(value - expected, 0.0)
    before, after = np.concatenate([[0.0], excess[:-1]]), np.concatenate([excess[1:], [0.0]])
    noise = 1.0 + TRIM_ROOT * np.sqrt(expected)
    settled = value - np.maximum(excess - TRIM_REST * np.maximum(before, after) - noise, 0.0)
    latest = value - np.maximum(excess - TRIM_REST * before - noise, 0.0)
    return settled, latest


def scan(rows: Array, *, bucket: int, trimmed: bool, below: bool = False) -> Array:
    """Deviance per window (rows) and bucket (columns) of ``rows``: count, expectation, dispersion, doubt per bucket.

    ``trimmed``: one bucket cannot make a window surprising. ``below``: surprise is in low counts.
    """
    value, expected, dispersion, doubt = rows
    lengths = windows(bucket)
    mean, spread = _sums(expected, lengths), _sums(dispersion * expected**2, lengths)
    count = _sums(value, lengths)
    if trimmed and not below:
        settled, latest = _trimmed(value, expected)
        count = _sums(settled, lengths, latest)
    # what is not known of the season hangs together over a window
    wrong = MODEL**2 + (_sums(np.sqrt(doubt) * expected, lengths) * DOUBTED / np.maximum(mean, 1e-9)) ** 2
    relative = spread / np.maximum(mean, 1e-9) ** 2 + wrong
    return -deviance(count + 1.0, mean, relative) if below else deviance(count, mean, relative)


def scaled(half: Array, varied: Array, before: int, bucket: int) -> tuple[Array, Array]:
    """``half`` divided by what is usual for its window in this series so far (never less than the theory says).

    ``varied`` is the sum of squares per window of the ``before`` buckets so far; the new sum is returned too.
    """
    n = half.shape[1]
    prior = PRIOR_DAYS * 86_400 / bucket
    squared = np.minimum(2 * np.abs(half), CLIP)
    sums = np.cumsum(np.concatenate([varied[:, None], squared], axis=1), axis=1)
    usual = (sums[:, :-1] + prior) / (before + np.arange(n) + prior)
    return np.asarray(half / np.maximum(usual, 1.0) ** POWER), sums[:, -1]
