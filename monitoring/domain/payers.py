"""40-(6): deposits or guarantee fees of two or more bidders that were paid from one account."""

import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from monitoring.domain.indications import Evidence, Indication, Item, Place, explanation, indication

VISIBLE = 4
"""How many last characters of an account number the committee sees."""


@dataclass(frozen=True, slots=True)
class Payment:
    """Money that came for one bidder: `purpose` is `deposit` or `guarantee_fee`, `account` the payer's number."""

    bidder: str
    purpose: str
    account: str
    holder: str = ""
    reference: str = ""


def one_account(
    payments: Sequence[Payment],
    *,
    regime: str,
    issuer_accounts: Sequence[str] = (),
    collection_accounts: Sequence[str] = (),
) -> list[Indication]:
    """Return one indication for each account from which the money of two or more bidders came.

    `issuer_accounts` are the guarantee issuers' own, `collection_accounts` those of agency or centre that the
    tender document names. Account numbers are compared without spaces, dashes and width; a payment without a
    number ties nobody. Source: 条例40(6), 87号令37(6).
    """
    by_account: dict[str, list[Payment]] = defaultdict(list)
    for payment in sorted(payments, key=lambda p: (p.bidder, p.purpose, p.reference, p.account)):
        if number := account_number(payment.account):
            by_account[number].append(payment)
    return [
        indication(
            Item.ONE_ACCOUNT,
            regime=regime,
            evidence=[_evidence(number, found)],
            exemptions=[
                explanation(
                    name,
                    known,
                    number in map(account_number, known),
                    accounts="; ".join(masked(account_number(account)) for account in known),
                )
                for name, known in (
                    ("issuer_account", issuer_accounts),
                    ("collection_account", collection_accounts),
                )
            ],
        )
        for number, found in sorted(by_account.items())
        if len({payment.bidder for payment in found}) > 1
    ]


def account_number(text: str) -> str:
    """Return an account number for comparison: letters and digits only, one width, upper case."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text))).upper()


def masked(number: str) -> str:
    """Return an account number of which only the end can be read."""
    return "*" * (len(number) - VISIBLE) + number[-VISIBLE:] if len(number) > VISIBLE else "*" * len(number)


def _evidence(number: str, found: Sequence[Payment]) -> Evidence:
    holders = dict.fromkeys(payment.holder for payment in found if payment.holder)
    return Evidence(
        "payer_account",
        number,
        tuple(
            Place(payment.bidder, payment.reference or payment.purpose, payment.purpose) for payment in found
        ),
        {"holders": "; ".join(holders)} if holders else {},
        shown=masked(number),
    )
