"""Pauses, extensions and hindrances: the host asks with a reason, the witness countersigns or declines."""

import uuid
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta

from django.db import transaction

from accounts import actions as account_actions
from accounts.domain.seats import SeatKind
from accounts.queries import Holder
from bidding import policies
from bidding.actions import faulting, progress, staging, telling
from bidding.domain.lifecycle import OVER, PAUSE, Hall as HallStep, Pause, PauseLever
from bidding.models import Hall, HallRequest
from bidding.queries import access_duty
from kernel import journal
from kernel.domain import canonical
from kernel.domain.refusals import ALLOWED, Decision, Refused, RefusedError, require
from tender import queries as tender
from tender.queries import LotRecord

PAUSING, EXTENDING, RESUMING, HINDERED = "pause", "extend", "resume", "hindered"
KINDS = (PAUSING, EXTENDING, RESUMING, HINDERED)
COUNTERSIGNED, DECLINED, LAPSED = "countersigned", "declined", "lapsed"
REASON_MOST = 2000


def ask(by: Holder, lot_id: uuid.UUID, kind: str, reason: str, *, now: datetime) -> HallRequest:
    """Ask the witness with a reason; the same open question again is the same one."""
    access_duty(by, lot_id, SeatKind.HOST)
    body = reason.strip()
    with transaction.atomic():
        hall = staging.hold(lot_id)
        record = tender.lot(lot_id)
        rule = record.edition.rule("hall_extension_minutes").id
        if not body or len(body) > REASON_MOST:
            raise RefusedError(Refused(rule, "text_missing", {"limit": str(REASON_MOST)}))
        open_one = HallRequest.objects.filter(lot_id=lot_id, answer="").first()
        if open_one is not None and (open_one.kind, open_one.reason) == (kind, body):
            return open_one
        if open_one is not None:
            raise RefusedError(Refused(rule, "hall_request_open", {"request": open_one.kind}))
        require(_may_ask(record, hall, kind))
        row = HallRequest.objects.create(
            lot_id=lot_id,
            number=HallRequest.objects.filter(lot_id=lot_id).count() + 1,
            kind=kind,
            reason=body,
            asked_by=by.actor,
            asked_at=now,
            due_at=now + staging.minutes(record, "hall_countersign_minutes"),
        )
        if kind in (PAUSING, EXTENDING):
            _pull(hall, PauseLever.ASK)
        _log(row, "asked", {"reason": body}, actor=by.actor, now=now)
        _tell_witness(record, row, now)
    return row


def answer(by: Holder, lot_id: uuid.UUID, number: int, *, countersign: bool, now: datetime) -> HallRequest:
    """Countersign or decline what the host asked; the same answer again changes nothing."""
    access_duty(by, lot_id, SeatKind.WITNESS)
    with transaction.atomic():
        hall = staging.hold(lot_id)
        row = HallRequest.objects.select_for_update().filter(lot_id=lot_id, number=number).first()
        wanted = COUNTERSIGNED if countersign else DECLINED
        if row is not None and row.answer == wanted:
            return row
        record = tender.lot(lot_id)
        if row is None or row.answer:
            rule = record.edition.rule("hall_countersign_minutes").id
            facts = {"word": row.answer if row is not None else "none"}
            raise RefusedError(Refused(rule, "hall_request_answered", facts))
        if countersign:
            require(_may_ask(record, hall, row.kind))
        _close(hall, row, wanted, by=by.actor, now=now)
        if countersign:
            _EFFECTS[row.kind](hall, record, now)
            progress.go_on(hall, now=now)
    return row


def due_to_lapse(*, now: datetime, limit: int) -> Iterable[int]:
    """Return the questions that the witness left open for too long."""
    rows = HallRequest.objects.filter(answer="", due_at__lte=now).order_by("due_at", "pk")
    return list(rows.values_list("pk", flat=True)[:limit])


def lapse(request_pk: int, *, now: datetime) -> bool:
    """Close a question that the witness did not answer in time; it counts as declined."""
    with transaction.atomic():
        row = HallRequest.objects.get(pk=request_pk)
        hall = staging.hold(row.lot_id)
        row.refresh_from_db()
        if row.answer or row.due_at > now:
            return False
        _close(hall, row, LAPSED, by=journal.SYSTEM, now=row.due_at)
    return True


