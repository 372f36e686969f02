"""The bids of a market as networks need them: one price for each firm in each tender, on a scale without a unit."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]

LARGEST = 2000
"""Tenders with more bidders are left out: their pairs would fill the memory and tell little."""
_DIGITS = 10
"""Logarithms are rounded, so that multiplying all amounts moves no tie."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """How many bids do not count here, by reason; `crowded` counts tenders."""

    nameless: int = 0
    zero: int = 0
    repeated: int = 0
    crowded: int = 0


@dataclass(frozen=True, slots=True)
class Market:
    """Bids in order of tender, then price; `price` is the logarithm of the amount over the tender's lowest one.

    `lowest` is that amount, NaN in a tender without bids; `won` tells who was awarded the tender or, where that is
    not known, who has its lowest bid.
    """

    tender: Integers
    firm: Integers
    price: Floats
    lowest: Floats
    won: Flags
    tenders: int
    firms: int
    left_out: LeftOut

    @property
    def sizes(self) -> Integers:
        """Return the number of bidders of each tender."""
        return np.bincount(self.tender, minlength=self.tenders).astype(np.int64)

    @property
    def activity(self) -> Integers:
        """Return in how many tenders each firm bids."""
        return np.bincount(self.firm, minlength=self.firms).astype(np.int64)

    def runs(self) -> list[slice]:
        """Return the rows of each tender."""
        ends = np.cumsum(self.sizes).tolist()
        return [slice(start, end) for start, end in zip([0, *ends], ends, strict=False)]


def of_bids(
    tender: Integers,
    firm: Integers,
    amount: Floats,
    *,
    tenders: int,
    firms: int,
    awarded: Flags | None = None,
) -> Market:
    """Return the market of bids given in any order; `firm` is -1 where a bid names none.

    Of several bids of a firm in a tender the lowest counts. Left out: bids without a firm, bids of zero, and
    tenders of more than LARGEST bidders.
    """
    named, positive = firm >= 0, amount > 0
    rows = np.flatnonzero(named & positive)
    rows = rows[np.lexsort((amount[rows], firm[rows], tender[rows]))]
    first = np.ones(len(rows), dtype=np.bool_)
    first[1:] = (np.diff(tender[rows]) != 0) | (np.diff(firm[rows]) != 0)
    once = rows[first]
    taken = np.zeros(len(amount), dtype=np.bool_)
    if awarded is not None and len(rows):
        taken[once] = np.logical_or.reduceat(awarded[rows], np.flatnonzero(first))
    sizes = np.bincount(tender[once], minlength=tenders)
    kept = once[sizes[tender[once]] <= LARGEST]
    kept = kept[np.lexsort((firm[kept], amount[kept], tender[kept]))]
    lowest = np.full(tenders, np.inf)
    np.minimum.at(lowest, tender[kept], amount[kept])
    price = np.round(np.log(amount[kept] / lowest[tender[kept]]), _DIGITS)
    decided = np.bincount(tender[kept], taken[kept], tenders) > 0
    won = np.where(decided[tender[kept]], taken[kept], price == 0)
    lowest[np.isinf(lowest)] = np.nan
    left_out = LeftOut(
        nameless=int((~named).sum()),
        zero=int((named & ~positive).sum()),
        repeated=len(rows) - len(once),
        crowded=int((sizes > LARGEST).sum()),
    )
    return Market(tender[kept], firm[kept], price, lowest, won, tenders, firms, left_out)
