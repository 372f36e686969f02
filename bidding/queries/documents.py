"""The documents that an opening made public, as their canonical bytes, with signatures and keys."""

import uuid

from django.http import Http404

from bidding.domain.lifecycle import Bid as BidState
from bidding.domain.notice import OPENING
from bidding.models import BidPart, Hall

SIGNED = ("closing", "release", "table")
RECORD_SIGNERS = ("host", "witness")


def document(lot_id: uuid.UUID, name: str) -> bytes:
    """Return the closing list, release list, opening table or opening record of a lot; else 404."""
    found = getattr(_hall(lot_id), name) if name in (*SIGNED, "record") else None
    if found is None:
        raise Http404
    return bytes(found)


def signature(lot_id: uuid.UUID, name: str) -> bytes:
    """Return the signature of such a document: the platform's, or `record-host` and `record-witness`; else 404."""
    hall = _hall(lot_id)
    found = None
    if name in SIGNED:
        found = getattr(hall, f"{name}_signature")
    elif name.removeprefix("record-") in RECORD_SIGNERS:
        found = getattr(hall, f"{name.removeprefix('record-')}_signature")
    if found is None:
        raise Http404
    return bytes(found)


def opening_keys(lot_id: uuid.UUID) -> list[dict[str, str]]:
    """Return the keys of the opening parts of a lot's opened bids, with what each of them opens."""
    rows = BidPart.objects.filter(bid__lot_id=lot_id, bid__state=BidState.OPENED, name=OPENING).exclude(
        key=""
    )
    return [
        {
            "bid": str(row.bid_id),
            "part": row.name,
            "sha256": row.sha256,
            "recipient": row.recipient,
            "key": row.key,
        }
        for row in rows.order_by("bid__received_at", "bid_id")
    ]


def _hall(lot_id: uuid.UUID) -> Hall:
    row = Hall.objects.filter(pk=lot_id).first()
    if row is None:
        raise Http404
    return row
