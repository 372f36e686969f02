"""The order of the opened prices by the notice's formula: the evaluation's own calculation, without a committee."""

from dataclasses import dataclass
from decimal import Decimal

from bidding import queries as bidding
from evaluation.domain.scoring import assess, intake
from evaluation.domain.scoring.assess import Method
from monitoring.replay.lots import Lot
from tender import queries as tender


@dataclass(frozen=True, slots=True)
class Ranked:
    """How many bids were opened, and which one comes first at which price."""

    opened: int
    bid: str
    price: Decimal


def rank(lot: Lot) -> Ranked:
    """Return the first bid of a lot; equal ones by the notice's tie rule, the earlier seal."""
    table = bidding.opening_table(lot.id)
    if table is None:
        raise LookupError(f"lot {lot.id} has no opening table")
    priced = intake.bids(table, rejected={})
    found = assess.assess(
        Method.from_notice(tender.lot(lot.id).notice),
        priced,
        intake.coefficients(table),
        (),
        sealed_at=intake.sealed_at(table),
    )
    first = found.rows[0].bid
    return Ranked(len(priced), first, next(one.price for one in priced if one.bid == first))
