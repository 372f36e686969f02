"""Where bids stand inside their tender: how near to the next one, and a firm's usual place by price."""

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from monitoring.domain.networks.chance import exact
from monitoring.domain.networks.market import Market

Floats = NDArray[np.float64]

PRIOR = 2.0
"""A firm's mean is shrunk as if it had so many more bids at the market's mean."""


def near(market: Market) -> Floats:
    """Return for each bid how near the next bid is, by rank inside the tender, with mean 0 and variance 1.

    0 in tenders of fewer than 3 bidders and where all are equally near.
    """
    found = np.zeros(len(market.price))
    for run in market.runs():
        if run.stop - run.start < 3:
            continue
        gaps = np.diff(market.price[run])
        ranks = stats.rankdata(np.round(np.minimum(np.append(gaps, np.inf), np.append(np.inf, gaps)), 9))
        if np.ptp(ranks):
            found[run] = -(ranks - ranks.mean()) / ranks.std()
    return exact(found)


def unusual_place(market: Market) -> Floats:
    """Return each bid's place by price in its tender less the firm's shrunk mean place in its other tenders.

    A place is the normal score of the rank, which is spread as widely for a firm at the edge as in the middle. The mean
    is shrunk by the market's own ratio of passing to lasting variance (nothing is taken off where nothing lasts), and
    the difference is divided by what the mean adds to its noise, so that it has one spread for all.
    """
    place = np.zeros(len(market.price))
    for run in market.runs():
        size = run.stop - run.start
        if size:
            place[run] = stats.norm.ppf((stats.rankdata(market.price[run]) - 0.5) / size)
    place = exact(place)
    total: Floats = np.bincount(market.firm, place, market.firms).astype(np.float64)
    lasting, passing = _variances(market, place, total)
    if lasting <= 0:
        return np.asarray(np.round(place, 9))
    others = market.activity[market.firm] - 1
    held = others + passing / lasting
    usual = (total[market.firm] - place) / held
    return np.asarray(np.round((place - usual) / np.sqrt(1 + others / held**2), 9))


def _variances(market: Market, place: Floats, total: Floats) -> tuple[float, float]:
    """Return the variance of the firms' lasting places, by the products of two places of a firm, and the rest."""
    square = np.bincount(market.firm, exact(place * place), market.firms)
    several = market.activity > 1
    activity = market.activity[several]
    if not several.any():
        return 0.0, 1.0
    products = exact((total[several] ** 2 - square[several]) / activity)
    lasting = float(products.sum()) / float((activity - 1).sum())
    passing = float(square.sum()) / len(place) - lasting
    return (lasting, passing) if passing > 0 else (0.0, 1.0)


def shrunk_mean(market: Market, values: Floats) -> Floats:
    """Return each firm's mean over its bids in tenders of 3 bidders or more; NaN values do not count."""
    known = np.isfinite(values) & (market.sizes[market.tender] > 2)
    total = np.bincount(market.firm[known], values[known], market.firms)
    return np.asarray(total / (np.bincount(market.firm[known], minlength=market.firms) + PRIOR))
