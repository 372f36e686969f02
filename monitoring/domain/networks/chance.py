"""Ranks, normal scores and chances that do not depend on the order in which anything is added up."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_GRID = 2.0**24
STEPS = 64
"""Scores of a pair in a tender are whole multiples of 1/STEPS, so that their sums have exact distributions."""
SMALL, MANY = 9, 20
"""Up to SMALL bidders a tender's scores are far from normal; of more than MANY such tenders the sum is normal."""


def exact(values: Floats) -> Floats:
    """Return the values on a binary grid, on which sums are exact in every order."""
    return np.asarray(np.rint(values * _GRID) / _GRID)


def normal_scores(values: Floats) -> Floats:
    """Return the normal quantile of each value's place among all, equal values sharing the mean place."""
    if not len(values):
        return values
    return exact(stats.norm.ppf((stats.rankdata(values) - 0.5) / len(values)))


def closeness(distances: Floats) -> Floats:
    """Return normal scores of distances, high where small, with variance 1 had there been no ties."""
    count = len(distances)
    raw = -stats.norm.ppf((stats.rankdata(distances) - 0.5) / count)
    return np.asarray(np.rint(raw / _spread(count) * STEPS) / STEPS)


@lru_cache(maxsize=4096)
def _spread(count: int) -> float:
    return float(np.std(stats.norm.ppf((np.arange(count) + 0.5) / count))) or 1.0


@lru_cache(maxsize=65536)
def _sum_chances(bidders: tuple[int, ...]) -> Floats:
    """Return chances of the sums of one score in each tender, from the lowest sum to the highest."""
    pairs = np.arange(bidders[-1] * (bidders[-1] - 1) // 2, dtype=np.float64)
    scores = np.rint(closeness(pairs) * STEPS).astype(np.int64)
    single = np.bincount(scores - scores.min()) / len(scores)
    return single if len(bidders) == 1 else np.convolve(_sum_chances(bidders[:-1]), single)


def closeness_chances(totals: Floats, common: Integers, small: Sequence[tuple[int, ...]]) -> Floats:
    """Return P(sum of scores >= total) for each pair if prices stand in random order in its `common` tenders.

    `small` are the sizes, sorted, of those with at most SMALL bidders: exact for them, normal for the others. With no
    common tender the chance is 1.
    """
    found: Floats = np.where(common > 0, stats.norm.sf(totals / np.sqrt(np.maximum(common, 1))), 1.0)
    for at, sizes in enumerate(small):
        if 0 < len(sizes) <= MANY:
            found[at] = _exact_chance(float(totals[at]), int(common[at]) - len(sizes), sizes)
    return found


def _exact_chance(total: float, large: int, small: tuple[int, ...]) -> float:
    chances = _sum_chances(small)
    sums = (np.arange(len(chances)) - (len(chances) - 1) / 2) / STEPS
    if not large:
        return float(min(1.0, chances[sums >= total - 0.25 / STEPS].sum()))
    return float(chances @ special.ndtr((sums - total) / np.sqrt(large)))


def false_discovery(p_values: Floats) -> Floats:
    """Return q-values (Benjamini, Hochberg 1995): the share of false finds if all up to here are called finds."""
    count = len(p_values)
    order = np.argsort(p_values, kind="stable")[::-1]
    found = np.empty(count)
    found[order] = np.minimum.accumulate(p_values[order] * count / np.arange(count, 0, -1))
    return found