def _may_ask(record: LotRecord, hall: Hall, kind: str) -> Decision:
    rule = record.edition.rule("hall_extension_minutes").id
    wrong = Refused(rule, "hall_request_not_possible", {"request": kind, "hall_step": hall.step})
    if kind == HINDERED:
        before = OVER | {HallStep.WAITING}
        return wrong if hall.hindered or hall.step in before else ALLOWED
    if kind == RESUMING:
        return ALLOWED if hall.pause == Pause.PAUSED and hall.step not in OVER else wrong
    if kind not in KINDS or hall.pause == Pause.PAUSED or hall.step == HallStep.WAITING:
        return wrong
    if kind == EXTENDING and hall.due_at is None:
        return wrong
    return policies.may_pause(record, hall)


def _close(hall: Hall, row: HallRequest, answered: str, *, by: str, now: datetime) -> None:
    row.answer, row.answered_by, row.answered_at = answered, by, now
    row.save(update_fields=["answer", "answered_by", "answered_at"])
    if answered != COUNTERSIGNED and row.kind in (PAUSING, EXTENDING):
        _pull(hall, PauseLever.DECLINE)
    _log(row, answered, {}, actor=by, now=now)


def _pause(hall: Hall, _record: LotRecord, now: datetime) -> None:
    hall.paused_at = now
    hall.save(update_fields=["paused_at"])
    _pull(hall, PauseLever.COUNTERSIGN)
    staging.announce(hall.pk, "paused", {"step": hall.step}, at=now)
    telling.tell_bidders(hall, "opening_paused", rule="hall_extension_minutes", key=canonical.instant(now))


def _extend(hall: Hall, record: LotRecord, now: datetime) -> None:
    _pull(hall, PauseLever.EXTEND)
    _move_due(hall, staging.minutes(record, "hall_extension_minutes"), "extended", now)


def _resume(hall: Hall, _record: LotRecord, now: datetime) -> None:
    stood = now - hall.paused_at if hall.paused_at is not None else timedelta(0)
    hall.paused_at = None
    hall.save(update_fields=["paused_at"])
    _pull(hall, PauseLever.RESUME)
    _move_due(hall, stood, "resumed", now)


def _hinder(hall: Hall, _record: LotRecord, now: datetime) -> None:
    hall.hindered = True
    hall.save(update_fields=["hindered"])
    staging.announce(hall.pk, "hindered", {"step": hall.step}, at=now)
    faulting.propose_anew(hall, now=now)


def _move_due(hall: Hall, span: timedelta, kind: str, now: datetime) -> None:
    staging.shift(hall, span)
    hall.save(update_fields=["due_at"])
    due_at = canonical.instant(hall.due_at) if hall.due_at is not None else None
    staging.log(hall.pk, f"bidding:hall:{kind}", {"step": hall.step, "due_at": due_at}, now=now)
    staging.announce(hall.pk, kind, {"step": hall.step, "due_at": due_at}, at=now)
    told = f"opening_{kind}"
    telling.tell_bidders(hall, told, rule="hall_extension_minutes", key=canonical.instant(now))


def _pull(hall: Hall, lever: PauseLever) -> None:
    hall.pause = PAUSE.step(hall.pause, lever).target
    hall.save(update_fields=["pause"])


def _log(row: HallRequest, word: str, more: Mapping[str, str], *, actor: str, now: datetime) -> None:
    payload = {"number": row.number, "kind": row.kind, "word": word, **more}
    staging.log(row.lot_id, "bidding:hall:request", payload, now=now, actor=actor)
    shown = {"number": row.number, "asked": row.kind, "word": word, "reason": row.reason}
    staging.announce(row.lot_id, "request", shown, at=now)


def _tell_witness(record: LotRecord, row: HallRequest, now: datetime) -> None:
    witness = tender.officer(record.id, SeatKind.WITNESS)
    if witness is None:
        return
    account_actions.notify(
        witness.id,
        "hall_countersign_wanted",
        key=f"{record.id}:{row.number}",
        now=now,
        facts={"lot": record.code, "title": record.title, "reason": row.reason},
        link=f"/lots/{record.id}/hall/",
        rule=record.edition.rule("hall_countersign_minutes").id,
        due_at=row.due_at,
    )


_EFFECTS: Mapping[str, Callable[[Hall, LotRecord, datetime], None]] = {
    PAUSING: _pause,
    EXTENDING: _extend,
    RESUMING: _resume,
    HINDERED: _hinder,
}
