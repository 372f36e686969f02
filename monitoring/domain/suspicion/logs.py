"""Shapes of the logarithms of bids: RD, SKEW and KURT, free of a tender's level and of its spread."""

import numpy as np
from numpy.typing import NDArray

from monitoring.domain.suspicion.signs import LEAST, Floats, Market

NAMES = ("CV", "RD", "SKEW", "KURT")
BLOCK = 2**18
"""Bids worked on together, so that their arrays stay in a processor's cache."""


def measure(market: Market) -> dict[str, NDArray]:
    """Return `n`, `b1`, `bn` (as logarithms over the lowest bid) and NAMES by tender, NaN where missing.

    `CV` is the standard deviation of the logarithms. Nothing depends on the order of rows.
    """
    order = np.lexsort((market.amount, market.tender))
    amount = market.amount[order]
    n = np.bincount(market.tender, minlength=market.count).astype(np.int64)
    table: dict[str, NDArray] = {"n": n, "b1": np.zeros(market.count), "bn": np.full(market.count, np.nan)}
    table |= {name: np.full(market.count, np.nan) for name in NAMES}
    starts = np.cumsum(n) - n
    usable = n >= LEAST
    usable[usable] = amount[starts[usable]] > 0
    for each in np.unique(n[usable]).tolist():
        tenders = np.flatnonzero(usable & (n == each))
        for some in np.split(tenders, np.arange(0, len(tenders), max(1, BLOCK // each))[1:]):
            bids = amount[starts[some] + np.arange(each)[:, None]]
            logs = np.log1p((bids - bids[0]) / bids[0])
            table["bn"][some] = logs[-1]
            for name, values in shapes(logs).items():
                table[name][some] = values
    return table


def shapes(logs: Floats) -> dict[str, Floats]:
    """Return NAMES of tenders of equal n from logarithms, one column a tender, sorted upwards; NaN is missing.

    RD, SKEW and KURT are defined as in `monitoring.domain.screens`.
    """
    n = len(logs)
    central = logs - logs.mean(axis=0)
    square = central * central
    two = square.sum(axis=0)
    three, four = (square * central).sum(axis=0), (square * square).sum(axis=0)
    losers = logs[1:] - logs[1:].mean(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        sd = np.where(two > 0, np.sqrt(two / (n - 1)), np.nan)
        kurtosis = np.full(len(sd), np.nan)
        if n > LEAST:
            kurtosis = (n - 1) / ((n - 2) * (n - 3)) * ((n + 1) * n * four / (two * two) - 3 * (n - 1))
        spread = np.sqrt((losers * losers).sum(axis=0) / (n - 2))
        return {
            "CV": sd,
            "RD": np.where(spread > 0, (logs[1] - logs[0]) / spread, np.nan),
            "SKEW": n * np.sqrt(n - 1) / (n - 2) * three / (two * np.sqrt(two)),
            "KURT": kurtosis,
        }
