"""Four marks of a firm: does it bid often, in calm tenders, near other bids, beside the same prices again and again."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitoring.domain.networks import nearness
from monitoring.domain.networks.calm import calm
from monitoring.domain.networks.chance import exact, normal_scores
from monitoring.domain.networks.market import Market
from monitoring.domain.networks.meetings import Meetings, meetings

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

REGULAR = 3
"""Firms and pairs with fewer tenders have no score: nothing repeats."""


@dataclass(frozen=True, slots=True)
class Marks:
    """Each mark is a normal score among the firms with at least REGULAR tenders, 0 for the others."""

    contact: Floats
    calm: Floats
    near: Floats
    company: Floats

    def total(self) -> Floats:
        """Return the sum of the four."""
        return self.contact + self.calm + self.near + self.company


@dataclass(frozen=True, slots=True)
class Study:
    """All that pairs, firms and groups are judged by."""

    market: Market
    calm: Floats
    near: Floats
    meetings: Meetings
    marks: Marks


def study(market: Market, *, least: int = REGULAR) -> Study:
    """Study a market; pairs need `least` common tenders, at least 1."""
    tenders = calm(market)
    near = nearness.near(market)
    met = meetings(market, tenders, least=least)
    return Study(market, tenders, near, met, _marks(market, tenders, near, met))


def _marks(market: Market, tenders: Floats, near: Floats, met: Meetings) -> Marks:
    regular = np.flatnonzero(market.activity >= REGULAR)
    beside = exact(np.maximum(met.companion, 0) / np.sqrt(np.maximum(met.priced, 1)))
    company = np.bincount(met.a, beside, market.firms) + np.bincount(met.b, beside, market.firms)

    def mark(values: Floats) -> Floats:
        found = np.zeros(market.firms)
        found[regular] = normal_scores(np.round(values[regular], 9))
        return found

    return Marks(
        contact=mark(market.activity.astype(np.float64)),
        calm=mark(nearness.shrunk_mean(market, tenders[market.tender])),
        near=mark(nearness.shrunk_mean(market, near)),
        company=mark(np.asarray(company, dtype=np.float64)),
    )
