"""At T: all stamps in, the closing list signed and logged, and a lot with too few bids failed unopened (C-01)."""

import secrets
import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts import authority
from bidding import queries
from bidding.actions import staging
from bidding.domain import closing
from bidding.domain.lifecycle import BID, Bid as BidState, BidLever, Hall as HallStep, HallLever
from bidding.events import LotCounted
from bidding.models import Bid, ClosingLine, Hall, SignedRecord
from kernel import clock_alarms, journal, outbox
from kernel.domain import canonical
from kernel.domain.refusals import RefusedError
from kernel.journal import PendingError
from kernel.upload import stamps
from tender import queries as tender
from tender.actions import stepping
from tender.domain.lifecycle import Lever, LotState
from tender.events import AddendumPublished, LotPublished
from tender.queries import LotRecord


def open_hall(event: LotPublished) -> None:
    """Make the hall of a lot when it is published; it waits for T."""
    record = tender.lot(event.lot)
    if record.published_at is not None:
        Hall.objects.get_or_create(
            lot_id=event.lot, defaults={"since": record.published_at, "due_at": record.deadline}
        )


def move_hall(event: AddendumPublished) -> None:
    """Follow a deadline that an addendum moved."""
    record = tender.lot(event.lot)
    Hall.objects.filter(pk=event.lot, step=HallStep.WAITING).update(due_at=record.deadline)


def due_to_count(*, now: datetime, limit: int) -> Iterable[uuid.UUID]:
    """Return the lots whose T has come and whose bids are not counted."""
    rows = Hall.objects.filter(step=HallStep.WAITING, due_at__lte=now).order_by("due_at", "pk")
    return list(rows.values_list("pk", flat=True)[:limit])


def count(lot_id: uuid.UUID, *, now: datetime) -> bool:
    """Count a lot once no stamp before T can still come; False while it must wait, or the clock is in doubt."""
    record = tender.lot(lot_id)
    ready = record.status is LotState.CLOSED and record.deadline is not None
    if not ready or clock_alarms.is_open() or (record.deadline and stamps.unsettled(record.deadline)):
        return False
    if Bid.objects.filter(lot_id=lot_id, state=BidState.HELD).exists():
        return False
    try:
        with transaction.atomic():
            stepping.lock(lot_id)
            with journal.closing(lot_id) as heads:
                _count(record, heads, now)
    except PendingError:
        return False
    return True


def due_to_begin(*, now: datetime, limit: int) -> Iterable[uuid.UUID]:  # noqa: ARG001 - a due source
    """Return the counted lots whose opening has not begun, because a pause may have held it."""
    closed = tender.ids_in(LotState.CLOSED)
    rows = Hall.objects.filter(step=HallStep.COUNTED, pk__in=closed).order_by("since", "pk")
    return list(rows.values_list("pk", flat=True)[:limit])


def begin(lot_id: uuid.UUID, *, now: datetime) -> bool:
    """Begin a counted lot's opening; returns False while a pause holds it."""
    with transaction.atomic():
        if tender.lot(lot_id).status is not LotState.CLOSED:
            return False
        try:
            stepping.step(lot_id, Lever.BEGIN_OPENING, actor=journal.SYSTEM, now=now)
        except RefusedError:
            return False
    return True


def _count(record: LotRecord, heads: list[dict[str, Any]], now: datetime) -> None:
    hall = Hall.objects.select_for_update().get(pk=record.id)
    if hall.step != HallStep.WAITING:
        return
    notice = queries.notice_of(record)
    lines = [
        closing.Line(salt=secrets.token_bytes(closing.SALT_BYTES), value=value)
        for value in closing.lines(_records(record.id, "seal"), _records(record.id, "withdrawal"))
    ]
    chains = [closing.Chain(name=h["chain"], length=h["length"], head=h["head"]) for h in heads]
    value = closing.build(notice, counted_at=now, salted=lines, chains=chains)
    for line in lines:
        ClosingLine.objects.create(
            bid_id=uuid.UUID(line.value["bid"]),
            salt=line.salt,
            line=canonical.to_bytes(line.value),
            hash=line.hash,
            status=line.value["status"],
        )
    _lock_bids(record.id)
    hall.closing, hall.closing_signature = canonical.to_bytes(value), authority.sign(value)
    hall.closing_sha256, hall.counted_at = canonical.digest(value), now
    hall.save(update_fields=["closing", "closing_signature", "closing_sha256", "counted_at"])
    entry = journal.record(
        "bidding:lot:closed", actor=journal.SYSTEM, at=now, lot=record.id, public=True, payload=value
    )
    journal.close_gate(record.id, entry)
    staging.step(hall, HallLever.COUNT, now=now)
    staging.announce(record.id, "counted", {"valid": value["valid"], "closing": hall.closing_sha256}, at=now)
    outbox.publish(LotCounted(lot=record.id, valid=value["valid"]))
    rule = record.edition.rule("bidders_minimum")
    enough = closing.enough(value, least=rule.count())
    if not enough:
        _fail(record, hall, rule.id, value["valid"], now)


def _fail(record: LotRecord, hall: Hall, rule: str, valid: int, now: datetime) -> None:
    Bid.objects.filter(lot_id=record.id, state=BidState.LOCKED).update(
        state=BID.step(BidState.LOCKED, BidLever.FAIL_LOT).target
    )
    staging.step(hall, HallLever.FAIL, now=now)
    payload = {"rule": rule, "valid": valid, "closing": hall.closing_sha256}
    journal.record(
        "bidding:lot:failed", actor=journal.SYSTEM, at=now, lot=record.id, public=True, payload=payload
    )
    stepping.step(record.id, Lever.FAIL, actor=journal.SYSTEM, now=now, payload={"rule": rule})


def _lock_bids(lot_id: uuid.UUID) -> None:
    for state in (BidState.SEALED, BidState.DECLARED):
        target = BID.step(state, BidLever.CLOSE).target
        Bid.objects.filter(lot_id=lot_id, state=state).update(state=target)


def _records(lot_id: uuid.UUID, kind: str) -> list[dict[str, Any]]:
    rows = SignedRecord.objects.filter(lot_id=lot_id, kind=kind).order_by("pk")
    found = [canonical.from_bytes(bytes(row.record)) for row in rows.exclude(outcome="refused")]
    decided = {one["bid"] for one in found if one["outcome"] == "accepted"}
    refused = set(
        SignedRecord.objects.filter(lot_id=lot_id, kind=kind, outcome="refused").values_list("bid", flat=True)
    )
    return [
        one
        for one in found
        if one["outcome"] == "accepted"
        or (one["bid"] not in decided and uuid.UUID(one["bid"]) not in refused)
    ]
