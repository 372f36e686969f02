"""Lowest price = full marks (低价优先法) of regime G, with the deduction for small enterprises (87号令 art 55)."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from pydantic import Field

from evaluation.domain.scoring import exact, parameters
from evaluation.domain.scoring.values import PricedBid, PriceLine, PriceScores, ScoringError, Sme, Step
from kernel.domain import money


class Deduction(parameters.Method):
    """By how much a quote is lowered for the comparison (46号文 art 9); the contract keeps the quote."""

    sme_deduction: parameters.Fraction01 = Field(
        default=Decimal(0), description="Deduction for a small enterprise"
    )
    sme_deduction_share: parameters.Fraction01 = Field(
        default=Decimal(0), description="Deduction where small enterprises do a stated share"
    )
    evaluated_places: parameters.AmountPlaces = Field(default=2, description="Decimals of an evaluated price")


class LowestPrice(Deduction):
    """The deduction and the precision of the score."""

    score_places: parameters.Places = Field(default=2, description="Decimals of a price score")


def deducted(bid: PricedBid, stated: Deduction) -> tuple[Decimal, list[Step]]:
    """Return the evaluated price of a bid and the step that made it, no step where nothing changed."""
    rates = {Sme.WHOLE: stated.sme_deduction, Sme.SHARE: stated.sme_deduction_share, Sme.NONE: Decimal(0)}
    rate = rates[bid.sme]
    evaluated = exact.rounded(Fraction(bid.price) * (1 - Fraction(rate)), stated.evaluated_places)
    if evaluated == bid.price:
        return evaluated, []
    of = {"price": money.to_text(bid.price), "rate": exact.plain(rate)}
    return evaluated, [Step("deduction", exact.plain(evaluated), of, bid.bid, stated.evaluated_places)]


def score(formula: str, bids: Sequence[PricedBid], stated: LowestPrice, full: Decimal) -> PriceScores:
    """Return lowest evaluated price / evaluated price x full marks for each remaining bid (vectors P-1).

    No quote is dropped, high or low. Raises ScoringError without bids or with a price of zero.
    """
    remaining = sorted((bid for bid in bids if bid.rejected is None), key=lambda b: b.bid)
    if not remaining:
        raise ScoringError("no bid is left to be scored")
    steps: list[Step] = []
    evaluated = {}
    for bid in remaining:
        evaluated[bid.bid], made = deducted(bid, stated)
        if evaluated[bid.bid] <= 0:
            raise ScoringError(
                f"bid {bid.bid}: a price of zero has no score; the committee must reject it first"
            )
        steps += made
    lowest = min(evaluated.values())
    steps.append(Step("benchmark", money.to_text(lowest), {"count": str(len(remaining))}))
    lines = []
    for bid in remaining:
        price = evaluated[bid.bid]
        marks = exact.rounded(Fraction(lowest) / Fraction(price) * Fraction(full), stated.score_places)
        of = {
            "benchmark": money.to_text(lowest),
            "evaluated": money.to_text(price),
            "full": exact.plain(full),
        }
        steps.append(Step("score", exact.plain(marks), of, bid.bid, stated.score_places))
        lines.append(PriceLine(bid.bid, bid.price, price, None, marks, bid.sme, bid.terms))
    return PriceScores(
        formula=formula,
        parameters=stated.as_json(),
        coefficients={},
        full=full,
        benchmark=lowest,
        basis=tuple((bid.bid, bid.price) for bid in remaining),
        lines=tuple(lines),
        steps=tuple(steps),
    )
