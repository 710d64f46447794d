"""The score of a tag: a logistic model over the named features, a short text file that a person can read and change."""

from __future__ import annotations

import math
from typing import NamedTuple

from newswatch.model.watchlist import Watchlist

#: log-odds of a tag on an item in which nothing was found
BIAS = -2.2


class Scored(NamedTuple):
    """``probability`` of the tag, and what each feature gave to it in log-odds."""

    probability: float
    parts: dict[str, float]


def priors(watchlist: Watchlist, tag: str) -> dict[str, float]:
    """Weights before training: a concept pulls towards its own tags; one without tags weighs on all."""
    stated: dict[str, float] = {}
    for concept in watchlist.concepts:
        if tag in concept.tags or not concept.tags:
            stated[f"concept:{concept.id}"] = concept.weight
        elif tag in concept.against:
            stated[f"concept:{concept.id}"] = -concept.weight / 3
    return stated


class Scorer:
    """The linear model of one watch-list."""

    def __init__(self, watchlist: Watchlist) -> None:
        self._bias = {tag.id: watchlist.weights.bias.get(tag.id, BIAS) for tag in watchlist.tags}
        self._weights = {
            tag.id: {**priors(watchlist, tag.id), **watchlist.weights.features.get(tag.id, {})}
            for tag in watchlist.tags
        }

    def score(self, tag: str, values: dict[str, float]) -> Scored:
        """Probability of ``tag`` given features ``values``."""
        weights = self._weights[tag]
        parts = {name: weights[name] * value for name, value in values.items() if name in weights}
        return Scored(sigmoid(self._bias[tag] + sum(parts.values())), parts)


def sigmoid(x: float) -> float:
    """1 / (1 + e⁻ˣ) without overflow."""
    return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))
