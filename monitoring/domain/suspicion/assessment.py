"""Suspicion, p-value, q-value and reasons of every tender of a market, by the model that is shipped."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from monitoring.domain.suspicion import logs, null, signs
from monitoring.domain.suspicion.shipped import INTERCEPT, WEIGHTS
from monitoring.domain.suspicion.signs import LEAST, SIGNS, Floats, Integers, Market

REASONS = {
    "calm": "low_spread",
    "calm_here": "low_spread_here",
    "gap": "wide_gap",
    "left": "left_skew",
    "peak": "peaked",
    "dear": "high_price",
    "regulars": "regular_bidders",
    "together": "frequent_company",
}
"""Sign -> the code under which docs/flags.md explains it."""
EQUAL = "equal_bids"
WORTH_TELLING = 0.4
"""A sign is a reason where it raises the odds by half or more: exp(0.4) is 1.49."""


@dataclass(frozen=True, slots=True)
class Assessment:
    """By tender: number of bids, suspicion in 0..1, p and q (NaN below three bids) and the codes of reasons."""

    n: Integers
    suspicion: Floats
    p: Floats
    q: Floats
    reasons: list[tuple[str, ...]]


def assess(market: Market) -> Assessment:
    """Assess every tender; suspicion is 0 where there is no valid bid."""
    table = signs.screens(market)
    found = signs.measure(market, table)
    logit = INTERCEPT + sum((WEIGHTS[name] * found[name] for name in SIGNS), np.zeros(market.count))
    suspicion = np.where(table["n"] > 0, 1 / (1 + np.exp(-logit)), 0.0)
    p = p_values(market)
    return Assessment(table["n"], suspicion, p, q_values(p), reasons(table, found))


def p_values(market: Market) -> Floats:
    """Return how often an honest tender of this market and of equal n has prices of such a shape or a worse one.

    1 where the shape says nothing (equal bids, a bid of zero); NaN below three bids.
    """
    table = logs.measure(market)
    n, shape = table["n"], signs.shapes(table)
    p = np.where(n >= LEAST, 1.0, np.nan)
    known = (n >= LEAST) & ~np.isnan(shape["SKEW"])
    if known.any():
        some = {name: values[known] for name, values in shape.items()}
        p[known] = special.ndtr(-null.z_values(WEIGHTS, null.fitted(shape, n), n[known], some))
    return p


def q_values(p: Floats) -> Floats:
    """Return the smallest false discovery rate at which each would be reported (Benjamini, Hochberg 1995)."""
    q: Floats = np.full(len(p), np.nan)
    known = np.flatnonzero(~np.isnan(p))
    order = known[np.argsort(p[known], kind="stable")]
    raw = p[order] * len(order) / np.arange(1, len(order) + 1)
    q[order] = np.minimum(1.0, np.minimum.accumulate(raw[::-1])[::-1])
    return q


def reasons(table: Mapping[str, NDArray], found: Mapping[str, Floats]) -> list[tuple[str, ...]]:
    """Return for each tender the codes of the signs that raise its odds by half or more, the strongest first."""
    parts = np.column_stack([np.round(WEIGHTS[name] * found[name], 9) for name in SIGNS])
    order = np.argsort(-parts, axis=1, kind="stable")
    equal = (table["n"] >= LEAST) & (table["b1"] == table["bn"])
    codes = [REASONS[name] for name in SIGNS]
    return [
        ((EQUAL,) if same else ()) + tuple(codes[at] for at in places if row[at] >= WORTH_TELLING)
        for row, places, same in zip(parts.tolist(), order.tolist(), equal.tolist(), strict=True)
    ]
