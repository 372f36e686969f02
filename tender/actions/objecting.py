"""Objections and queries: filed in their window they pause what the law says, late they are opinions."""

import uuid
from datetime import datetime

from django.db import transaction
from django.http import Http404

from accounts import actions as account_actions, queries as accounts
from accounts.domain.seats import SeatKind
from accounts.queries import Holder
from kernel import journal
from kernel.calendar import working_calendar
from kernel.domain.refusals import Refused, RefusedError
from tender import queries
from tender.actions import changing
from tender.actions.stepping import lock
from tender.domain import lifecycle, objections
from tender.domain.lifecycle import ObjectionLever, ObjectionState, PauseReason
from tender.domain.objections import Filing, Kind
from tender.models import Objection, Obtained
from tender.queries import LotRecord

MAX_TEXT = 5000


def obtain(by: Holder, lot_id: uuid.UUID, *, now: datetime) -> None:
    """Note that a bidder took the tender document, so that it is told of changes; noted once."""
    record = queries.access_public_lot(lot_id)
    with transaction.atomic():
        _, made = Obtained.objects.get_or_create(lot_id=lot_id, seat_id=by.id, defaults={"at": now})
        if made:
            journal.record(
                "tender:document:obtained",
                actor=by.actor,
                at=now,
                lot=lot_id,
                org=by.organisation.credit_code,
                payload={"lot": str(lot_id), "notice": record.notice_sha256},
            )


def raise_objection(by: Holder, lot_id: uuid.UUID, kind: Kind, text: str, *, now: datetime) -> uuid.UUID:
    """File an objection; returns its id. In its window it pauses the lot, late it is registered as an opinion."""
    body = text.strip()
    record = queries.access_public_lot(lot_id)
    if not body or len(body) > MAX_TEXT:
        raise RefusedError(Refused("J-05", "text_missing", {"limit": str(MAX_TEXT)}))
    with transaction.atomic():
        lock(lot_id)
        filing = _judge(by, record, kind, now)
        lever = ObjectionLever.ADMIT if filing.admitted else ObjectionLever.REGISTER_AS_OPINION
        state = lifecycle.OBJECTION.step(ObjectionState.FILED, lever).target
        row = Objection.objects.create(
            lot_id=lot_id,
            subject=kind,
            status=state,
            seat_id=by.id,
            text=body,
            raised_at=now,
            due_at=filing.answer_due,
        )
        before_closing = not queries.gate_closed(lot_id)
        journal.record(
            f"tender:objection:{'raised' if filing.admitted else 'registered'}",
            actor=by.actor,
            at=now,
            lot=lot_id,
            org=by.organisation.credit_code if before_closing else "",
            payload={"objection": str(row.pk), "about": kind.value, "text": body},
        )
        if filing.pause is not None:
            changing.begin_pause(
                lot_id, filing.pause, str(row.pk), actor=journal.SYSTEM, now=now, note=kind.value
            )
        _tell_reviewers(record, row, filing, now)
    return row.pk


def answer(by: Holder, objection_id: uuid.UUID, text: str, *, now: datetime) -> None:
    """Answer an objection in writing, which ends its pause; a late answer is given and recorded as late."""
    row = queries.access_open_objection(by, objection_id)
    body = text.strip()
    if not body or len(body) > MAX_TEXT:
        raise RefusedError(Refused("J-05", "text_missing", {"limit": str(MAX_TEXT)}))
    record = queries.lot(row.lot_id)
    with transaction.atomic():
        lock(row.lot_id)
        moved = Objection.objects.filter(pk=objection_id, status=ObjectionState.OPEN).update(
            status=lifecycle.OBJECTION.step(ObjectionState.OPEN, ObjectionLever.ANSWER).target,
            answer=body,
            answered_at=now,
            answered_by=by.actor,
        )
        if not moved:
            raise RefusedError(Refused("J-02", "objection_not_open", {"status": row.status}))
        judged = objections.judge_answer(
            record.edition, filed_at=row.raised_at, answered_at=now, calendar=working_calendar()
        )
        notes = list(getattr(judged, "notes", ()))
        journal.record(
            "tender:objection:answered",
            actor=by.actor,
            at=now,
            lot=row.lot_id,
            public=True,
            payload={
                "objection": str(row.pk),
                "about": row.subject,
                "text": row.text,
                "answer": body,
                "notes": notes,
            },
        )
        _end_pause(row, by.actor, now)
        account_actions.notify(
            row.seat_id,
            "objection_answered",
            key=str(row.pk),
            now=now,
            facts={"lot": record.code, "title": record.title},
            link=f"/lots/{record.id}/objections/",
            rule=record.edition.rule("objection_answer_maximum").id,
        )


