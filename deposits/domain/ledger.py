"""The ledger of deposits: double entry, so that money is only moved, never made or lost.

A movement takes an amount from one account (credit) to another (debit): its two postings sum to zero by their
form. A balance is the sum of an account's postings; nothing else is stored. Movements are named by an outside
reference, so that the same news told twice is booked once.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from kernel.domain import money


class LedgerError(ValueError):
    """A movement that cannot be booked; the message names its reference."""


@dataclass(frozen=True, slots=True)
class Posting:
    """One side of a movement: yuan, positive where the account is debited, negative where it is credited."""

    account: str
    amount: Decimal
    reference: str


@dataclass(frozen=True, slots=True)
class Movement:
    """An amount in yuan that went from `credit` to `debit` because of `trigger`; `reference` names it for ever.

    Raises LedgerError for an amount that is not above zero in whole cents, or for one account on both sides.
    """

    reference: str
    debit: str
    credit: str
    amount: Decimal
    trigger: str

    def __post_init__(self) -> None:
        if self.amount <= 0 or self.amount != money.round_half_up(self.amount):
            raise LedgerError(f"{self.reference}: {self.amount} is no amount above zero in whole cents")
        if self.debit == self.credit or not (self.reference and self.debit and self.credit):
            raise LedgerError(f"{self.reference or 'a movement'}: two accounts and a reference are wanted")

    @property
    def postings(self) -> tuple[Posting, Posting]:
        """Both sides; they sum to zero."""
        return (
            Posting(self.debit, self.amount, self.reference),
            Posting(self.credit, -self.amount, self.reference),
        )


def bank(lot: str) -> str:
    """Return the account of a lot's money at the bank."""
    return f"bank/{lot}"


def held(lot: str, bidder: str) -> str:
    """Return the account of what is held for a bidder of a lot."""
    return f"held/{lot}/{bidder}"


def transit(lot: str, bidder: str) -> str:
    """Return the account of what the bank was told to pay out and has not confirmed."""
    return f"transit/{lot}/{bidder}"


def kept(lot: str) -> str:
    """Return the account of what the procuring entity lawfully keeps of a lot's deposits."""
    return f"kept/{lot}"


def received(reference: str, *, lot: str, bidder: str, amount: Decimal) -> Movement:
    """Return the booking of a payment that the bank reports."""
    return Movement(f"in:{reference}", bank(lot), held(lot, bidder), amount, "payment")


def accrued(reference: str, *, lot: str, bidder: str, amount: Decimal) -> Movement:
    """Return the booking of interest that the bank owes a bidder on the money that it held."""
    return Movement(f"interest:{reference}", bank(lot), held(lot, bidder), amount, "interest")


def instructed(reference: str, *, lot: str, bidder: str, amount: Decimal) -> Movement:
    """Return the booking of a payment out of the lot's account that the bank was told to make."""
    return Movement(f"out:{reference}", held(lot, bidder), transit(lot, bidder), amount, "instruction")


def confirmed(reference: str, *, lot: str, bidder: str, amount: Decimal) -> Movement:
    """Return the booking of a payment out that the bank confirmed."""
    return Movement(f"done:{reference}", transit(lot, bidder), bank(lot), amount, "confirmation")


def retained(reference: str, *, lot: str, bidder: str, amount: Decimal) -> Movement:
    """Return the booking of a deposit that is not returned, or becomes the performance bond (B-06, G-07)."""
    return Movement(f"kept:{reference}", held(lot, bidder), kept(lot), amount, "decision")


def merge(movements: Iterable[Movement]) -> tuple[Movement, ...]:
    """Return movements once each, in the order in which they first came.

    Raises LedgerError when one reference names two different movements.
    """
    found: dict[str, Movement] = {}
    for movement in movements:
        known = found.setdefault(movement.reference, movement)
        if known != movement:
            raise LedgerError(
                f"{movement.reference} is booked already, with other accounts or another amount"
            )
    return tuple(found.values())


def balances(movements: Iterable[Movement]) -> Mapping[str, Decimal]:
    """Return the balance of every account in yuan; together they are zero."""
    found: dict[str, Decimal] = {}
    for movement in movements:
        for posting in movement.postings:
            found[posting.account] = found.get(posting.account, Decimal(0)) + posting.amount
    return found
