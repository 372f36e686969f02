"""Ranking by evaluated price: quotes plus quantified factors (regime T) or minus the deduction (regime G)."""

from collections.abc import Sequence
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Annotated

from pydantic import BeforeValidator, Field

from evaluation.domain.scoring import exact, lowest_price, parameters
from evaluation.domain.scoring.values import PricedBid, PriceLine, PriceScores, ScoringError, Step
from kernel.domain import money


class Unit(StrEnum):
    """In what a factor is stated: yuan, or percent of the quote."""

    YUAN = "yuan"
    PERCENT = "percent"


class Factor(parameters.Strict):
    """One quantified factor (量化因素): what each `per` units above or below `standard` adds to the price."""

    term: parameters.Text
    standard: parameters.Number
    per: parameters.AboveZero
    unit: Annotated[Unit, parameters.choice(Unit)]
    above: parameters.Number
    below: parameters.Number


class EvaluatedPrice(parameters.Method):
    """The factors of a lot and the precision of the evaluated price."""

    factors: Annotated[tuple[Factor, ...], BeforeValidator(parameters.listed)] = Field(
        default=(), description="Quantified factors"
    )
    evaluated_places: parameters.AmountPlaces = Field(default=2, description="Decimals of an evaluated price")


def by_factors(
    formula: str, bids: Sequence[PricedBid], stated: EvaluatedPrice, _full: Decimal
) -> PriceScores:
    """Return quote + adjustments for each remaining bid, to be ranked from the lowest (RULES 6.5, vector P-8).

    The contract keeps the quote. Raises ScoringError when a bid lacks a term that a factor weighs.
    """
    lines: list[PriceLine] = []
    steps: list[Step] = []
    for bid in _remaining(bids):
        price = Fraction(bid.price)
        for factor in stated.factors:
            added = _adjustment(bid, factor)
            price += added
            steps.append(_factor_step(bid, factor, added))
        evaluated = exact.rounded(price, stated.evaluated_places)
        of = {"price": money.to_text(bid.price)}
        steps.append(Step("evaluated", exact.plain(evaluated), of, bid.bid, stated.evaluated_places))
        lines.append(PriceLine(bid.bid, bid.price, evaluated, None, None, bid.sme, bid.terms))
    return _unscored(formula, stated, lines, steps)


def by_deduction(
    formula: str, bids: Sequence[PricedBid], stated: lowest_price.Deduction, _full: Decimal
) -> PriceScores:
    """Return the deducted quote of each remaining bid, to be ranked from the lowest (87号令 art 54, 56)."""
    lines: list[PriceLine] = []
    steps: list[Step] = []
    for bid in _remaining(bids):
        evaluated, made = lowest_price.deducted(bid, stated)
        steps += made
        lines.append(PriceLine(bid.bid, bid.price, evaluated, None, None, bid.sme, bid.terms))
    return _unscored(formula, stated, lines, steps)


def _remaining(bids: Sequence[PricedBid]) -> list[PricedBid]:
    remaining = sorted((bid for bid in bids if bid.rejected is None), key=lambda b: b.bid)
    if not remaining:
        raise ScoringError("no bid is left to be ranked")
    return remaining


def _unscored(
    formula: str, stated: parameters.Method, lines: list[PriceLine], steps: list[Step]
) -> PriceScores:
    return PriceScores(
        formula=formula,
        parameters=stated.as_json(),
        coefficients={},
        full=None,
        benchmark=None,
        basis=tuple((line.bid, line.price) for line in lines),
        lines=tuple(lines),
        steps=tuple(steps),
    )


def _adjustment(bid: PricedBid, factor: Factor) -> Fraction:
    if factor.term not in bid.terms:
        raise ScoringError(
            f"bid {bid.bid} states no number for {factor.term}, which the method weighs: "
            "ask for clarification or reject it"
        )
    distance = Fraction(bid.terms[factor.term]) - Fraction(factor.standard)
    rate = Fraction(factor.above if distance > 0 else factor.below)
    added = abs(distance) / Fraction(factor.per) * rate
    return added if factor.unit is Unit.YUAN else added / 100 * Fraction(bid.price)


def _factor_step(bid: PricedBid, factor: Factor, added: Fraction) -> Step:
    of = {
        "term": factor.term,
        "stated": exact.plain(bid.terms[factor.term]),
        "standard": exact.plain(factor.standard),
        "per": exact.plain(factor.per),
        "unit": factor.unit.value,
        "above": exact.plain(factor.above),
        "below": exact.plain(factor.below),
    }
    return Step("factor", exact.shown(added), of, bid.bid)
