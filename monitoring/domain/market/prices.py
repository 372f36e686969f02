"""How prices of one tender come about: logarithms over the tender's cost, of firms that compete or do not."""

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from monitoring.domain.market.setting import Award, Honest, Scheme

Floats = NDArray[np.float64]

MARGIN = 0.08
"""Logarithm of an honest bid over cost, on average."""
TRIM = 0.1
"""So much of each end is left out of the mean by which an average-bid rule awards."""


def honest(kind: Honest, count: int, spread: float, award: Award, chance: Generator) -> Floats:
    """Return the logarithms, over cost, of `count` bids that compete.

    Where the average wins, bidders guess one price and scatter around it with heavier ends; where the lowest wins, the
    scatter is that of costs. With common costs a tender-wide shock holds most of it; with common estimators each
    bidder buys one of three estimates.
    """
    private = spread
    shared = chance.normal(0, 0.03)
    if kind is Honest.COMMON_COSTS:
        private, shared = 0.6 * spread, chance.normal(0, spread)
    if award is Award.AVERAGE:
        scatter = chance.standard_t(6, count) * (private / np.sqrt(1.5))
    else:
        scatter = chance.normal(0, private, count)
    if kind is Honest.COMMON_ESTIMATORS:
        estimates = chance.normal(0, 0.45 * spread, 3)
        scatter = 0.9 * scatter + estimates[chance.integers(0, 3, count)]
    logs: Floats = MARGIN + shared + scatter
    return logs


def concerted(scheme: Scheme, count: int, spread: float, chance: Generator) -> Floats:
    """Return the logarithms, over cost, of the bids of `count` members of a ring; a designated winner's is the first.

    The winner asks more than under competition and the others stay above it, closer together than bids that compete: at
    a distance (complete, incomplete, rotation), on rungs of a ladder (cover), farther above (sharing), a fixed step
    apart (phantom). To move a mean the members stand close together away from where the others bid.
    """
    if scheme is Scheme.MEAN:
        side = chance.choice([-1.0, 1.0]) * chance.uniform(0.4, 1.6) * spread
        together: Floats = MARGIN + side + chance.normal(0, 0.15 * spread, count)
        return together
    floor = MARGIN + chance.uniform(0.3, 1.3) * spread
    gap = chance.uniform(0.1, 0.5) * spread
    tight = chance.uniform(0.08, 0.4) * spread
    others = count - 1
    if scheme is Scheme.COVER:
        above = gap + np.arange(others) * 0.4 * tight + chance.normal(0, 0.03 * spread, others)
    elif scheme is Scheme.SHARING:
        above = 1.5 * gap + np.abs(chance.normal(0, tight, others))
    elif scheme is Scheme.PHANTOM:
        above = np.arange(1, others + 1) * (0.05 * spread + 0.4 * tight) + chance.normal(
            0, 0.02 * spread, others
        )
    else:
        above = gap + np.abs(chance.normal(0, tight, others))
    return np.concatenate([[floor], floor + np.maximum(above, 0.02 * spread)])


def winner(amounts: Floats, award: Award) -> int:
    """Return the place of the bid that wins; of equal ones the first.

    The average rule: the mean of the bids without the lowest and highest tenth; the nearest bid below wins, or
    where none is below the nearest of all.
    """
    if award is Award.LOWEST:
        return int(np.argmin(amounts))
    ordered = np.sort(amounts)
    cut = int(TRIM * len(ordered))
    mean = float(ordered[cut : len(ordered) - cut].mean())
    below = np.where(amounts <= mean, mean - amounts, np.inf)
    return int(np.argmin(below)) if np.isfinite(below).any() else int(np.argmin(np.abs(amounts - mean)))
