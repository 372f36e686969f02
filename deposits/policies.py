"""Facts in, a decision out: when the bank may be asked, who decides on a deposit, and for which grounds."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from accounts.policies import FOUR_EYES
from deposits.domain.lifecycle import HELD
from kernel.domain.refusals import ALLOWED, Decision, Refused
from tender.domain.lifecycle import LotState
from tender.domain.rulebook import FrozenEdition
from tender.queries import LotRecord

SECRECY, PRICES, KEEPING = "E-03", "B-10", "deposit_keeping"


def may_ask_bank(lot: LotRecord, now: datetime) -> Decision:
    """Refuse to ask who paid before T: nobody may list or count deposits of a lot that takes bids."""
    if lot.status is LotState.CANCELLED or (lot.closed(now) and lot.status is not LotState.PUBLISHED):
        return ALLOWED
    return Refused(SECRECY, "deposits_hidden", {"lot": lot.code})


def is_held(state: str) -> Decision:
    """Refuse to decide on a deposit that was not given, or is on its way back already."""
    return ALLOWED if state in HELD else Refused(FOUR_EYES, "deposit_not_held", {"state": state})


def may_keep(edition: FrozenEdition, ground: str, *, form: str, number: str) -> Decision:
    """Refuse to keep a deposit for anything but the grounds of the law, or a guarantee by a mere decision."""
    rule = edition.rule(KEEPING)
    if ground not in rule.codes():
        return Refused(rule.id, "ground_of_keeping", {"allowed": ", ".join(rule.codes()), "ground": ground})
    if form != "transfer":
        return Refused(rule.id, "claim_at_issuer", {"number": number})
    return ALLOWED


def may_convert(rule: str, bidder: str, winner: str, *, form: str, number: str) -> Decision:
    """Refuse to turn any deposit but the winner's money into the performance bond."""
    if bidder != winner:
        return Refused(rule, "not_the_winner", {"bidder": bidder})
    return ALLOWED if form == "transfer" else Refused(rule, "claim_at_issuer", {"number": number})


def fit_institution(base_url: str, rates: Iterable[Decimal]) -> Decision:
    """Refuse an address that is no web address, plain HTTP to another machine, and rates that are no shares."""
    local = base_url.startswith(("http://127.0.0.1:", "http://localhost:"))
    if not (local or base_url.startswith("https://")):
        return Refused(PRICES, "institution_address", {"url": base_url})
    for rate in rates:
        if not 0 <= rate < 1:
            return Refused(PRICES, "unfit_rate", {"stated": str(rate)})
    return ALLOWED
