"""Signing and logging what arrived: the platform's records, which bind it before any word is given."""

import uuid
from datetime import datetime
from typing import Any

from accounts import authority
from accounts.queries import Holder
from bidding.domain.records import Outcome
from bidding.models import SignedRecord
from kernel import journal
from kernel.domain import canonical
from kernel.domain.refusals import Refused, RefusedError

SEAL = "seal"
WITHDRAWAL = "withdrawal"
REFUSALS_MOST = 50
"""Signed refusals of one organisation on one lot; what is refused beyond them is refused without a record."""


class RecordedRefusalError(RefusedError):
    """A refused bid or withdrawal whose bidder gets a signed record of the refusal."""

    def __init__(self, refusal: Refused, row: SignedRecord) -> None:
        super().__init__(refusal)
        self.row = row


def refused(
    by: Holder, lot_id: uuid.UUID, refusal: Refused, *, kind: str, document: bytes
) -> RefusedError | None:
    """Return what to raise when nothing new is to be signed: the same was refused before, or too much was.

    So nobody fills the log, and keeps a closing list waiting, by sending one thing again and again.
    """
    mine = SignedRecord.objects.filter(
        lot_id=lot_id, organisation_id=by.organisation.id, outcome=Outcome.REFUSED
    )
    for row in mine.filter(kind=kind, document=document).order_by("pk"):
        if canonical.from_bytes(bytes(row.record))["reason"] == refusal.reason:
            return RecordedRefusalError(refusal, row)
    return RefusedError(refusal) if mine.count() >= REFUSALS_MOST else None


def write(
    record: dict[str, Any],
    *,
    kind: str,
    by: Holder,
    lot_id: uuid.UUID,
    document: bytes,
    document_signature: bytes,
    at: datetime,
) -> SignedRecord:
    """Sign a record, journal it in the organisation's own chain and keep it; the caller's transaction.

    A record with the same bytes is written once.
    """
    data = canonical.to_bytes(record)
    digest = canonical.sha256(data)
    known = SignedRecord.objects.filter(sha256=digest).first()
    if known is not None:
        return known
    verb = {"accepted": "sealed" if kind == SEAL else "withdrawn"}.get(record["outcome"], record["outcome"])
    entry = journal.record(
        f"bidding:{'bid' if kind == SEAL else 'withdrawal'}:{verb}",
        actor=by.actor,
        at=at,
        lot=lot_id,
        org=by.organisation.credit_code,
        payload=record,
    )
    return SignedRecord.objects.create(
        lot_id=lot_id,
        organisation_id=by.organisation.id,
        bid=uuid.UUID(record["bid"]),
        kind=kind,
        outcome=record["outcome"],
        record=data,
        sha256=digest,
        signature=authority.sign(record),
        document=document,
        document_signature=document_signature,
        entry=entry,
        at=at,
    )
