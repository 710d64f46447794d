"""Fit the weights of the tags on the development items and write ``config/watchlist/weights.yaml``.

``python bench/train_tagging.py`` reads only the items whose split is ``dev``. Logistic regression per tag by Newton's
method with a Gaussian prior centred on the weights that the concepts state in YAML, so that a concept which the data
says little about keeps its stated weight. ``--folds 5`` prints the cross-validated table instead of writing.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parent.parent / "plugins"))

from eval_tagging import CONFIG, Report, read, table
from newswatch.config.watchlist import load_watchlist
from newswatch.model.watchlist import Watchlist, Weights
from newswatch.tag import Tagger
from newswatch.tag.features import Features
from newswatch.tag.score import BIAS, priors

STRENGTH = 0.5
NOT_FITTED = 0.005
Row = tuple[dict[str, Any], Features]


def fit(watchlist: Watchlist, rows: list[Row], strength: float = STRENGTH) -> Weights:
    """Weights of every tag from labelled ``rows``; ``strength`` is the prior's precision."""
    scoped = [(item, features) for item, features in rows if features.scope > 0]
    names = sorted({name for _, features in scoped for name in features.values})
    matrix = np.array([[features.values.get(name, 0.0) for name in names] + [1.0] for _, features in scoped])
    bias: dict[str, float] = {}
    weights: dict[str, dict[str, float]] = {}
    for spec in watchlist.tags:
        stated = priors(watchlist, spec.id)
        prior = np.array([stated.get(name, 0.0) for name in names] + [BIAS])
        labels = np.array([1.0 if spec.id in item["tags"] else 0.0 for item, _ in scoped])
        found = _newton(matrix, labels, prior, strength)
        bias[spec.id] = round(float(found[-1]), 2)
        weights[spec.id] = {
            name: round(float(value), 2)
            for name, value, was in zip(names, found, prior, strict=False)
            if abs(value - was) > NOT_FITTED
        }
    return Weights(bias=bias, features=weights)


def _newton(
    matrix: NDArray[np.float64], labels: NDArray[np.float64], prior: NDArray[np.float64], strength: float
) -> NDArray[np.float64]:
    found = prior.copy()
    penalty = np.full(matrix.shape[1], strength)
    penalty[-1] = strength / 10
    for _ in range(40):
        odds = np.clip(matrix @ found, -30, 30)
        chance = 1 / (1 + np.exp(-odds))
        slope = matrix.T @ (chance - labels) + penalty * (found - prior)
        curve = (matrix * (chance * (1 - chance))[:, None]).T @ matrix + np.diag(penalty)
        step = np.linalg.solve(curve, slope)
        found = found - step
        if np.abs(step).max() < 1e-6:
            break
    return found


def cross_validate(watchlist: Watchlist, rows: list[Row], folds: int, strength: float) -> Report:
    """Every item judged by weights that were fitted without it."""
    report = Report()
    for fold in range(folds):
        weights = fit(watchlist, [row for at, row in enumerate(rows) if at % folds != fold], strength)
        tagger = Tagger(watchlist.model_copy(update={"weights": weights}))
        for item, features in rows[fold::folds]:
            scores = tagger.scores(features)
            report.add(item, [spec.id for spec in watchlist.tags if _given(scores, spec.id, spec.threshold)])
    return report


def _given(scores: dict[str, Any], tag: str, threshold: float) -> bool:
    return tag in scores and scores[tag].probability >= threshold


def write(weights: Weights, path: Path) -> None:
    """The weights as YAML, one feature per line, the strongest first."""
    content = {
        "weights": {
            "bias": weights.bias,
            "features": {
                tag: dict(sorted(features.items(), key=lambda part: -abs(part[1])))
                for tag, features in weights.features.items()
            },
        }
    }
    head = "# Fitted by `python bench/train_tagging.py` on tests/data/tagging (split dev). Log-odds per feature.\n"
    path.write_text(head + yaml.safe_dump(content, sort_keys=False, allow_unicode=True), encoding="utf-8")


def main() -> None:
    """Fit and write, or cross-validate."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folds", type=int, help="cross-validate with so many folds, write nothing")
    parser.add_argument("--strength", type=float, default=STRENGTH, help="precision of the prior")
    arguments = parser.parse_args()
    watchlist = load_watchlist(CONFIG).model_copy(update={"weights": Weights()})
    tagger = Tagger(watchlist)
    rows = [(item, tagger.features(item["title"], item["summary"])) for item in read() if item["split"] == "dev"]
    if arguments.folds:
        print(table({"cross-validated": cross_validate(watchlist, rows, arguments.folds, arguments.strength)}))
    else:
        write(fit(watchlist, rows, arguments.strength), CONFIG / "watchlist" / "weights.yaml")


if __name__ == "__main__":
    main()
