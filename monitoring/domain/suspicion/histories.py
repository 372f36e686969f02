"""What confirmed cases tell of firms: how often bidders were in them, and which known tender a tender resembles."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Floats = NDArray[np.float64]
Truth = NDArray[np.int64]
Sets = Sequence[frozenset[str]]

COLUMNS = (
    "odds_mean",
    "odds_sum",
    "odds_max",
    "odds_min",
    "odds_top",
    "known",
    "alike",
    "alike_close",
    "alike_most",
)
PRIOR = 2.0
"""A firm's share is drawn to the market's by so many tenders."""


@dataclass(frozen=True)
class History:
    """The bidders of labelled tenders, with their labels; only to be asked, never to be changed."""

    sets: Sets
    truth: Truth

    def describe(self, sets: Sets, *, own: bool) -> Floats:
        """Return COLUMNS for tenders by their bidders; with `own` they are the labelled ones, each without itself.

        First the logarithms of the odds, beside the market's, of a bidder's other tenders being cases: mean, sum,
        largest, smallest, mean of the three largest; the share of bidders with any history. Then labels, less their
        mean, of the tenders with common bidders, weighted by the cosine of rare bidders, by its cube, and the largest
        cosine.
        """
        if not any(self.sets):
            return np.full((len(sets), len(COLUMNS)), np.nan)
        return np.column_stack([self._odds(sets, own=own), self._alike(sets, own=own)])

    def _odds(self, sets: Sets, *, own: bool) -> Floats:
        prior = float(np.clip(self.truth.mean(), 0.01, 0.99))
        base = np.log(prior / (1 - prior))
        tally: dict[str, list[int]] = {}
        for members, label in zip(self.sets, self.truth.tolist(), strict=True):
            for name in members:
                count = tally.setdefault(name, [0, 0])
                count[0] += label
                count[1] += 1
        rows = np.full((len(sets), 6), np.nan)
        for at, members in enumerate(sets):
            mine = [int(self.truth[at]), 1] if own else [0, 0]
            seen = np.array([tally.get(name, mine) for name in sorted(members)], dtype=np.float64).reshape(
                -1, 2
            )
            if not len(seen):
                continue
            cases, times = seen[:, 0] - mine[0], seen[:, 1] - mine[1]
            share = (cases + PRIOR * prior) / (times + PRIOR)
            odds = np.sort(np.log(share / (1 - share)) - base)
            rows[at] = (odds.mean(), odds.sum(), odds[-1], odds[0], odds[-3:].mean(), (times > 0).mean())
        return rows

    def _alike(self, sets: Sets, *, own: bool) -> Floats:
        names = {name: at for at, name in enumerate(sorted(frozenset().union(*self.sets)))}
        known = _matrix(self.sets, names)
        rarity = np.log((len(self.sets) + 1) / (np.asarray(known.sum(axis=0)).ravel() + 0.5))
        cosine = (_unit(_matrix(sets, names), rarity) @ _unit(known, rarity).T).toarray()
        if own:
            np.fill_diagonal(cosine, 0)
        label = self.truth - self.truth.mean()
        close = cosine**3
        return np.column_stack(
            [
                cosine @ label / (cosine.sum(axis=1) + 0.5),
                close @ label / (close.sum(axis=1) + 0.05),
                cosine.max(axis=1),
            ]
        )


def _matrix(sets: Sets, names: dict[str, int]) -> sparse.csr_matrix:
    pairs = [
        (at, names[name]) for at, members in enumerate(sets) for name in sorted(members) if name in names
    ]
    rows, columns = zip(*pairs, strict=True) if pairs else ((), ())
    return sparse.csr_matrix((np.ones(len(pairs)), (rows, columns)), shape=(len(sets), len(names)))


def _unit(matrix: sparse.csr_matrix, rarity: Floats) -> sparse.csr_matrix:
    weighted = matrix.multiply(rarity).tocsr()
    length = np.sqrt(np.asarray(weighted.multiply(weighted).sum(axis=1)).ravel())
    return sparse.diags(1 / np.maximum(length, 1e-9)) @ weighted
