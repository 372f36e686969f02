"""A bidder's own bids and receipts, for its desk; nobody else's."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import Http404

from accounts.queries import Holder
from bidding.models import Bid, SignedRecord
from bidding.queries import receipt
from kernel.domain import canonical
from tender import queries as tender
from tender.queries import LotRecord


@dataclass(frozen=True, slots=True)
class OwnLot:
    """A lot on which a bidder declared a bid, and how its newest bid stands."""

    lot: LotRecord
    state: str
    received_at: datetime | None
    bids: int


@dataclass(frozen=True, slots=True)
class OwnRecord:
    """A signed record about a bid: what it says, and how far its receipt proves it.

    It goes by its hash: a number would tell how many records others were given before.
    """

    sha256: str
    bid: uuid.UUID
    kind: str
    outcome: str
    rule: str
    reason: str
    at: datetime
    witnessed: bool


def access_lots(reader: Holder) -> list[OwnLot]:
    """Return the lots on which the reader's organisation declared a bid, newest first."""
    rows = Bid.objects.filter(organisation_id=reader.organisation.id).order_by("-declared_at", "pk")
    by_lot: dict[uuid.UUID, list[Bid]] = {}
    for row in rows:
        by_lot.setdefault(row.lot_id, []).append(row)
    return [
        OwnLot(tender.lot(lot_id), bids[0].state, bids[0].received_at, len(bids))
        for lot_id, bids in by_lot.items()
    ]


def access_records(reader: Holder, lot_id: uuid.UUID) -> list[OwnRecord]:
    """Return the signed records about the bids of the reader's organisation on a lot, newest first."""
    rows = SignedRecord.objects.filter(lot_id=lot_id, organisation_id=reader.organisation.id)
    return [_record(row) for row in rows.order_by("-pk")]


def access_receipt(reader: Holder, lot_id: uuid.UUID, sha256: str) -> tuple[str, dict[str, Any]]:
    """Return a receipt of the reader's organisation and its file's name; else 404."""
    row = SignedRecord.objects.filter(
        sha256=sha256, lot_id=lot_id, organisation_id=reader.organisation.id
    ).first()
    if row is None:
        raise Http404
    return f"receipt-{row.kind}-{row.sha256[:12]}.json", receipt(row)


def _record(row: SignedRecord) -> OwnRecord:
    value = canonical.from_bytes(bytes(row.record))
    return OwnRecord(
        sha256=row.sha256,
        bid=row.bid,
        kind=row.kind,
        outcome=row.outcome,
        rule=value["rule"] or "",
        reason=value["reason"] or "",
        at=row.at,
        witnessed=receipt(row)["checkpoint"] is not None,
    )
