"""Facts in, a decision out: whether two accounts are two people."""

from accounts.queries import Holder
from kernel.domain.refusals import ALLOWED, Decision, Refused

FOUR_EYES = "A-07"


def four_eyes(proposer: Holder, decider: Holder, *, names: tuple[str, str] | None = None) -> Decision:
    """Refuse when the same account, or the same person under two accounts, proposes and decides.

    `names` are what the refusal calls the two where their accounts are secret; else it names the accounts.
    """
    same_person = proposer.person_id is not None and proposer.person_id == decider.person_id
    if proposer.id != decider.id and not same_person:
        return ALLOWED
    proposed_by, by = names or (proposer.username, decider.username)
    return Refused(FOUR_EYES, "four_eyes", {"proposed_by": proposed_by, "by": by})
