"""On the spot: bidders object in the hall, the host answers there, bidders confirm what was read out (rule T-10)."""

import uuid
from datetime import datetime

from django.db import transaction

from accounts import actions as account_actions, queries as accounts
from accounts.domain.seats import SeatKind
from accounts.queries import Holder
from bidding.actions import progress, staging
from bidding.domain.lifecycle import CONFIRMING, OBJECTING, Hall as HallStep
from bidding.models import Confirmation, Hall, OpeningObjection
from bidding.queries import access_duty, access_own_bid, facts
from kernel.domain.refusals import Refused, RefusedError
from tender import queries as tender
from tender.domain import instants
from tender.queries import LotRecord

TEXT_MOST = 5000
OBJECTIONS_MOST = 5
"""Objections of one bidder to one opening: each must be answered before the opening goes on."""
CONFIRMED, OBJECTED = "confirmed", "objected"


def raise_objection(by: Holder, lot_id: uuid.UUID, text: str, *, now: datetime) -> OpeningObjection:
    """Object to the opening while it takes place; only who has a bid in it can. The same words again are the same."""
    record = tender.access_public_lot(lot_id)
    body = text.strip()
    if not body or len(body) > TEXT_MOST:
        raise RefusedError(Refused("J-05", "text_missing", {"limit": str(TEXT_MOST)}))
    with transaction.atomic():
        hall = staging.hold(lot_id)
        known = OpeningObjection.objects.filter(
            lot_id=lot_id, organisation_id=by.organisation.id, text=body
        ).first()
        if known is not None:
            return known
        _require_present(record, hall, by)
        _require_in_time(record, hall, by, now)
        row = OpeningObjection.objects.create(
            lot_id=lot_id, organisation_id=by.organisation.id, text=body, raised_at=now
        )
        payload = {"objection": str(row.pk), "bidder": by.organisation.credit_code, "text": body}
        staging.log(lot_id, "bidding:opening:objected", payload, now=now, actor=by.actor)
        shown = {"objection": str(row.pk), "name": by.organisation.name}
        more = {**staging.to_officers({"text": body}), "bidder": {"text": body}}
        staging.announce(lot_id, "objection", shown, at=now, more=more)
        host = tender.officer(lot_id, SeatKind.HOST)
        if host is not None:
            account_actions.notify(
                host.id,
                "opening_objection_raised",
                key=str(row.pk),
                now=now,
                facts={"lot": record.code, "title": record.title, "name": by.organisation.name},
                link=f"/lots/{lot_id}/hall/",
                rule=record.edition.rule("opening_objection_on_the_spot").id,
                due_at=now + staging.minutes(record, "hall_answer_minutes"),
            )
    return row


def answer(by: Holder, lot_id: uuid.UUID, objection_id: uuid.UUID, text: str, *, now: datetime) -> None:
    """Answer an objection as host, on the spot; it is answered once, and the same words again change nothing."""
    record = access_duty(by, lot_id, SeatKind.HOST)
    body = text.strip()
    if not body or len(body) > TEXT_MOST:
        raise RefusedError(Refused("J-05", "text_missing", {"limit": str(TEXT_MOST)}))
    with transaction.atomic():
        hall = staging.hold(lot_id)
        row = OpeningObjection.objects.filter(pk=objection_id, lot_id=lot_id).first()
        if row is not None and row.answer == body:
            return
        if row is None or row.answered_at is not None:
            rule = record.edition.rule("opening_objection_on_the_spot").id
            raise RefusedError(Refused(rule, "objection_not_open", {"status": "answered"}))
        row.answer, row.answered_by, row.answered_at = body, by.actor, now
        row.save(update_fields=["answer", "answered_by", "answered_at"])
        payload = {"objection": str(row.pk), "answer": body}
        staging.log(lot_id, "bidding:opening:answered", payload, now=now, actor=by.actor)
        more = {**staging.to_officers({"answer": body}), "bidder": {"answer": body}}
        name = accounts.party(row.organisation_id).name
        staging.announce(lot_id, "answer", {"objection": str(row.pk), "name": name}, at=now, more=more)
        progress.go_on(hall, now=now)


def confirm(by: Holder, bid_id: uuid.UUID, word: str, *, now: datetime) -> Confirmation:
    """Confirm, or contest, what was read out and is recorded; said once, silence counts as agreement."""
    found = access_own_bid(by, bid_id)
    with transaction.atomic():
        hall = staging.hold(found.lot_id)
        known = Confirmation.objects.filter(bid_id=bid_id).first()
        if known is not None and known.answer == word:
            return known
        record = tender.lot(found.lot_id)
        stood = any(one.pk == bid_id for one in facts.valid_bids(found.lot_id))
        over = hall.record is not None
        if known is not None or not stood or over or hall.step not in CONFIRMING:
            rule = record.edition.rule("hall_confirmation_minutes").id
            raise RefusedError(Refused(rule, "confirmation_not_open", {"hall_step": hall.step}))
        row = Confirmation.objects.create(bid_id=bid_id, answer=word, at=now)
        payload = {"bid": str(bid_id), "bidder": by.organisation.credit_code, "answer": word}
        staging.log(hall.pk, "bidding:opening:confirmed", payload, now=now, actor=by.actor)
        count = Confirmation.objects.filter(bid__lot_id=hall.pk).count()
        shown = staging.to_officers({"name": by.organisation.name, "answer": word})
        staging.announce(hall.pk, "confirmation", {"count": count}, at=now, more=shown)
        progress.go_on(hall, now=now)
    return row


def _require_present(record: LotRecord, hall: Hall, by: Holder) -> None:
    present = any(one.organisation_id == by.organisation.id for one in facts.valid_bids(hall.pk))
    if not present or hall.step not in OBJECTING:
        rule = record.edition.rule("opening_objection_on_the_spot").id
        raise RefusedError(Refused(rule, "not_on_the_spot", {"lot": record.code}))


def _require_in_time(record: LotRecord, hall: Hall, by: Holder, now: datetime) -> None:
    """Refuse what comes when the time to object is over, or in numbers that would hold the opening up."""
    rule = record.edition.rule("opening_objection_on_the_spot").id
    if hall.step == HallStep.OBJECTIONS and hall.due_at is not None and hall.due_at <= now:
        raise RefusedError(Refused(rule, "objecting_over", {"closes": instants.clock(hall.due_at)}))
    raised = OpeningObjection.objects.filter(lot_id=hall.pk, organisation_id=by.organisation.id).count()
    if raised >= OBJECTIONS_MOST:
        raise RefusedError(Refused(rule, "objections_enough", {"limit": str(OBJECTIONS_MOST)}))
