"""What every write of a session does: lock, step by the tables, journal, tell.

What an expert does is journalled under its pseudonym and not under its seat, because until the result nobody
may learn from the log who sits on a committee (C-06); the seat stands in the signed sheets.
"""

import uuid
from datetime import datetime
from typing import Any

from django.http import Http404

from accounts import actions as account_actions
from evaluation import policies
from evaluation.domain.lifecycle import (
    INVITATION,
    MEMBER,
    SESSION,
    InvitationLever,
    InvitationState,
    MemberLever,
    SessionLever,
)
from evaluation.models import Invitation, Member, Session
from evaluation.queries import committee
from kernel import journal
from kernel.domain.refusals import require
from tender import queries as tender
from tender.actions import stepping
from tender.domain import instants
from tender.queries import LotRecord


def hold(lot_id: uuid.UUID) -> tuple[Session, LotRecord]:
    """Lock a lot and its session until the transaction ends; 404 for a lot without one."""
    stepping.lock(lot_id)
    row = Session.objects.select_for_update(of=("self",)).filter(lot_id=lot_id).first()
    if row is None:
        raise Http404
    return row, tender.lot(lot_id)


def step(
    session: Session, lever: SessionLever, *, now: datetime, actor: str = journal.SYSTEM, **facts: Any
) -> None:
    """Move a session by a lever and journal it; raises RefusedError when its state does not know the lever."""
    require(policies.may_step(session, lever))
    before = session.state
    session.state, session.state_at = SESSION.step(before, lever).target, now
    session.save(update_fields=["state", "state_at"])
    payload = {"from": before, "to": session.state, "lever": lever.value, **facts}
    log(session.lot_id, "evaluation:session:status", payload, now=now, actor=actor)


def move(member: Member, lever: MemberLever) -> None:
    """Move a member by a lever; raises RefusedError when its state does not know the lever."""
    require(policies.may_move(member, lever))
    member.state = MEMBER.step(member.state, lever).target
    member.save(update_fields=["state"])


def answer(invitation: Invitation, lever: InvitationLever) -> None:
    """Move an invitation by a lever; raises RefusedError when its state does not know the lever."""
    require(policies.may_answer(invitation, lever))
    invitation.state = INVITATION.step(invitation.state, lever).target
    invitation.save(update_fields=["state"])


def log(
    lot_id: uuid.UUID,
    tag: str,
    payload: dict[str, Any],
    *,
    now: datetime,
    actor: str = journal.SYSTEM,
    public: bool = False,
) -> None:
    """Journal an act of a committee; until the closing list it stands in the procuring entity's own chain."""
    own = tender.lot(lot_id).procuring_entity.credit_code
    journal.record(
        tag, actor=actor, at=now, lot=lot_id, org="" if public else own, public=public, payload=payload
    )


def tell(
    seat_id: uuid.UUID,
    kind: str,
    *,
    key: str,
    record: LotRecord,
    now: datetime,
    link: str,
    rule: str = "",
    due_at: datetime | None = None,
    **facts: str,
) -> None:
    """Write a message that names the lot; never for an expert who has not signed in (R-04)."""
    account_actions.notify(
        seat_id,
        kind,
        key=key,
        now=now,
        facts={"lot": record.code, "title": record.title, **facts},
        link=link,
        rule=rule,
        due_at=due_at,
    )


def tell_members(
    session: Session, kind: str, *, key: str, record: LotRecord, now: datetime, rule: str = ""
) -> None:
    """Write a message to all who sit."""
    for member in committee.live_members(session):
        tell(
            member.seat_id,
            kind,
            key=key,
            record=record,
            now=now,
            link=f"/desk/committee/{session.lot_id}/",
            rule=rule,
        )


def tell_called(session: Session, kind: str, *, now: datetime) -> None:
    """Write to all experts who are called or have accepted: time, place and kind of work only (R-04)."""
    called = (InvitationState.NOTIFYING, InvitationState.CONFIRMED)
    rows = Invitation.objects.filter(stratum__draw__session=session, state__in=called)
    for row in rows.select_related("pseudonym__expert", "stratum__site").order_by("pk"):
        call(row, session, kind, now=now)


def call(invitation: Invitation, session: Session, kind: str, *, now: datetime) -> None:
    """Write to one called expert: time, place and kind of work only (R-04)."""
    record = tender.lot(session.lot_id)
    starts_at = instants.clock(session.starts_at)
    site = invitation.stratum.site
    account_actions.notify(
        invitation.pseudonym.expert.seat_id,
        kind,
        key=f"{invitation.pk}:{starts_at}",
        now=now,
        facts={
            "starts_at": starts_at,
            "ends_at": instants.clock(session.ends_at),
            "site": site.name,
            "address": site.address,
            "work": record.category,
        },
        link="/desk/invitations/",
        rule=record.edition.rule("draw_answer_minutes").id,
        due_at=invitation.answer_due_at,
    )
