"""What the host does in the hall: shows the names, hears whether an interest is declared, goes on to objections."""

import uuid
from datetime import datetime, timedelta

from django.db import transaction

from accounts.domain.seats import SeatKind
from accounts.queries import Holder
from bidding.actions import progress, staging
from bidding.domain.lifecycle import UNNAMED, Hall as HallStep, HallLever
from bidding.domain.notice import CONSENT
from bidding.models import CheckIn, Hall
from bidding.queries import access_duty, facts, notice_of
from kernel.domain import canonical
from kernel.domain.refusals import Refused, RefusedError
from tender import queries as tender
from tender.domain.lifecycle import LotState
from tender.queries import LotRecord


def show_names(by: Holder, lot_id: uuid.UUID, *, now: datetime) -> None:
    """Begin the hall: all names at once, by credit code, with all check-ins; showing them again changes nothing."""
    access_duty(by, lot_id, SeatKind.HOST)
    with transaction.atomic():
        hall = staging.hold(lot_id)
        record = tender.lot(lot_id)
        if hall.step not in UNNAMED:
            return
        if hall.step != HallStep.COUNTED or record.status is not LotState.OPENING:
            raise RefusedError(_not_now(record, hall))
        mode = notice_of(record).mode
        key = "hall_names_minutes" if mode == CONSENT else "hall_ready_minutes"
        wanted = staging.minutes(record, key)
        staging.step(hall, HallLever.SHOW_NAMES, now=now, due_after=wanted, actor=by.actor)
        names = _names(lot_id)
        staging.log(lot_id, "bidding:hall:names", {"names": names}, now=now, actor=by.actor)
        staging.announce(lot_id, "names", {"names": names, "count": len(names)}, at=now)


def hear_names(by: Holder, lot_id: uuid.UUID, *, now: datetime) -> None:
    """Go on before the time for declaring interests is over, because the host has heard that there are none."""
    access_duty(by, lot_id, SeatKind.HOST)
    with transaction.atomic():
        hall = staging.hold(lot_id)
        if hall.names_heard_at is not None:
            return
        if hall.step != HallStep.NAMES:
            raise RefusedError(_not_now(tender.lot(lot_id), hall))
        hall.names_heard_at = now
        hall.save(update_fields=["names_heard_at"])
        staging.log(lot_id, "bidding:hall:names_heard", {}, now=now, actor=by.actor)
        staging.announce(lot_id, "names_heard", {}, at=now)
        progress.go_on(hall, now=now)


def hear_objections(by: Holder, lot_id: uuid.UUID, *, now: datetime) -> None:
    """Go on from the read-out to the objections; asking again changes nothing."""
    access_duty(by, lot_id, SeatKind.HOST)
    with transaction.atomic():
        hall = staging.hold(lot_id)
        record = tender.lot(lot_id)
        if hall.step in (HallStep.OBJECTIONS, HallStep.RECORD, HallStep.ENDED):
            return
        if hall.step != HallStep.READ_OUT:
            raise RefusedError(_not_now(record, hall))
        wanted: timedelta = staging.minutes(record, "hall_objection_minutes")
        staging.step(hall, HallLever.HEAR_OBJECTIONS, now=now, due_after=wanted, actor=by.actor)


def _names(lot_id: uuid.UUID) -> list[dict[str, str | None]]:
    came = dict(CheckIn.objects.filter(lot_id=lot_id).values_list("organisation_id", "at"))
    found = [
        {
            "credit_code": bid.organisation.credit_code,
            "name": bid.organisation.name,
            "checked_in_at": canonical.instant(came[bid.organisation_id])
            if bid.organisation_id in came
            else None,
        }
        for bid in facts.valid_bids(lot_id)
    ]
    return sorted(found, key=lambda one: str(one["credit_code"]))


def _not_now(record: LotRecord, hall: Hall) -> Refused:
    rule = record.edition.rule("opening_at_deadline").id
    return Refused(rule, "hall_step_not_possible", {"hall_step": hall.step, "status": record.status.value})