def withdraw(by: Holder, objection_id: uuid.UUID, *, now: datetime) -> None:
    """Withdraw one's own open objection, which ends its pause; 404 for anybody else's."""
    row = Objection.objects.filter(pk=objection_id, seat_id=by.id).first()
    if row is None:
        raise Http404
    with transaction.atomic():
        lock(row.lot_id)
        moved = Objection.objects.filter(pk=objection_id, status=ObjectionState.OPEN).update(
            status=ObjectionState.WITHDRAWN
        )
        if moved:
            journal.record(
                "tender:objection:withdrawn",
                actor=by.actor,
                at=now,
                lot=row.lot_id,
                org="" if queries.gate_closed(row.lot_id) else by.organisation.credit_code,
                payload={"objection": str(row.pk)},
            )
            _end_pause(row, by.actor, now)


def _judge(by: Holder, record: LotRecord, kind: Kind, now: datetime) -> Filing:
    if kind is Kind.OPENING:
        raise RefusedError(Refused("T-10", "not_on_the_spot", {"lot": record.code}))
    candidates = queries.publication(record.id, "candidates")
    result = queries.publication(record.id, "result")
    if record.regime == "T":
        if kind is Kind.RESULT and (candidates is None or candidates.until is None):
            raise RefusedError(Refused("T-12", "result_not_public", {"lot": record.code}))
        window = (candidates.published_at, candidates.until) if candidates and candidates.until else None
        return objections.judge_filing(
            record.edition,
            kind,
            at=now,
            calendar=working_calendar(),
            deadline=record.deadline,
            window=window if kind is Kind.RESULT else None,
        )
    if kind is Kind.RESULT and result is None:
        raise RefusedError(Refused("G-16", "result_not_public", {"lot": record.code}))
    obtained = Obtained.objects.filter(lot_id=record.id, seat_id=by.id).values_list("at", flat=True)
    known = objections.harm_known(
        record.edition,
        kind,
        calendar=working_calendar(),
        published_at=record.published_at,
        obtained_at=obtained.first(),
        step_ended=record.status_at,
        result_published=result.published_at if result else None,
    )
    return objections.judge_filing(record.edition, kind, at=now, calendar=working_calendar(), known_at=known)


def _tell_reviewers(record: LotRecord, row: Objection, filing: Filing, now: datetime) -> None:
    kind = "objection_raised" if filing.admitted else "opinion_registered"
    for reviewer in accounts.holders(kind=SeatKind.REVIEWER, organisation=record.procuring_entity.id):
        account_actions.notify(
            reviewer.id,
            kind,
            key=str(row.pk),
            now=now,
            facts={"lot": record.code, "title": record.title},
            link=f"/desk/objections/{row.pk}/",
            rule=record.edition.rule("objection_answer_maximum").id,
            due_at=filing.answer_due,
        )


def _end_pause(row: Objection, actor: str, now: datetime) -> None:
    for reason in (PauseReason.DOCUMENT_OBJECTION, PauseReason.RESULT_OBJECTION, PauseReason.QUERY):
        changing.end_pause(row.lot_id, reason, str(row.pk), actor=actor, now=now)
