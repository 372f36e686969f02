"""What a deposit earns and costs: bank interest, the fee for a late return, an issuer's premium.

Rates are shares (0.0035 is 0.35 %), day bases 360 or 365 come from the bank or the rule; none stands here.
"""

from datetime import date
from decimal import Decimal

from kernel.domain import money


class TermError(ValueError):
    """A rate, a number of days or a day basis that cannot be; the message says which."""


def interest(principal: Decimal, *, rate: Decimal, days: int, basis: int) -> Decimal:
    """Return simple interest in yuan on `principal` over `days`, rounded half up once at the end (rule B-07).

    Raises TermError for a negative rate or term, or a basis below one.
    """
    return _share(principal, rate, days, basis)


def overdue_fee(principal: Decimal, *, base_rate: Decimal, factor: Decimal, days: int, basis: int) -> Decimal:
    """Return what a buyer owes for returning `principal` so many days late (rule G-08, 87号令38): base rate x factor.

    Raises TermError like `interest`.
    """
    return _share(principal, base_rate * factor, days, basis)


def premium(amount: Decimal, *, rate: Decimal, floor: Decimal) -> Decimal:
    """Return an issuer's fee for a guarantee of `amount`: its rate, and its floor where that is more (B-10)."""
    if rate < 0 or floor < 0:
        raise TermError("an issuer's rate and floor are not negative")
    return max(money.round_half_up(amount * rate), money.round_half_up(floor))


def days_between(first: date, last: date) -> int:
    """Return the days for which money lay: the first day counts, the last does not; never negative."""
    return max(0, (last - first).days)


def _share(principal: Decimal, rate: Decimal, days: int, basis: int) -> Decimal:
    if rate < 0 or days < 0 or basis < 1:
        raise TermError(f"a rate of {rate} over {days} days on a basis of {basis} cannot be")
    return money.round_half_up(principal * rate * days / basis)
