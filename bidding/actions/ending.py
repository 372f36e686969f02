"""The end of an opening: the record built, signed by host and witness, printed, and the lot moved on."""

import uuid
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from accounts import actions as account_actions, authority, queries as accounts
from accounts.domain.seats import SeatKind
from accounts.events import DocumentSigned
from bidding import queries
from bidding.actions import papers, staging
from bidding.domain import opening
from bidding.domain.faults import Outcome
from bidding.domain.lifecycle import Hall as HallStep, HallLever
from bidding.models import Confirmation, Hall
from bidding.queries import facts, standing
from kernel import journal, storage, wakeup
from kernel.domain import canonical
from tender import queries as tender
from tender.actions import stepping
from tender.domain.lifecycle import Lever
from tender.queries import LotRecord

PURPOSE = "opening-record"
DEEMED = "deemed"


def build_record(hall: Hall, record: LotRecord, *, ended_at: datetime, now: datetime) -> None:
    """Build the opening record and lay it before host and witness; the caller holds the hall.

    Who said nothing until the end of the step counts as agreeing then.
    """
    said = {one.bid_id: one for one in Confirmation.objects.filter(bid__lot_id=hall.pk)}
    confirmations = [
        {
            "bidder": bid.organisation.credit_code,
            "answer": said[bid.pk].answer if bid.pk in said else DEEMED,
            "at": canonical.instant(said[bid.pk].at if bid.pk in said else ended_at),
        }
        for bid in facts.valid_bids(hall.pk)
    ]
    value = opening.build_record(
        tender=record.tender,
        lot=str(record.id),
        table=hall.table_sha256,
        objections=standing.objections_json(hall.pk),
        confirmations=confirmations,
        pauses=standing.requests_json(hall.pk),
        ended_at=ended_at,
    )
    hall.record, hall.record_sha256 = canonical.to_bytes(value), canonical.digest(value)
    hall.due_at = now + staging.minutes(record, "hall_countersign_minutes")
    hall.save(update_fields=["record", "record_sha256", "due_at"])
    journal.record(
        "bidding:lot:record", actor=journal.SYSTEM, at=now, lot=record.id, public=True, payload=value
    )
    staging.announce(hall.pk, "record", {"record": hall.record_sha256}, at=now)
    for duty in (SeatKind.HOST, SeatKind.WITNESS):
        seat = tender.officer(record.id, duty)
        if seat is not None:
            account_actions.request_signature(
                seat.id,
                value,
                purpose=PURPOSE,
                reference=str(record.id),
                title=f"{record.code} {record.title}",
                now=now,
                lot=record.id,
                due_at=hall.due_at,
            )


def on_signed(event: DocumentSigned) -> None:
    """Keep a signature under the record; with both the record is printed and the opening ends."""
    if event.purpose != PURPOSE:
        return
    lot_id = uuid.UUID(event.reference)
    hall = staging.hold(lot_id)
    signed = {one.seat_id: one for one in accounts.signature_requests(PURPOSE, event.reference)}
    row = signed[event.seat]
    if row.signature is None or row.signed_at is None:
        raise ValueError("a signed request has its signature")
    duty = "host" if tender.serves(accounts.holder(event.seat), lot_id, SeatKind.HOST) else "witness"
    setattr(hall, f"{duty}_signature", bytes(row.signature))
    hall.save(update_fields=[f"{duty}_signature"])
    staging.announce(lot_id, "signed", {"duty": duty}, at=row.signed_at)
    transaction.on_commit(wakeup.ticker.set)


def due_to_end(*, now: datetime, limit: int) -> Iterable[uuid.UUID]:  # noqa: ARG001 - a due source's signature
    """Return the lots whose record is signed by both and waits to be printed."""
    rows = Hall.objects.filter(
        step=HallStep.RECORD,
        record__isnull=False,
        host_signature__isnull=False,
        witness_signature__isnull=False,
    )
    return list(rows.order_by("since", "pk").values_list("pk", flat=True)[:limit])


def end(lot_id: uuid.UUID, *, now: datetime) -> bool:
    """Print the signed record, end the hall and move the lot on; where no bid was opened the lot has failed.

    Raises PdfError while the fonts are missing: the signatures stay, and the next tick tries again.
    """
    paper = papers.opening_record(Hall.objects.get(pk=lot_id), tender.lot(lot_id), at=now)
    blob = storage.put(authority.sign_pdf(paper, at=now))
    with transaction.atomic():
        hall = staging.hold(lot_id)
        signed = hall.host_signature is not None and hall.witness_signature is not None
        if hall.step != HallStep.RECORD or not signed:
            return False
        hall.record_pdf_sha256 = blob
        hall.save(update_fields=["record_pdf_sha256"])
        payload = {
            "record": hall.record_sha256,
            "host_signature": canonical.sha256(bytes(hall.host_signature or b"")),
            "witness_signature": canonical.sha256(bytes(hall.witness_signature or b"")),
            "paper": blob,
        }
        staging.log(lot_id, "bidding:hall:ended", payload, now=now)
        staging.step(hall, HallLever.END, now=now)
        opened = any(one.outcome == Outcome.OPENED for one in queries.opened_bids(lot_id))
        rule = tender.lot(lot_id).edition.rule("decryption_failure").id
        more = {"record": hall.record_sha256} if opened else {"rule": rule, "record": hall.record_sha256}
        lever = Lever.FINISH_OPENING if opened else Lever.FAIL
        stepping.step(lot_id, lever, actor=journal.SYSTEM, now=now, payload=more)
    return True
