"""Questions of the committee and written answers through the platform; an answer changes no substance (V-02)."""

import uuid
from datetime import datetime

from django.db import transaction
from django.http import Http404

from accounts import queries as accounts
from accounts.domain.seats import SeatKind
from accounts.queries import Holder
from evaluation import policies
from evaluation.actions import holding
from evaluation.domain import edition
from evaluation.domain.lifecycle import SessionState
from evaluation.models import Clarification
from evaluation.queries import asking, committee, judging
from kernel.domain.refusals import Refused, RefusedError, require
from tender.domain import instants

ASKING = (
    SessionState.LEADER,
    SessionState.PRELIMINARY,
    SessionState.COMPETITION,
    SessionState.SCORING,
    SessionState.CHECKING,
)


def ask(
    by: Holder, lot_id: uuid.UUID, bid: str, question: str, due_at: datetime, *, now: datetime
) -> Clarification:
    """Ask a bidder in writing about what is unclear in its bid; the leader asks for the committee.

    For a price that is looked at for being too low the bidder has at least the time that the rule gives.
    """
    committee.access_member(by, lot_id)
    with transaction.atomic():
        session, record = holding.hold(lot_id)
        require(policies.leads(session, committee.access_member(by, lot_id)))
        require(policies.session_is(session, *ASKING))
        require(policies.written(question))
        opened = judging.bench(session).subject.opened()
        if bid not in opened:
            raise Http404
        least = edition.explanation_time(record.edition)
        if due_at <= now or (least is not None and due_at < now + least):
            facts = {"earliest": instants.clock(now + least) if least else instants.clock(now)}
            raise RefusedError(Refused("V-02", "answer_time_too_short", facts))
        party = accounts.party_by_code(opened[bid]["bidder"])
        if party is None:
            raise Http404
        row = Clarification.objects.create(
            session=session,
            bid=uuid.UUID(bid),
            organisation_id=party.id,
            question=question.strip(),
            asked_at=now,
            due_at=due_at,
        )
        payload = {"clarification": str(row.pk), "bid": bid, "question": row.question}
        holding.log(lot_id, "evaluation:clarification:asked", payload, now=now)
        for seat in accounts.holders(kind=SeatKind.BIDDER, organisation=party.id):
            holding.tell(
                seat.id,
                "clarification_asked",
                key=str(row.pk),
                record=record,
                now=now,
                link=f"/desk/clarifications/{row.pk}/",
                rule="V-02",
                due_at=due_at,
            )
    return row


def answer(by: Holder, clarification_id: uuid.UUID, text: str, *, now: datetime) -> Clarification:
    """Answer a question of the committee in writing, once and in time; nothing unasked is taken."""
    found = asking.access_clarification(by, clarification_id)
    with transaction.atomic():
        session, record = holding.hold(found.session.lot_id)
        row = Clarification.objects.get(pk=clarification_id)
        require(policies.written(text))
        if row.answered_at is not None:
            if row.answer == text.strip():
                return row
            raise RefusedError(Refused("V-02", "answered_already", {}))
        if now >= row.due_at:
            facts = {"closes": instants.clock(row.due_at), "at": instants.clock(now)}
            raise RefusedError(Refused("V-02", "answer_late", facts))
        require(policies.session_is(session, *ASKING))
        row.answer, row.answered_by, row.answered_at = text.strip(), by.actor, now
        row.save(update_fields=["answer", "answered_by", "answered_at"])
        payload = {"clarification": str(row.pk), "bid": str(row.bid), "answer": row.answer}
        holding.log(record.id, "evaluation:clarification:answered", payload, now=now, actor=by.actor)
        if session.leader is not None:
            holding.tell(
                session.leader.seat_id,
                "clarification_answered",
                key=str(row.pk),
                record=record,
                now=now,
                link=f"/desk/committee/{record.id}/clarifications/",
                rule="V-02",
            )
    return row
