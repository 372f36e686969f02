"""One lesson from labelled tenders: what was learned, how well out of fold, and beside which trivial orders."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitoring.domain.suspicion import learning
from monitoring.domain.suspicion.histories import Sets
from monitoring.domain.suspicion.learning import Local
from monitoring.domain.suspicion.signs import LEAST, Market

Truth = NDArray[np.int64]
Figures = Mapping[str, float]
PROTOCOL = "out of fold, stratified 5-fold, 3 repeats, median imputation inside the fold"


@dataclass(frozen=True)
class Lesson:
    """A learned model with its figures by repeat, thresholds and the SHA-256 of what it was learned from.

    `used` are the tenders learned from, in an order of their features; `truth` and `outside` (the mean suspicion out
    of fold) are in that order.
    """

    local: Local
    used: NDArray[np.int64]
    truth: Truth
    outside: NDArray[np.float64]
    repeats: Sequence[Figures]
    baselines: Mapping[str, Figures]
    thresholds: Mapping[str, float]
    digest: str

    @property
    def figures(self) -> dict[str, float]:
        """The figures out of fold, the mean over the repeats."""
        return {
            name: round(float(np.mean([each[name] for each in self.repeats])), 4) for name in self.repeats[0]
        }

    def about(self, made_by: str, version: str) -> dict[str, Any]:
        """Return the provenance that is stored with the model; `version` is that of scikit-learn."""
        return {
            "made_by": made_by,
            "scikit-learn": version,
            "tenders": len(self.truth),
            "collusive": int(self.truth.sum()),
            "protocol": PROTOCOL,
            "figures": self.figures,
            "thresholds": dict(self.thresholds),
            "training_sha256": self.digest,
        }


def study(market: Market, sets: Sets, labelled: Mapping[int, bool]) -> Lesson:
    """Learn from the labelled tenders of a market that have at least three bids; `sets` are each tender's bidders.

    Raises LearningError where there are too few.
    """
    plain, n = learning.describe(market)
    used = np.array([at for at in sorted(labelled) if n[at] >= LEAST], dtype=np.int64)
    used = used[learning.in_order(plain[used])]
    truth = np.array([labelled[at] for at in used.tolist()], dtype=np.int64)
    own, plain = [sets[at] for at in used.tolist()], plain[used]
    outside = learning.out_of_fold(plain, own, truth)
    mean = outside.mean(axis=0)
    return Lesson(
        local=learning.learn(plain, own, truth),
        used=used,
        truth=truth,
        outside=mean,
        repeats=[learning.figures(truth, value, 0.5) for value in outside],
        baselines=learning.baselines(plain, truth),
        thresholds=learning.thresholds(truth, mean),
        digest=_digest(plain, own, truth),
    )


def _digest(plain: NDArray[np.float64], sets: Sets, truth: Truth) -> str:
    """Return the SHA-256 of what was learned from: one sorted line a tender, features to nine digits."""
    rows = sorted(
        f"{' '.join(format(value, '.9g') for value in row)} {sorted(each)!r} {label}"
        for row, each, label in zip(plain.tolist(), sets, truth.tolist(), strict=True)
    )
    return hashlib.sha256("\n".join(rows).encode()).hexdigest()
