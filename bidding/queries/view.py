"""The opening of a lot as anyone may read it, and more of it for those who have a part in it."""

import uuid
from dataclasses import dataclass
from typing import Any

from accounts.domain.seats import SeatKind
from accounts.queries import Holder
from bidding.domain import closing
from bidding.domain.lifecycle import UNNAMED
from bidding.models import ClosingLine, Hall
from bidding.queries import draws, standing
from kernel import evidence, log
from kernel.domain import canonical
from tender import queries as tender

WITNESSES = 2
DUTIES = (SeatKind.HOST, SeatKind.WITNESS, SeatKind.SUPERVISOR)
NO_EVIDENCE: dict[str, Any] = {"entry": None, "salt": None, "proof": None, "checkpoint": None}


@dataclass(frozen=True, slots=True)
class Reader:
    """What a reader is to a lot: who it is, the audience that it belongs to, the role in which it keeps shares."""

    holder: Holder | None
    audience: str
    custodian: str

    @property
    def sees_all(self) -> bool:
        """Whether the reader may see every line of the closing list."""
        return bool(self.custodian) or self.audience not in ("public", "bidder")


def reader(holder: Holder | None, lot_id: uuid.UUID) -> Reader:
    """Return what a seat, or nobody, is to a lot.

    Every bidder's seat belongs to the bidders' audience of every lot: whether it has a bid there plays no part.
    """
    if holder is None:
        return Reader(None, "public", "")
    if holder.kind is SeatKind.BIDDER:
        return Reader(holder, "bidder", "")
    if holder.kind in DUTIES and tender.serves(holder, lot_id, holder.kind):
        names = {SeatKind.HOST: "host", SeatKind.WITNESS: "witness", SeatKind.SUPERVISOR: "supervisor"}
        return Reader(holder, names[holder.kind], "")
    role = tender.custodian_role(holder, lot_id) if holder.kind is SeatKind.CUSTODIAN else None
    return Reader(holder, "public", role or "")


def opening(who: Reader, lot_id: uuid.UUID) -> dict[str, Any]:
    """Return the opening of a published lot as JSON for a reader; before T it says nothing of any bid."""
    record = tender.access_public_lot(lot_id)
    hall = Hall.objects.get(pk=lot_id)
    asked = standing.open_request(lot_id)
    return {
        "step": hall.step,
        "since": canonical.instant(hall.since),
        "due_at": canonical.instant(hall.due_at) if hall.due_at else None,
        "pause": {
            "state": hall.pause,
            "since": canonical.instant(hall.paused_at) if hall.paused_at else None,
            "asked": asked.kind if asked is not None else None,
        },
        "frozen": hall.frozen_at is not None,
        "mode": record.notice["mode"],
        **_signed(hall, "closing"),
        "lines": [
            {"salt": bytes(row.salt).hex(), "line": canonical.from_bytes(bytes(row.line))}
            for row in lines(who, hall)
        ],
        **closing_evidence(hall),
        **_signed(hall, "release"),
        **_signed(hall, "table"),
        "record": bytes(hall.record).decode() if hall.record is not None else None,
        "paper": hall.record_pdf_sha256 or None,
        "coefficients": draws.coefficients(lot_id) if hall.counted_at else None,
    }


def lines(who: Reader, hall: Hall) -> list[ClosingLine]:
    """Return the lines of the closing list that a reader may see.

    Its own, all for those who have a duty, and for everyone those of the bids that stood once names are shown.
    """
    rows = ClosingLine.objects.filter(bid__lot_id=hall.pk).select_related("bid").order_by("hash")
    if who.sees_all:
        return list(rows)
    own = who.holder.organisation.id if who.holder is not None else None
    named = hall.step not in UNNAMED
    return [
        row
        for row in rows
        if row.bid.organisation_id == own or (named and row.status == closing.Status.VALID)
    ]


def closing_evidence(hall: Hall) -> dict[str, Any]:
    """Return entry, salt, proof and checkpoint of the closing list; nulls until two witnesses have cosigned."""
    act = evidence.act(hall.pk, "bidding:lot:closed") if hall.closing is not None else None
    proven = log.proven(act.pk, witnesses=WITNESSES) if act is not None else None
    return proven.as_json() if proven is not None else dict(NO_EVIDENCE)


def _signed(hall: Hall, name: str) -> dict[str, str | None]:
    document, signature = getattr(hall, name), getattr(hall, f"{name}_signature")
    if document is None:
        return {name: None, f"{name}_signature": None}
    return {name: bytes(document).decode(), f"{name}_signature": canonical.b64(bytes(signature))}
