"""How calm a tender is: the spread of its bids against what as many independent bids of the market show."""

import numpy as np
from numpy.typing import NDArray
from scipy import special

from monitoring.domain.networks.chance import exact, normal_scores
from monitoring.domain.networks.market import Market

Floats = NDArray[np.float64]


def calm(market: Market) -> Floats:
    """Return one normal score a tender, high where its bids lie close together; NaN with fewer than 3 bidders.

    The spread is the logarithm of the standard deviation of the log prices. For n independent normal bids its mean
    is off by (digamma((n-1)/2) + log 2 - log(n-1))/2 and its variance is trigamma((n-1)/2)/4; both are allowed for,
    the variance together with how much the tenders of this market differ anyhow. Equal bids give NaN.
    """
    found = np.full(market.tenders, np.nan)
    spread = np.array(
        [np.std(market.price[run], ddof=1) if run.stop - run.start > 2 else 0.0 for run in market.runs()]
    )
    rows = np.flatnonzero(spread > 0)
    if not len(rows):
        return found
    free = market.sizes[rows] - 1.0
    level = np.log(spread[rows]) - (special.digamma(free / 2) + np.log(2 / free)) / 2
    noise = special.polygamma(1, free / 2) / 4
    away = level - np.median(level)
    between = max(float(np.mean(away**2 - noise)), 0.0)
    found[rows] = normal_scores(np.round(exact(-away) / np.sqrt(between + noise), 9))
    return found
