"""Motions of the detailed review: a member moves that a bid be rejected, all vote, more than half decide (V-03)."""

import uuid
from datetime import datetime

from django.db import transaction
from django.http import Http404

from accounts.queries import Holder
from evaluation import policies
from evaluation.actions import holding, reviewing, scoring
from evaluation.domain import preliminary
from evaluation.domain.lifecycle import SessionState
from evaluation.models import CompetitionVote, Member, Motion, MotionVote, Session
from evaluation.queries import committee, judging
from evaluation.queries.judging import Bench
from kernel.domain.refusals import Refused, RefusedError, require
from tender.queries import LotRecord


def move(
    by: Holder, lot_id: uuid.UUID, bid: str, clause: str, *, page: str, reason: str, now: datetime
) -> Motion:
    """Move that a bid be rejected by a clause; the mover's vote is counted with it."""
    with transaction.atomic():
        session, record, bench, member = _voter(by, lot_id)
        if bid not in bench.remaining or clause not in {one.id for one in bench.clauses}:
            raise Http404
        row, _ = Motion.objects.get_or_create(
            session=session,
            bid=uuid.UUID(bid),
            clause=clause,
            decided_at=None,
            defaults={"moved_by": member, "moved_at": now},
        )
        _vote(session, record, bench, row, member, keep=False, page=page, reason=reason, now=now)
        holding.tell_members(session, "motion_moved", key=str(row.pk), record=record, now=now)
    return row


def vote(
    by: Holder,
    lot_id: uuid.UUID,
    motion_id: int,
    *,
    keep: bool,
    page: str = "",
    reason: str = "",
    now: datetime,
) -> bool | None:
    """Vote on a motion; returns whether it is carried once all have voted, None while it is open."""
    with transaction.atomic():
        session, record, bench, member = _voter(by, lot_id)
        row = Motion.objects.filter(pk=motion_id, session=session, decided_at__isnull=True).first()
        if row is None:
            raise Http404
        return _vote(session, record, bench, row, member, keep=keep, page=page, reason=reason, now=now)


def _voter(by: Holder, lot_id: uuid.UUID) -> tuple[Session, LotRecord, Bench, Member]:
    committee.access_member(by, lot_id)
    session, record = holding.hold(lot_id)
    require(policies.session_is(session, SessionState.SCORING))
    return session, record, judging.bench(session), committee.access_member(by, lot_id)


def _vote(
    session: Session,
    record: LotRecord,
    bench: Bench,
    motion: Motion,
    member: Member,
    *,
    keep: bool,
    page: str,
    reason: str,
    now: datetime,
) -> bool | None:
    try:
        preliminary.Vote(member.name, str(motion.bid), motion.clause, keep=keep, page=page, reason=reason)
    except preliminary.ReviewError as error:
        rule = motion.clause.partition(".")[0]
        raise RefusedError(Refused(rule, "breach_without_reason", {"clause": motion.clause})) from error
    MotionVote.objects.update_or_create(
        motion=motion, member=member, defaults={"keep": keep, "page": page.strip(), "reason": reason.strip()}
    )
    payload = {"member": member.name, "bid": str(motion.bid), "clause": motion.clause, "keep": keep}
    holding.log(record.id, "evaluation:motion:voted", payload, now=now)
    cast = MotionVote.objects.filter(motion=motion, member__in=bench.members)
    if cast.count() < len(bench.members):
        return None
    motion.carried = 2 * cast.filter(keep=False).count() > len(bench.members)
    motion.decided_at = now
    motion.save(update_fields=["carried", "decided_at"])
    payload = {"bid": str(motion.bid), "clause": motion.clause, "carried": motion.carried}
    holding.log(record.id, "evaluation:motion:decided", payload, now=now)
    if motion.carried:
        CompetitionVote.objects.filter(member__session=session).delete()
        fresh = judging.bench(session)
        scoring.drop_outdated(session, fresh, now=now)
        reviewing.go_on(session, record, fresh, now=now)
    return motion.carried
