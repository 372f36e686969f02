"""What was asked, objected and confirmed in a hall, as the record and the pages show it."""

import uuid
from typing import Any

from accounts import queries as accounts
from bidding.models import HallRequest, OpeningObjection
from kernel.domain import canonical


def objections(lot_id: uuid.UUID) -> list[OpeningObjection]:
    """Return the objections raised in a hall, in order."""
    rows = OpeningObjection.objects.filter(lot_id=lot_id).select_related("organisation")
    return list(rows.order_by("raised_at", "pk"))


def objections_json(lot_id: uuid.UUID) -> list[dict[str, Any]]:
    """Return the objections as the opening record holds them."""
    return [
        {
            "bidder": row.organisation.credit_code,
            "text": row.text,
            "raised_at": canonical.instant(row.raised_at),
            "answer": row.answer or None,
            "answered_at": canonical.instant(row.answered_at) if row.answered_at else None,
        }
        for row in objections(lot_id)
    ]


def requests(lot_id: uuid.UUID) -> list[HallRequest]:
    """Return what the host asked of the witness, in order."""
    return list(HallRequest.objects.filter(lot_id=lot_id).order_by("number"))


def open_request(lot_id: uuid.UUID) -> HallRequest | None:
    """Return the question that waits for the witness."""
    return HallRequest.objects.filter(lot_id=lot_id, answer="").first()


def requests_json(lot_id: uuid.UUID) -> list[dict[str, Any]]:
    """Return the pauses, extensions and hindrances as the opening record holds them."""
    return [
        {
            "number": row.number,
            "kind": row.kind,
            "reason": row.reason,
            "asked_by": row.asked_by,
            "asked_at": canonical.instant(row.asked_at),
            "answer": row.answer or None,
            "answered_by": row.answered_by or None,
            "answered_at": canonical.instant(row.answered_at) if row.answered_at else None,
        }
        for row in requests(lot_id)
    ]


def name_of(organisation_id: uuid.UUID) -> str:
    """Return an organisation's name."""
    return accounts.party(organisation_id).name
