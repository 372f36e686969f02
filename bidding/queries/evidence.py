"""All that bidding holds as evidence of one lot, once its closing list is logged: what a dossier is made of."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bidding.domain import messages
from bidding.domain.faults import Outcome
from bidding.domain.shapes import ShapeError
from bidding.models import (
    ClosingLine,
    Consent,
    CustodianMessage,
    Draw,
    Hall,
    Lodging,
    SignedRecord,
)
from bidding.queries import opened_bids
from bidding.queries.draws import DRAWN, result
from kernel import storage
from kernel.domain import canonical


@dataclass(frozen=True, slots=True)
class Signed:
    """A document as its canonical bytes, and the detached signature under it."""

    document: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class PartFile:
    """A container in the store, and its key once its bid was opened; "" while it is sealed."""

    name: str
    sha256: str
    length: int
    key: str


@dataclass(frozen=True, slots=True)
class ShareBlob:
    """A share file in the store, as it was sealed."""

    part: str
    custodian: str
    sha256: str
    length: int


@dataclass(frozen=True, slots=True)
class BidEvidence:
    """A bid of the closing list: statement, seal record, withdrawal with its record, containers and shares."""

    bid: str
    opened: bool
    statement: Signed
    seal: Signed
    withdrawal: Signed | None
    withdrawal_record: Signed | None
    parts: tuple[PartFile, ...]
    shares: tuple[ShareBlob, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the closing list behind its salt."""

    hash: str
    salt: bytes
    line: bytes
    bid: str


@dataclass(frozen=True, slots=True)
class Message:
    """What a custodian or a bidder signed for the opening; `sender` is the role, or the bid of a bidder's message.

    `readable` is False for a consent that is none: it was kept as it came, perhaps not even JSON.
    """

    kind: str
    sender: str
    signed: Signed
    checkpoint: str
    readable: bool = True


@dataclass(frozen=True, slots=True)
class DrawEvidence:
    """A finished draw's stratum: its number, name, whole record and the form that anybody may have."""

    number: int
    stratum: str
    record: dict[str, Any]
    public: dict[str, Any]


@dataclass(frozen=True, slots=True)
class DrawMessage:
    """What was signed for a finished draw: `commit` of a contributor, or `open` of a custodian for one.

    `sender` is the contributor's name, or `<name>-<custodian>`.
    """

    number: int
    kind: str
    sender: str
    signed: Signed


@dataclass(frozen=True, slots=True)
class LotEvidence:
    """Everything of one lot; what has not come yet is None or empty."""

    closing: Signed | None
    lines: tuple[Line, ...]
    bids: tuple[BidEvidence, ...]
    messages: tuple[Message, ...]
    release: Signed | None
    table: Signed | None
    record: Signed | None
    witness_signature: bytes
    draws: tuple[DrawEvidence, ...]
    draw_messages: tuple[DrawMessage, ...]


Stored = bytes | memoryview | None


def of_lot(lot_id: uuid.UUID) -> LotEvidence:
    """Return the evidence of a lot; before its closing list nothing that tells of a bid."""
    hall = Hall.objects.filter(pk=lot_id).first()
    finished = list(Draw.objects.filter(lot_id=lot_id, state=DRAWN).order_by("number"))
    drawn = tuple(one for row in finished for one in _strata(row))
    signed = tuple(one for row in finished for one in _draw_messages(row))
    if hall is None or hall.closing is None:
        return LotEvidence(None, (), (), (), None, None, None, b"", drawn, signed)
    opened = {str(bid.id) for bid in opened_bids(lot_id) if bid.outcome == Outcome.OPENED}
    rows = ClosingLine.objects.filter(bid__lot_id=lot_id).order_by("bid_id")
    rows = rows.select_related("bid").prefetch_related("bid__parts__shares")
    records = _Records(lot_id)
    return LotEvidence(
        closing=_signed(hall.closing, hall.closing_signature),
        lines=tuple(Line(row.hash, bytes(row.salt), bytes(row.line), str(row.bid_id)) for row in rows),
        bids=tuple(_bid(row, records, opened=str(row.bid_id) in opened) for row in rows),
        messages=tuple(_messages(lot_id)),
        release=_signed(hall.release, hall.release_signature),
        table=_signed(hall.table, hall.table_signature),
        record=_signed(hall.record, hall.host_signature) if hall.witness_signature else None,
        witness_signature=bytes(hall.witness_signature or b""),
        draws=drawn,
        draw_messages=signed,
    )


