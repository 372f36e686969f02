"""Reads of bidding; before T nobody but a bidder learns that a bid of its exists."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q
from django.http import Http404

from accounts import queries as accounts
from accounts.domain.seats import SeatKind
from accounts.queries import Holder
from bidding.domain import notice as notices, opening, records
from bidding.domain.lifecycle import Bid as BidState
from bidding.domain.notice import Notice
from bidding.domain.statements import Statement, parse_statement
from bidding.models import Bid, BidPart, ClosingLine, Hall, ShareFile, SignedRecord
from bidding.sealing.suites import SHAPES
from kernel import log
from kernel.domain import canonical, notes
from tender import queries as tender
from tender.queries import LotRecord


@dataclass(frozen=True, slots=True)
class OpenedBid:
    """A bid of the opening table, as evaluation, deposits and monitoring read it after the opening."""

    id: uuid.UUID
    bidder: str
    name: str
    received_at: datetime
    outcome: str
    cause: str
    addenda: int
    fields: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Counted:
    """What is known of a lot whose closing list is signed: its valid bids at T, whether prices were read out."""

    valid: int
    read_out: bool


def notice_of(lot: LotRecord) -> Notice:
    """Return a published lot's notice with its addenda as bidding reads it."""
    added = [canonical.from_bytes(bytes(row.document)) for row in tender.addenda(lot.id)]
    return notices.parse(lot.notice, added, SHAPES)


def statement_of(bid: Bid, notice: Notice) -> Statement:
    """Return a stored statement, read against its notice."""
    return parse_statement(canonical.from_bytes(bytes(bid.statement)), notice)


def access_duty(reader: Holder, lot_id: uuid.UUID, duty: SeatKind) -> LotRecord:
    """Return a published lot to the seat that has a duty on it; else 404."""
    record = tender.access_public_lot(lot_id)
    if not tender.serves(reader, lot_id, duty):
        raise Http404
    return record


def access_custodian(reader: Holder, lot_id: uuid.UUID) -> str:
    """Return the role in which a custodian keeps shares of a published lot; else 404."""
    tender.access_public_lot(lot_id)
    role = tender.custodian_role(reader, lot_id)
    if role is None:
        raise Http404
    return role


def access_own_bid(reader: Holder, bid_id: uuid.UUID) -> Bid:
    """Return a bid of the reader's organisation; 404 for anybody else's."""
    row = Bid.objects.filter(pk=bid_id, organisation_id=reader.organisation.id).first()
    if row is None:
        raise Http404
    return row


def access_own_bids(reader: Holder, lot_id: uuid.UUID | None = None) -> list[Bid]:
    """Return the bids of the reader's organisation, newest first."""
    rows = Bid.objects.filter(organisation_id=reader.organisation.id)
    if lot_id is not None:
        rows = rows.filter(lot_id=lot_id)
    return list(rows.order_by("-declared_at", "pk"))


def own_records(reader: Holder, bid_id: uuid.UUID) -> list[SignedRecord]:
    """Return the signed records about a bid of the reader's organisation, oldest first; [] while there is none."""
    rows = SignedRecord.objects.filter(bid=bid_id, organisation_id=reader.organisation.id)
    return list(rows.order_by("pk"))


def access_own_records(reader: Holder, bid_id: uuid.UUID) -> list[SignedRecord]:
    """Return the signed records about a bid of the reader's organisation, oldest first; else 404."""
    rows = own_records(reader, bid_id)
    if not rows:
        raise Http404
    return rows


def receipt(row: SignedRecord) -> dict[str, Any]:
    """Return the receipt of a record: "received" at once, "submitted" when a witness has cosigned."""
    found = log.proven(row.entry_id)
    record = canonical.from_bytes(bytes(row.record))
    if found is None:
        return records.build_receipt(record, bytes(row.signature))
    return records.build_receipt(
        record,
        bytes(row.signature),
        entry=found.entry,
        salt=found.salt,
        proof=found.proof,
        checkpoint=notes.Note.parse(found.checkpoint),
    )


def live_bid(lot_id: uuid.UUID, organisation_id: uuid.UUID) -> Bid | None:
    """Return an organisation's live bid on a lot."""
    return Bid.objects.filter(lot_id=lot_id, organisation_id=organisation_id, state=BidState.SEALED).first()


def parts(bid_id: uuid.UUID) -> list[BidPart]:
    """Return a bid's parts in the order of the notice."""
    return list(BidPart.objects.filter(bid_id=bid_id).select_related("upload").order_by("pk"))


def share_files(bid_id: uuid.UUID) -> list[ShareFile]:
    """Return a bid's share files in the order of parts and custodians."""
    return list(ShareFile.objects.filter(part__bid_id=bid_id).select_related("part").order_by("pk"))


def hall(lot_id: uuid.UUID) -> Hall | None:
    """Return a published lot's hall."""
    return Hall.objects.filter(pk=lot_id).first()


def opening_table(lot_id: uuid.UUID) -> dict[str, Any] | None:
    """Return the opening table once prices are read out, None before."""
    row = hall(lot_id)
    return canonical.from_bytes(bytes(row.table)) if row and row.table else None


def opened_bids(lot_id: uuid.UUID) -> list[OpenedBid]:
    """Return the bids of the opening table in its order; [] before prices are read out."""
    table = opening_table(lot_id)
    if table is None:
        return []
    return [
        OpenedBid(
            id=uuid.UUID(row["bid"]),
            bidder=row["bidder"],
            name=row["name"],
            received_at=canonical.parse_instant(row["received_at"]),
            outcome=row["outcome"],
            cause=row["cause"] or "",
            addenda=row["addenda"],
            fields=row["fields"],
        )
        for row in opening.parse_table(table)["bids"]
    ]


def plain_part(bid_id: uuid.UUID, part: str) -> str | None:
    """Return the blob of an opened part's plain zip, None while it is sealed."""
    rows = BidPart.objects.filter(bid_id=bid_id, name=part).exclude(plain_sha256="")
    return rows.values_list("plain_sha256", flat=True).first()


def bidder_codes(lot_id: uuid.UUID) -> list[str]:
    """Return the credit codes of those whose bids stood at T, once the hall has shown names; else []."""
    row = hall(lot_id)
    if row is None or row.step in ("waiting", "counted", "failed"):
        return []
    rows = Bid.objects.filter(lot_id=lot_id, line__status="valid").order_by("organisation_id")
    ids = rows.values_list("organisation_id", flat=True)
    return sorted(accounts.party(pk).credit_code for pk in ids)


def counted(lot_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, Counted]:
    """Return lot -> what was counted of it; a lot whose closing list is not signed yet is left out."""
    ids = list(lot_ids)
    halls = Hall.objects.filter(pk__in=ids, counted_at__isnull=False).annotate(read=Q(table__isnull=False))
    lines = ClosingLine.objects.filter(bid__lot_id__in=ids, status="valid").order_by()
    valid = dict(lines.values_list("bid__lot_id").annotate(number=Count("pk")))
    return {lot: Counted(valid.get(lot, 0), read) for lot, read in halls.values_list("pk", "read")}
