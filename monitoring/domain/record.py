"""What is kept of a lot's screens: each value as text, or the reason for which there is none, never a null."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from enum import StrEnum

from monitoring.domain import screens
from monitoring.domain.screens import MINIMUM, NAMES, RATIOS

VERSION = "1"
"""Changes whenever a formula or the choice of bids changes, so that a kept value says what it is one of."""
Kept = dict[str, dict[str, str]]


class Missing(StrEnum):
    """Why a screen has no value."""

    TOO_FEW = "too_few_bids"
    ZERO = "zero_bid"
    EQUAL = "all_bids_equal"
    LOSERS_EQUAL = "losing_bids_equal"
    NO_BASE = "base_not_stated"
    BEYOND = "beyond_a_double"


class Sign(StrEnum):
    """On which side of the honest values collusion is looked for."""

    LOW = "low"
    HIGH = "high"


SIGNS: Mapping[str, Sign] = {
    "CV": Sign.LOW,
    "SPD": Sign.LOW,
    "DIFFP": Sign.HIGH,
    "RD": Sign.HIGH,
    "RDNOR": Sign.HIGH,
    "RDALT": Sign.HIGH,
    "KURT": Sign.HIGH,
    "SKEW": Sign.LOW,
    "KSTEST": Sign.HIGH,
    "D": Sign.HIGH,
}
"""Screen -> the sign of collusion (COLLUSION section 1)."""


def keep(prices: Sequence[Decimal], *, estimate: Decimal | None, ceiling: Decimal | None) -> Kept:
    """Return name -> {"value": text} or {"missing": reason} for the ten screens and the six price ratios.

    `prices` are yuan of one lot's valid bids, in any order. Numbers are the shortest text of their double.
    """
    values = screens.screens(prices) | screens.ratios(prices, estimate=estimate, ceiling=ceiling)
    bases = {"estimate": estimate, "ceiling": ceiling}
    return {
        name: {"value": repr(value)}
        if value is not None
        else {"missing": _why(name, sorted(prices), bases).value}
        for name, value in values.items()
    }


def _why(name: str, prices: Sequence[Decimal], bases: Mapping[str, Decimal | None]) -> Missing:
    if name in RATIOS:
        if not bases[name.partition("/")[2]]:
            return Missing.NO_BASE
        return Missing.TOO_FEW if not prices else Missing.ZERO if not prices[0] else Missing.BEYOND
    if len(prices) < MINIMUM[name]:
        return Missing.TOO_FEW
    if not prices[0]:
        return Missing.ZERO
    if prices[0] == prices[-1]:
        return Missing.EQUAL
    return Missing.LOSERS_EQUAL if prices[1] == prices[-1] else Missing.BEYOND


def place_among(value: float, others: Sequence[float]) -> float:
    """Return the share of other lots' values that lie below a value, ties counting half (mid-rank)."""
    below = sum(other < value for other in others)
    equal = sum(other == value for other in others)
    return (below + equal / 2) / len(others)


def named() -> tuple[str, ...]:
    """Return the names of all kept values in the order of the pages."""
    return (*NAMES, *RATIOS)
