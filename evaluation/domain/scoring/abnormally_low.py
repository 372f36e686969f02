"""Lines below which a quote is asked for an explanation (财库〔2026〕2号): advice to the committee, never a verdict."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from evaluation.domain.scoring import exact
from evaluation.domain.scoring.values import PricedBid
from kernel.domain import money


@dataclass(frozen=True, slots=True)
class Shares:
    """Parameters of the edition: each line as a share of what it is measured against, None = no such line."""

    of_mean: Fraction | None
    of_second_lowest: Fraction | None
    of_limit: Fraction | None


@dataclass(frozen=True, slots=True)
class Line:
    """One line in yuan, unrounded, and the bids strictly below it."""

    name: str
    value: Fraction
    below: tuple[str, ...]

    def as_json(self) -> dict[str, object]:
        """Return the line for a page."""
        return {"line": self.name, "value": exact.shown(self.value), "below": list(self.below)}


def lines(bids: Sequence[PricedBid], shares: Shares, *, limit: Decimal | None) -> list[Line]:
    """Return the lines over the quotes that passed the review (vector L-1), quotes before any deduction.

    `limit` is the ceiling or, without one, the budget in yuan. A quote that equals a line is not below it.
    No line is drawn for which there is nothing to measure: a second-lowest needs two bids.
    """
    quotes = sorted(bid.price for bid in bids)
    measured: list[tuple[str, Fraction | None, Fraction | None]] = [
        ("mean", shares.of_mean, sum(map(Fraction, quotes)) / Fraction(len(quotes)) if quotes else None),
        ("second_lowest", shares.of_second_lowest, Fraction(quotes[1]) if len(quotes) > 1 else None),
        ("limit", shares.of_limit, None if limit is None else Fraction(limit)),
    ]
    found = []
    for name, share, base in measured:
        if share is not None and base is not None:
            value = share * base
            below = sorted(bid.bid for bid in bids if Fraction(bid.price) < value)
            found.append(Line(name, value, tuple(below)))
    return found


def triggered(bids: Sequence[PricedBid], shares: Shares, *, limit: Decimal | None) -> dict[str, list[str]]:
    """Return bid -> names of the lines that it lies below, with a sentence's worth of facts left to `lines`."""
    found: dict[str, list[str]] = {}
    for line in lines(bids, shares, limit=limit):
        for bid in line.below:
            found.setdefault(bid, []).append(line.name)
    return dict(sorted(found.items()))


def facts(bid: PricedBid, drawn: Sequence[Line]) -> dict[str, str]:
    """Return the numbers that a request for explanation shows: the quote and every line above it."""
    return {"price": money.to_text(bid.price)} | {
        line.name: exact.shown(line.value) for line in drawn if bid.bid in line.below
    }
