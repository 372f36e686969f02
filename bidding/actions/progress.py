"""How a hall goes on: at the nominal end of each step, or early when nothing is left to wait for."""

import uuid
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from bidding.actions import drawing, ending, releasing, staging
from bidding.domain import faults
from bidding.domain.faults import Consent
from bidding.domain.lifecycle import Hall as HallStep, HallLever, Pause
from bidding.domain.notice import CONSENT
from bidding.events import DrawFinished
from bidding.models import BidPart, Confirmation, Draw, Hall, OpeningObjection
from bidding.queries import draws, facts, notice_of
from kernel import clock_alarms
from kernel.domain import canonical
from tender import queries as tender
from tender.domain.lifecycle import LotState

TIMED = (
    HallStep.NAMES,
    HallStep.CONSENT,
    HallStep.COEFFICIENTS,
    HallStep.OBJECTIONS,
    HallStep.RECORD,
)


def due(*, now: datetime, limit: int) -> Iterable[uuid.UUID]:
    """Return the halls whose step may be over, and those that a doubtful clock must freeze or has frozen."""
    if clock_alarms.is_open():
        running = Hall.objects.exclude(pause=Pause.PAUSED)
        found = running.filter(step__in=TIMED, due_at__isnull=False, frozen_at__isnull=True)
    else:
        over = Q(step__in=TIMED, due_at__lte=now, record__isnull=True) | Q(step=HallStep.NAMES)
        found = Hall.objects.filter(Q(frozen_at__isnull=False) | over)
    return list(found.order_by("due_at", "pk").values_list("pk", flat=True)[:limit])


def advance(lot_id: uuid.UUID, *, now: datetime) -> bool:
    """Move a hall as far as it goes now; freezes it while the clock is in doubt, and then gives the time back."""
    with transaction.atomic():
        hall = staging.hold(lot_id)
        if clock_alarms.is_open():
            return _freeze(hall, now=now)
        if hall.frozen_at is not None:
            _thaw(hall, now=now)
        return go_on(hall, now=now)


def on_draw(event: DrawFinished) -> None:
    """Go on when the coefficients are drawn."""
    if event.purpose == drawing.COEFFICIENT:
        drawn = Draw.objects.get(pk=event.draw).drawn_at
        if drawn is not None:
            go_on(staging.hold(event.lot), now=drawn)


def go_on(hall: Hall, *, now: datetime) -> bool:
    """Move a hall on while its step is over; returns whether it moved. The caller holds its row."""
    moved = False
    while _runs(hall) and _STEPS.get(HallStep(hall.step), _stay)(hall, now):
        moved = True
    return moved


def _runs(hall: Hall) -> bool:
    running = hall.pause != Pause.PAUSED and hall.frozen_at is None and not clock_alarms.is_open()
    return running and tender.lot(hall.pk).status is LotState.OPENING


def _stay(_hall: Hall, _now: datetime) -> bool:
    return False


def _names(hall: Hall, now: datetime) -> bool:
    notice = notice_of(tender.lot(hall.pk))
    if notice.mode != CONSENT:
        return _phase_a(hall, now)
    nominal = _over(hall, now) or (now if hall.names_heard_at is not None else None)
    if nominal is None:
        return False
    wanted = staging.minutes(tender.lot(hall.pk), "hall_consent_minutes")
    staging.step(hall, HallLever.OPEN_CONSENT, now=now, nominal=nominal, due_after=wanted)
    return True


def _phase_a(hall: Hall, now: datetime) -> bool:
    """End phase A at its due instant, or when all have done what they can; never with containers unexamined."""
    nominal = _over(hall, now)
    if nominal is None and not (_names_heard(hall, now) and _all_done(hall)):
        return False
    if BidPart.objects.filter(bid__lot_id=hall.pk, bid__line__status="valid", intact__isnull=True).exists():
        return False
    staging.step(hall, HallLever.END_PHASE_A, now=now, nominal=nominal)
    _begin_draws(hall, now)
    return True


def _names_heard(hall: Hall, now: datetime) -> bool:
    if hall.step != HallStep.NAMES or hall.names_heard_at is not None:
        return True
    return hall.since + staging.minutes(tender.lot(hall.pk), "hall_names_minutes") <= now