def _signed(document: Stored, signature: Stored) -> Signed | None:
    return Signed(bytes(document), bytes(signature)) if document and signature else None


class _Records:
    """The platform's signed records of a lot, found by the hash of one and by the bid of a withdrawal."""

    def __init__(self, lot_id: uuid.UUID) -> None:
        rows = list(SignedRecord.objects.filter(lot_id=lot_id).order_by("pk"))
        self.by_hash = {row.sha256: row for row in rows}
        self.withdrawals = {
            row.bid: row for row in rows if row.kind == "withdrawal" and row.outcome == "accepted"
        }


def _bid(row: ClosingLine, records: _Records, *, opened: bool) -> BidEvidence:
    bid = row.bid
    seal = records.by_hash[canonical.from_bytes(bytes(row.line))["seal"]]
    gone = records.withdrawals.get(bid.pk)
    parts = sorted(bid.parts.all(), key=lambda part: part.pk)
    return BidEvidence(
        bid=str(bid.pk),
        opened=opened,
        statement=Signed(bytes(bid.statement), bytes(bid.signature)),
        seal=Signed(bytes(seal.record), bytes(seal.signature)),
        withdrawal=Signed(bytes(gone.document), bytes(gone.document_signature)) if gone else None,
        withdrawal_record=Signed(bytes(gone.record), bytes(gone.signature)) if gone else None,
        parts=tuple(
            PartFile(part.name, part.sha256, part.length, part.key if opened else "")
            for part in parts
            if storage.exists(part.sha256)
        ),
        shares=tuple(
            ShareBlob(part.name, share.custodian, share.file_sha256, share.length)
            for part in parts
            for share in sorted(part.shares.all(), key=lambda one: one.pk)
        ),
    )


def _messages(lot_id: uuid.UUID) -> Iterator[Message]:
    """Yield what custodians and bidders signed, by its arrival."""
    found: list[tuple[datetime, int, Message]] = []
    for said in CustodianMessage.objects.filter(lot_id=lot_id):
        signed = Signed(bytes(said.document), bytes(said.signature))
        found.append((said.at, said.pk, Message(said.kind, said.custodian, signed, said.checkpoint)))
    for consent in Consent.objects.filter(bid__lot_id=lot_id):
        signed = Signed(bytes(consent.document), bytes(consent.signature))
        message = Message("consent", str(consent.bid_id), signed, "", _is_consent(signed.document))
        found.append((consent.at, consent.pk, message))
    for lodged in Lodging.objects.filter(bid__lot_id=lot_id):
        signed = Signed(bytes(lodged.document), bytes(lodged.signature))
        found.append((lodged.at, lodged.pk, Message("lodging", str(lodged.bid_id), signed, "")))
    ordered = sorted(found, key=lambda one: (one[0], one[2].kind, one[2].sender, one[1]))
    yield from (message for _, _, message in ordered)


def _is_consent(document: bytes) -> bool:
    try:
        messages.parse(canonical.from_bytes(document), messages.CONSENT)
    except (canonical.NotCanonicalError, ShapeError):
        return False
    return True


def _strata(row: Draw) -> Iterator[DrawEvidence]:
    for place in row.strata.order_by("name"):
        found = result(row, place)
        yield DrawEvidence(row.number, place.name, found.as_json(), found.as_public_json())


def _draw_messages(row: Draw) -> Iterator[DrawMessage]:
    for one in row.contributions.exclude(commit="").order_by("name"):
        signed = _signed(one.document, one.signature)
        if signed is not None:
            yield DrawMessage(row.number, "commit", one.name, signed)
        for share in one.escrow.order_by("custodian"):
            opened = Signed(bytes(share.document), bytes(share.signature))
            yield DrawMessage(row.number, "open", f"{one.name}-{share.custodian}", opened)
