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
TRIM_REST = 1.0
TRIM_ROOT = 1.0
YOUNG = 0.3
YOUNG_DAYS = 4.0


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


def _sums(values: Array, lengths: tuple[int, ...]) -> Array:
    total = np.concatenate([[0.0], np.cumsum(values)])
    n = len(values)
    ends = np.arange(1, n + 1)
    return np.stack([total[ends] - total[np.maximum(ends - length, 0)] for length in lengths])


def _maxima(values: Array, lengths: tuple[int, ...]) -> Array:
    """Largest value of every trailing window, each from a shorter one."""
    found: list[Array] = []
    for number, length in enumerate(lengths):
        if length == 1:
            found.append(values)
            continue
        shorter = next(k for k in range(number) if 2 * lengths[k] >= length)
        shift = length - lengths[shorter]
        earlier = np.concatenate([np.full(shift, -np.inf), found[shorter][:-shift]])[: len(values)]
        found.append(np.maximum(found[shorter], earlier))
    return np.stack(found)


def scan(rows: Array, *, bucket: int, first: int, trimmed: bool, below: bool = False) -> Array:
    """Deviance per window (rows) and bucket (columns) of ``rows``: count, expectation, dispersion per bucket.

    ``first`` is the age of the first bucket, in buckets since the series began. ``trimmed``: one bucket cannot make a
    window surprising. ``below``: surprise is in low counts.
    """
    value, expected, dispersion = rows
    lengths = windows(bucket)
    count, mean = _sums(value, lengths), _sums(expected, lengths)
    spread = _sums(dispersion * expected**2, lengths)
    if trimmed and not below:
        excess = np.maximum(value - expected, 0.0)
        largest, all_excess = _maxima(excess, lengths), _sums(excess, lengths)
        allowed = TRIM_REST * (all_excess - largest) + 1.0 + TRIM_ROOT * np.sqrt(expected)
        count = count - np.maximum(largest - allowed, 0.0)
    age = (first + np.arange(len(value))) * bucket / 86_400
    wrong = MODEL**2 + (YOUNG * np.exp(-age / YOUNG_DAYS)) ** 2
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
    return np.asarray(half / np.maximum(usual, 1.0)), sums[:, -1]
