"""Replacing a member (C-10): only on a lawful ground, its conclusions void, the next in the draw's order called."""

import uuid
from datetime import datetime

from django.db import transaction
from django.http import Http404

from accounts import actions as account_actions, queries as accounts
from accounts.domain.seats import SeatKind
from accounts.policies import four_eyes
from accounts.queries import Holder
from evaluation import policies
from evaluation.actions import holding, inviting
from evaluation.domain import committee as rules, edition
from evaluation.domain.committee import Change
from evaluation.domain.lifecycle import (
    InvitationLever,
    MemberLever,
    MemberState,
    SessionLever,
    SessionState,
)
from evaluation.models import Member, Motion, Replacement, Representative, Session
from evaluation.queries import committee
from evaluation.queries.record import REPORT, SHEET
from kernel import journal
from kernel.domain.draw import SkipReason
from kernel.domain.refusals import Refused, RefusedError, require
from tender import queries as tender
from tender.queries import LotRecord

SKIPS = {
    Change.AVOIDANCE: SkipReason.AVOIDANCE,
    Change.LEFT_POST: SkipReason.LEFT_POST,
    Change.HEALTH: SkipReason.HEALTH,
}
"""How a ground of C-10 is called in the record of the draw."""


def propose(
    by: Holder, lot_id: uuid.UUID, name: str, reason: Change, words: str, *, now: datetime
) -> Replacement:
    """Propose that a member be replaced; the witness does, and another seat confirms (A-07)."""
    committee.access_witness(by, lot_id)
    with transaction.atomic():
        session, record = holding.hold(lot_id)
        member = _sitting(session, name)
        law = edition.committee_rules(record.edition, remote=False)
        require(rules.check_change(reason, law))
        require(policies.written(words))
        if Replacement.objects.filter(out=member).exists():
            raise RefusedError(Refused("C-10", "replacement_proposed", {"member": name}))
        row = Replacement.objects.create(
            session=session,
            out=member,
            reason=reason,
            words=words.strip(),
            proposed_by=by.actor,
            proposed_at=now,
        )
        payload = {"member": name, "reason": reason.value, "words": row.words}
        holding.log(lot_id, "evaluation:replacement:proposed", payload, now=now, actor=by.actor)
        confirmer = _confirmer(lot_id)
        holding.tell(
            confirmer.id,
            "replacement_to_confirm",
            key=str(row.pk),
            record=record,
            now=now,
            link=f"/desk/lots/{lot_id}/evaluation/",
            rule="A-07",
        )
    return row


def confirm(by: Holder, lot_id: uuid.UUID, name: str, *, now: datetime) -> None:
    """Confirm a proposed replacement: the supervisor of the lot does, or its host where none is named."""
    if _confirmer(lot_id).id != by.id:
        raise Http404
    with transaction.atomic():
        account_actions.withdraw_requests(SHEET, f"{lot_id}:{name}:", now=now)
        account_actions.withdraw_requests(REPORT, f"{lot_id}:", now=now)
        session, record = holding.hold(lot_id)
        row = _open_proposal(session, name)
        proposer = uuid.UUID(row.proposed_by.removeprefix("seat:"))
        require(four_eyes(accounts.holder(proposer), by))
        row.confirmed_by, row.confirmed_at = by.actor, now
        row.save(update_fields=["confirmed_by", "confirmed_at"])
        leave(session, record, row.out, Change(row.reason), row.words, now=now, actor=by.actor)


def decline(by: Holder, lot_id: uuid.UUID, name: str, *, now: datetime) -> None:
    """Decline a proposed replacement; the member stays, the proposal stands in the log."""
    if _confirmer(lot_id).id != by.id:
        raise Http404
    with transaction.atomic():
        session, _ = holding.hold(lot_id)
        row = _open_proposal(session, name)
        payload = {"member": name, "reason": row.reason}
        row.delete()
        holding.log(lot_id, "evaluation:replacement:declined", payload, now=now, actor=by.actor)


def leave(
    session: Session,
    record: LotRecord,
    member: Member,
    reason: Change,
    words: str,
    *,
    now: datetime,
    actor: str = journal.SYSTEM,
) -> None:
    """Take a member off the committee and call who comes next; the caller holds the session.

    What the member voted, scored and wrote is void; what the others gave stays.
    """
    holding.move(member, MemberLever.REPLACE)
    member.freed_at = now
    member.sheet = None
    member.save(update_fields=["freed_at", "sheet"])
    _void(session, member)
    Replacement.objects.update_or_create(
        out=member,
        defaults={"session": session, "reason": reason, "words": words, "at": now},
        create_defaults={
            "session": session,
            "reason": reason,
            "words": words,
            "proposed_at": now,
            "at": now,
        },
    )
    _return_to_beginning(session, now=now, actor=actor)
    payload = {"member": member.name, "reason": reason.value, "words": words}
    holding.log(record.id, "evaluation:member:left", payload, now=now, actor=actor)
    if member.invitation is None:
        Representative.objects.filter(session=session, name=member.name).update(ended_at=now)
        return
    holding.answer(member.invitation, InvitationLever.REPLACE)
    inviting.skip(session, record, member.invitation, SKIPS[reason], now=now)


def arrived(session: Session, member: Member) -> None:
    """Note whom a newly seated member follows; the caller holds the session."""
    rows = Replacement.objects.filter(
        session=session, at__isnull=False, into__isnull=True, out__kind=member.kind
    ).select_related("out__invitation__stratum")
    for row in rows.order_by("at", "pk"):
        left, came = row.out.invitation, member.invitation
        if left is None or (came is not None and came.stratum.name == left.stratum.name):
            row.into = member
            row.save(update_fields=["into"])
            return


def _return_to_beginning(session: Session, *, now: datetime, actor: str) -> None:
    """Bring the session back to its beginning (C-10); signatures under a laid report are void with it."""
    if session.state == SessionState.PREPARING:
        return
    holding.step(session, SessionLever.REPLACE_MEMBER, now=now, actor=actor)
    for other in committee.live_members(session):
        if other.state in (MemberState.SIGNED, MemberState.DISSENTED, MemberState.DEEMED):
            holding.move(other, MemberLever.RENEW)


def _void(session: Session, member: Member) -> None:
    """Make void what hangs on a member who leaves: open ballots, and motions that were decided with its vote.

    Its own votes and scores stay on record and count no more, because only those of sitting members do.
    """
    session.round += 1
    if session.leader_id == member.pk:
        session.leader = None
    session.save(update_fields=["leader", "round"])
    touched = Motion.objects.filter(session=session, votes__member=member).values_list("pk", flat=True)
    Motion.objects.filter(pk__in=list(touched)).update(decided_at=None, carried=None)


def _sitting(session: Session, name: str) -> Member:
    found = next((one for one in committee.live_members(session) if one.name == name), None)
    if found is None:
        raise Http404
    return found


def _open_proposal(session: Session, name: str) -> Replacement:
    row = Replacement.objects.select_related("out__invitation").filter(
        session=session, out__name=name, at__isnull=True
    )
    found = row.first()
    if found is None:
        raise Http404
    return found


def _confirmer(lot_id: uuid.UUID) -> Holder:
    found = tender.officer(lot_id, SeatKind.SUPERVISOR) or tender.officer(lot_id, SeatKind.HOST)
    if found is None:
        raise Http404
    return found