def _all_done(hall: Hall) -> bool:
    """Tell whether all custodians have spoken, all consents are given, and nobody may still lodge a key."""
    stands = facts.ledger(hall, notice_of(tender.lot(hall.pk)))
    if not stands.all_reported():
        return False
    for bid in stands.bids:
        known = stands.facts(bid).values()
        if stands.notice.mode == CONSENT and any(one.consent is not Consent.GIVEN for one in known):
            return False
        if bid.pk not in stands.lodgings and any(faults.may_lodge(one) for one in known):
            return False
    return True


def _begin_draws(hall: Hall, now: datetime) -> None:
    record = tender.lot(hall.pk)
    rows = Draw.objects.filter(lot_id=hall.pk, purpose=drawing.COEFFICIENT, state=draws.REQUESTED)
    for row in rows.order_by("number"):
        row.commit_due_at = now + staging.minutes(record, "draw_commit_minutes")
        row.save(update_fields=["commit_due_at"])
        drawing.begin_reveals(row, record, now=now)


def _coefficients(hall: Hall, now: datetime) -> bool:
    drawn = draws.coefficients(hall.pk)
    if drawn is None:
        return False
    record = tender.lot(hall.pk)
    listed = releasing.sign_list(hall, record, drawn, now=now)
    wanted = staging.minutes(record, "hall_release_minutes") if listed else timedelta(0)
    nominal = None if drawn else hall.since
    staging.step(hall, HallLever.START_RELEASE, now=now, nominal=nominal, due_after=wanted)
    return True


def _objections(hall: Hall, now: datetime) -> bool:
    nominal = _over(hall, now) or (now if _all_confirmed(hall) else None)
    if nominal is None or OpeningObjection.objects.filter(lot_id=hall.pk, answered_at__isnull=True).exists():
        return False
    answered = OpeningObjection.objects.filter(lot_id=hall.pk).order_by("-answered_at").first()
    if answered is not None and answered.answered_at is not None:
        nominal = max(nominal, answered.answered_at)
    wanted = staging.minutes(tender.lot(hall.pk), "hall_confirmation_minutes")
    staging.step(hall, HallLever.CLOSE_OBJECTIONS, now=now, nominal=nominal, due_after=wanted)
    return True


def _record(hall: Hall, now: datetime) -> bool:
    nominal = _over(hall, now) or (now if _all_confirmed(hall) else None)
    if hall.record is not None or nominal is None:
        return False
    ending.build_record(hall, tender.lot(hall.pk), ended_at=nominal, now=now)
    return False


def _all_confirmed(hall: Hall) -> bool:
    valid = [one.pk for one in facts.valid_bids(hall.pk)]
    return bool(valid) and Confirmation.objects.filter(bid_id__in=valid).count() == len(valid)


def _over(hall: Hall, now: datetime) -> datetime | None:
    """Return the nominal end of the step once it has come."""
    return hall.due_at if hall.due_at is not None and hall.due_at <= now else None


def _freeze(hall: Hall, *, now: datetime) -> bool:
    if hall.frozen_at is not None or hall.due_at is None or hall.pause == Pause.PAUSED:
        return False
    hall.frozen_at = now
    hall.save(update_fields=["frozen_at"])
    staging.log(hall.pk, "bidding:hall:frozen", {"step": hall.step, "at": canonical.instant(now)}, now=now)
    staging.announce(hall.pk, "frozen", {"step": hall.step}, at=now)
    return True


def _thaw(hall: Hall, *, now: datetime) -> None:
    """Give the step the time back for which the clock was in doubt."""
    if hall.frozen_at is None:
        return
    stood = max(now - hall.frozen_at, timedelta(0))
    hall.frozen_at = None
    staging.shift(hall, stood)
    hall.save(update_fields=["frozen_at", "due_at"])
    due_at = canonical.instant(hall.due_at) if hall.due_at else None
    staging.log(hall.pk, "bidding:hall:thawed", {"step": hall.step, "due_at": due_at}, now=now)
    staging.announce(hall.pk, "thawed", {"step": hall.step, "due_at": due_at}, at=now)


_STEPS: Mapping[HallStep, Callable[[Hall, datetime], bool]] = {
    HallStep.NAMES: _names,
    HallStep.CONSENT: _phase_a,
    HallStep.COEFFICIENTS: _coefficients,
    HallStep.OBJECTIONS: _objections,
    HallStep.RECORD: _record,
}
