"""Facts in, a decision out: who may do what to a lot, and under which rule not."""

from collections.abc import Iterable

from kernel.domain.refusals import ALLOWED, Decision, Refused
from tender.domain import lifecycle
from tender.domain.lifecycle import Lever, LotState
from tender.queries import LotRecord


def may_step(lot: LotRecord, lever: Lever) -> Decision:
    """Refuse a lever that the lot's state does not know, or that a pause holds back."""
    levers = {step.lever for step in lifecycle.LOT.levers(lot.status)}
    if lever not in levers:
        facts = {"status": lot.status.value, "step": lever.value}
        return Refused("L-01", "step_not_possible", facts)
    return lifecycle.judge_pauses(lot.edition, lever, lot.pauses)


def is_draft(lot: LotRecord) -> Decision:
    """Refuse to edit a document that is reviewed or published."""
    if lot.status is LotState.DRAFT:
        return ALLOWED
    return Refused("L-01", "not_a_draft", {"status": lot.status.value})


def independent_custodian(party_codes: Iterable[str], code: str) -> Decision:
    """Refuse a custodian's institution that keeps another share of the lot."""
    if code in set(party_codes):
        return Refused("S-04", "custodian_twice", {"credit_code": code})
    return ALLOWED
