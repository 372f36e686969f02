"""Learns from local confirmed cases: features, two ensembles of trees averaged, and figures out of fold."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn import metrics
from sklearn.ensemble import ExtraTreesClassifier, HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import Pipeline, make_pipeline

from monitoring.domain import frame
from monitoring.domain.screens import NAMES
from monitoring.domain.suspicion import histories
from monitoring.domain.suspicion.histories import History, Sets
from monitoring.domain.suspicion.signs import LEAST, Market

Floats = NDArray[np.float64]
Truth = NDArray[np.int64]

FOLDS, REPEATS = 5, 3
TREES, ROUNDS = 300, 120
PARTS = ("b1/estimate", "m/estimate", "bn/estimate")
GAPS = (
    "gap_first",
    "gap_second",
    "gap_ratio",
    "gap_middle",
    "gap_most",
    "gap_least",
    "below",
    "above",
    "inner",
)
PRICES = (*NAMES, "n", *PARTS, "size")
FEATURES = (*PRICES, *histories.COLUMNS, *GAPS)
BUDGETS = (0.05, 0.1)
ALARMS = (0.01, 0.05, 0.1)


class LearningError(ValueError):
    """Cases from which nothing can be learned; the message is one sentence that says what to do."""


@dataclass(frozen=True)
class Local:
    """What was learned: two fitted pipelines, the labelled tenders that histories are asked of, and thresholds."""

    trees: Pipeline
    boosting: Pipeline
    history: History

    def suspicion(self, plain: Floats, sets: Sets) -> Floats:
        """Return the mean of both probabilities for tenders described by `describe` and their bidders."""
        rows = _joined(plain, self.history.describe(sets, own=False))
        return _mean_probability((self.trees, self.boosting), rows)


def describe(market: Market) -> tuple[Floats, NDArray[np.int64]]:
    """Return the features that need no label, one row a tender, NaN where missing, and the numbers of bids.

    `size` is the logarithm of the mean bid less the middle one of the market; GAPS are of sorted logarithms of bids.
    """
    table = frame.screens(market.tender, market.amount, market.count)
    nothing = np.full(market.count, np.nan)
    table |= frame.ratios(table, estimate=market.estimate, ceiling=nothing)
    with np.errstate(divide="ignore", invalid="ignore"):
        size = np.log(table["m"])
    known = size[~np.isnan(size)]
    table["size"] = size - (np.median(known) if len(known) else 0.0)
    plain = np.column_stack([table[name].astype(np.float64) for name in PRICES])
    gaps = np.full((market.count, len(GAPS)), np.nan)
    for at, bids in _sorted_bids(market):
        if len(bids) >= LEAST and bids[0] > 0:
            gaps[at] = _gaps(np.log(bids))
    return np.column_stack([plain, gaps]), table["n"]


def _sorted_bids(market: Market) -> list[tuple[int, Floats]]:
    order = np.lexsort((market.amount, market.tender))
    tender, amount = market.tender[order], market.amount[order]
    cuts = np.flatnonzero(np.diff(tender)) + 1
    return [
        (int(tender[start]), bids)
        for start, bids in zip([0, *cuts.tolist()], np.split(amount, cuts), strict=True)
        if len(bids)
    ]


def _gaps(logs: Floats) -> tuple[float, ...]:
    gaps = np.round(np.diff(logs), 12)  # the last digits are those of the unit
    low, middle, high = np.quantile(logs, [0.25, 0.5, 0.75])
    return (
        gaps[0],
        gaps[1],
        gaps[0] / (gaps[1] + 1e-6),
        np.median(gaps),
        gaps.max(),
        gaps.min(),
        middle - logs[0],
        logs[-1] - middle,
        high - low,
    )


def _joined(plain: Floats, firms: Floats) -> Floats:
    cut = len(PRICES)
    return np.column_stack([plain[:, :cut], firms, plain[:, cut:]])


def _pipelines(seed: int) -> tuple[Pipeline, Pipeline]:
    trees = ExtraTreesClassifier(TREES, min_samples_leaf=2, max_features=0.4, random_state=seed, n_jobs=1)
    boosting = HistGradientBoostingClassifier(
        max_iter=ROUNDS, learning_rate=0.05, max_leaf_nodes=6, l2_regularization=1.0, random_state=seed
    )
    return (
        make_pipeline(SimpleImputer(strategy="median", keep_empty_features=True), trees),
        make_pipeline(SimpleImputer(strategy="median", keep_empty_features=True), boosting),
    )


def _mean_probability(models: tuple[Pipeline, ...], rows: Floats) -> Floats:
    mean: Floats = np.mean([model.predict_proba(rows)[:, 1] for model in models], axis=0)
    return mean


def learn(plain: Floats, sets: Sets, truth: Truth, seed: int = 0) -> Local:
    """Return what all labelled tenders teach; one row a tender, at least three bids each."""
    history = History(sets, truth)
    rows = _joined(plain, history.describe(sets, own=True))
    trees, boosting = (model.fit(rows, truth) for model in _pipelines(seed))
    return Local(trees, boosting, history)


def in_order(plain: Floats) -> NDArray[np.int64]:
    """Return an order of tenders by their features, so that neither names nor rows decide who is in which fold."""
    order: NDArray[np.int64] = np.lexsort(np.round(np.nan_to_num(plain, nan=-1.0), 9).T)
    return order


def out_of_fold(plain: Floats, sets: Sets, truth: Truth) -> Floats:
    """Return suspicion by repeat and tender, each from a model that saw neither the tender's label nor its fold's.

    Stratified five folds, three repeats, imputation and histories inside the fold. Raises LearningError.
    """
    if min(np.bincount(truth, minlength=2)) < FOLDS:
        raise LearningError(
            f"at least {FOLDS} tenders of three bids or more are needed with and without the label, "
            f"there are {int(truth.sum())} and {int((1 - truth).sum())}"
        )
    found = np.zeros((REPEATS, len(truth)))
    for repeat in range(REPEATS):
        folds = StratifiedKFold(FOLDS, shuffle=True, random_state=repeat)
        for train, test in folds.split(plain, truth):
            local = learn(plain[train], [sets[at] for at in train], truth[train], repeat)
            found[repeat, test] = local.suspicion(plain[test], [sets[at] for at in test])
    return found


def figures(truth: Truth, value: Floats, cut: float | None = None) -> dict[str, float]:
    """Return AUC, average precision, recall in the top 5 and 10 %, and with a cut balanced accuracy and F1.

    Equal values share a place in the top: their recall is what a blind choice among them gives.
    """
    found = {
        "AUC": float(metrics.roc_auc_score(truth, value)),
        "average precision": float(metrics.average_precision_score(truth, value)),
    }
    if cut is not None:
        found["balanced accuracy"] = float(metrics.balanced_accuracy_score(truth, value >= cut))
        found["F1"] = float(metrics.f1_score(truth, value >= cut))
    for budget in BUDGETS:
        found[f"recall at top {budget:.0%}"] = _recall(truth, value, budget)
    return found


def _recall(truth: Truth, value: Floats, budget: float) -> float:
    room = max(1.0, round(budget * len(truth)))
    edge = np.sort(value)[::-1][int(room) - 1]
    above, level = value > edge, value == edge
    hits = truth[above].sum() + truth[level].mean() * (room - above.sum())
    return float(hits / truth.sum())


def thresholds(truth: Truth, value: Floats) -> dict[str, float]:
    """Return the suspicion that 1, 5 and 10 % of the tenders without the label reach or pass."""
    honest = np.sort(value[truth == 0])
    return {f"{share:.0%}": float(np.quantile(honest, 1 - share)) for share in ALARMS}


def baselines(plain: Floats, truth: Truth) -> Mapping[str, dict[str, float]]:
    """Return the figures of two trivial orders: by number of bids and by CV, in the direction that does better."""
    found: dict[str, dict[str, Any]] = {}
    for name in ("n", "CV"):
        value = plain[:, PRICES.index(name)]
        value = np.where(np.isnan(value), np.nanmedian(value), value)
        found[name] = max((figures(truth, sign * value) for sign in (1, -1)), key=lambda each: each["AUC"])
    return found
