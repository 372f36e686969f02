"""The life of a deposit (B-08) and of an issuer's order for a guarantee (E-05), each as one table."""

from enum import StrEnum

from accounts.domain.seats import SeatKind
from kernel.domain.lifecycles import Lifecycle, Transition

CLOCK = "clock"
BANK = "bank"


class Deposit(StrEnum):
    """Where a deposit stands; returned, exempt, kept and converted are exits."""

    UNPAID = "unpaid"
    PAID = "paid"
    GUARANTEED = "guaranteed"
    EXEMPT = "exempt"
    DUE = "due"
    RETURNING = "returning"
    RETURNED = "returned"
    KEPT = "kept"
    CONVERTED = "converted"


class DepositLever(StrEnum):
    """What moves a deposit."""

    EXEMPT = "exempt"
    RECEIVE = "receive"
    TAKE_GUARANTEE = "take_guarantee"
    RETURNED_BEFORE = "returned_before"
    FALL_DUE = "fall_due"
    RETURN_EARLY = "return_early"
    INSTRUCT = "instruct"
    CONFIRM = "confirm"
    KEEP = "keep"
    CONVERT = "convert"


_D, _L = Deposit, DepositLever
_FOUR_EYES = "four_eyes_and_reason"
DEPOSIT = Lifecycle(
    "Deposit",
    Deposit.UNPAID,
    [
        Transition(_D.UNPAID, _L.EXEMPT, _D.EXEMPT, CLOCK, "class_gives_none", "bid_deposit_cap"),
        Transition(_D.UNPAID, _L.RECEIVE, _D.PAID, BANK, "report_signed_after_deadline"),
        Transition(
            _D.UNPAID,
            _L.RETURNED_BEFORE,
            _D.RETURNED,
            BANK,
            "withdrawn_before_deadline",
            "withdrawn_deposit_return_maximum",
        ),
        Transition(_D.UNPAID, _L.TAKE_GUARANTEE, _D.GUARANTEED, CLOCK, "bid_opened"),
        *(
            Transition(
                state,
                _L.FALL_DUE,
                _D.DUE,
                CLOCK,
                "cause_known",
                "loser_, winner_ or withdrawn_deposit_return_maximum",
            )
            for state in (_D.PAID, _D.GUARANTEED)
        ),
        *(
            Transition(state, _L.RETURN_EARLY, _D.DUE, SeatKind.REVIEWER, _FOUR_EYES)
            for state in (_D.PAID, _D.GUARANTEED)
        ),
        Transition(_D.DUE, _L.INSTRUCT, _D.RETURNING, CLOCK, "bank_or_issuer_told"),
        Transition(_D.RETURNING, _L.CONFIRM, _D.RETURNED, BANK, "confirmed_by_bank_or_issuer"),
        Transition(_D.PAID, _L.KEEP, _D.KEPT, SeatKind.REVIEWER, _FOUR_EYES),
        Transition(_D.PAID, _L.CONVERT, _D.CONVERTED, SeatKind.REVIEWER, _FOUR_EYES),
    ],
)
HELD = frozenset({Deposit.PAID, Deposit.GUARANTEED})
"""States in which the deposit stands for the bid."""


class Order(StrEnum):
    """Where an order for a guarantee stands at its issuer; rejected, released and expired are exits."""

    APPLIED = "applied"
    REJECTED = "rejected"
    AWAITING_FEE = "awaiting_fee"
    ISSUED = "issued"
    REVEALED = "revealed"
    RELEASED = "released"
    EXPIRED = "expired"


class OrderLever(StrEnum):
    """What moves an order."""

    REJECT = "reject"
    ACCEPT = "accept"
    ISSUE = "issue"
    REVEAL = "reveal"
    RELEASE = "release"
    EXPIRE = "expire"


_O, _M = Order, OrderLever
ORDER = Lifecycle(
    "Guarantee order",
    Order.APPLIED,
    [
        Transition(_O.APPLIED, _M.REJECT, _O.REJECTED, SeatKind.ISSUER, "terms_not_met", "guarantee_terms"),
        Transition(_O.APPLIED, _M.ACCEPT, _O.AWAITING_FEE, SeatKind.ISSUER, "terms_met", "guarantee_terms"),
        Transition(_O.AWAITING_FEE, _M.ISSUE, _O.ISSUED, SeatKind.ISSUER, "fee_paid_before_deadline"),
        Transition(_O.ISSUED, _M.REVEAL, _O.REVEALED, CLOCK, "platform_asks_after_deadline"),
        *(
            Transition(state, _M.RELEASE, _O.RELEASED, SeatKind.ISSUER, "platform_releases")
            for state in (_O.ISSUED, _O.REVEALED)
        ),
        *(
            Transition(state, _M.EXPIRE, _O.EXPIRED, CLOCK, "valid_until_passed", "validity_from_deadline")
            for state in (_O.ISSUED, _O.REVEALED)
        ),
    ],
)
IN_FORCE = frozenset({Order.ISSUED, Order.REVEALED})
"""States in which the issuer answers for the guarantee."""
