"""Facts in, a decision out: what a committee and those around it may do now."""

from collections.abc import Mapping
from datetime import datetime

from evaluation.domain.lifecycle import (
    INVITATION,
    MEMBER,
    SESSION,
    InvitationLever,
    MemberLever,
    SessionLever,
    SessionState,
)
from evaluation.models import Invitation, Member, Session
from kernel.domain.refusals import ALLOWED, Decision, Refused
from tender.domain import instants
from tender.domain.lifecycle import LotState
from tender.queries import LotRecord

ORDER = "O-10"
"""The house's rule that a procedure keeps the order of its steps."""
DRAWABLE = (LotState.PUBLISHED, LotState.CLOSED, LotState.OPENING, LotState.OPENED)
"""States of a lot in which experts may be drawn; later only a supplementary draw is possible."""
MAX_TEXT = 5000
MAX_GROUND = 200


def may_step(session: Session, lever: SessionLever) -> Decision:
    """Refuse a lever that the session's state does not know."""
    if any(step.lever == lever for step in SESSION.levers(session.state)):
        return ALLOWED
    return Refused(ORDER, "session_step", {"session": session.state, "action": lever.value})


def may_move(member: Member, lever: MemberLever) -> Decision:
    """Refuse a lever that the member's state does not know."""
    if any(step.lever == lever for step in MEMBER.levers(member.state)):
        return ALLOWED
    return Refused(
        ORDER, "member_step", {"member": member.name, "member_at": member.state, "action": lever.value}
    )


def may_answer(invitation: Invitation, lever: InvitationLever) -> Decision:
    """Refuse a lever that the invitation's state does not know."""
    if any(step.lever == lever for step in INVITATION.levers(invitation.state)):
        return ALLOWED
    return Refused("R-03", "invitation_closed", {"invitation": invitation.state})


def session_is(session: Session, *states: SessionState) -> Decision:
    """Refuse what belongs to other states of the session."""
    if session.state in states:
        return ALLOWED
    wanted = ", ".join(state.value for state in states)
    return Refused(ORDER, "session_state", {"session": session.state, "session_wanted": wanted})


def leads(session: Session, member: Member) -> Decision:
    """Refuse what only the committee's leader does."""
    if session.leader_id == member.pk:
        return ALLOWED
    return Refused("C-05", "leader_only", {"member": member.name})


def may_draw(record: LotRecord, starts_at: datetime, ends_at: datetime, now: datetime) -> Decision:
    """Refuse a draw for a lot that is not under way, or for a sitting without time."""
    if record.status not in DRAWABLE:
        return Refused(ORDER, "lot_not_drawable", {"status": record.status.value})
    if not now < starts_at < ends_at:
        facts = {"starts_at": instants.clock(starts_at), "ends_at": instants.clock(ends_at)}
        return Refused("R-01", "sitting_without_time", facts)
    return ALLOWED


def may_avoid(avoid: Mapping[str, str]) -> Decision:
    """Refuse a list of organisations to avoid, credit code -> ground, that leaves out a ground."""
    for code, ground in avoid.items():
        if not ground.strip() or len(ground) > MAX_GROUND:
            return Refused("R-01", "avoid_without_ground", {"credit_code": code, "limit": str(MAX_GROUND)})
    return ALLOWED


def written(text: str) -> Decision:
    """Refuse an empty or boundless text."""
    if text.strip() and len(text) <= MAX_TEXT:
        return ALLOWED
    return Refused("V-02", "text_wanted", {"limit": str(MAX_TEXT)})
