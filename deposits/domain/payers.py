"""Whether a deposit came from its bidder's own basic account (B-03): if not it is irregular, and taken all the same."""

import unicodedata
from datetime import datetime
from decimal import Decimal

from deposits.domain.calls import Account
from kernel.domain import money
from kernel.domain.refusals import Refused
from tender.domain import instants
from tender.domain.rulebook import FrozenEdition

SHOWN = 6
"""How many last signs of an account number people see who need not know it whole."""


def irregularities(
    edition: FrozenEdition, payer: Account, basic: Account, *, mandatory: bool
) -> tuple[Refused, ...]:
    """Return what is irregular about a payer beside the bidder's registered basic account; () when nothing is.

    Where the law does not ask for the basic account (no rule of the edition, or a project that need not be
    tendered) nothing is irregular. The findings are for the committee; no payment is refused for them.
    """
    if not edition.has("basic_account"):
        return ()
    rule = edition.rule("basic_account")
    if not rule.binds(mandatory=mandatory):
        return ()
    if not basic.number:
        return (Refused(rule.id, "no_basic_account", {"payer": masked(payer.number)}),)
    found = []
    if account_number(payer.number) != account_number(basic.number):
        facts = {"payer": masked(payer.number), "registered": masked(basic.number)}
        found.append(Refused(rule.id, "payer_account_differs", facts))
    if _name(payer.name) != _name(basic.name):
        facts = {"payer": payer.name, "registered": basic.name}
        found.append(Refused(rule.id, "payer_name_differs", facts))
    return tuple(found)


def shortfalls(
    rule: str, *, amount: Decimal, required: Decimal, paid_at: datetime | None, deadline: datetime
) -> tuple[Refused, ...]:
    """Return what is missing of a deposit by transfer: yuan, or time, when the last of it came at T or later."""
    found = []
    if amount < required:
        facts = {"given": money.grouped(amount), "required": money.grouped(required)}
        found.append(Refused(rule, "deposit_short", facts))
    if paid_at is not None and paid_at >= deadline:
        facts = {"at": instants.clock(paid_at), "deadline": instants.clock(deadline)}
        found.append(Refused(rule, "deposit_late", facts))
    return tuple(found)


def account_number(text: str) -> str:
    """Return an account number for comparison: letters and digits in one width, upper case."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text))).upper()


def masked(number: str) -> str:
    """Return an account number of which only the end can be read."""
    plain = account_number(number)
    return "*" * max(0, len(plain) - SHOWN) + plain[-SHOWN:] if len(plain) > SHOWN else "*" * len(plain)


def _name(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()
