"""What a custodian of a lot is shown: the closing list, the bids' statements, and its own shares of their keys."""

import uuid
from typing import Any

from accounts.queries import Holder
from bidding.domain.faults import Consent as Judged, Lodging as Lodged
from bidding.models import Bid, Consent, CustodianMessage, Hall, Lodging, ShareFile
from bidding.queries import access_custodian, facts, notice_of, view
from bidding.queries.facts import READY, RELEASE
from kernel import storage
from kernel.domain import canonical, notes
from tender import queries as tender


def case(reader: Holder, lot_id: uuid.UUID) -> dict[str, Any]:
    """Return all that a custodian needs to act on a lot; 404 for every other seat.

    Shares come once the closing list is logged. `ready_given`: its word on the stated shares is in; `lodged` then
    shows what bidders dealt anew, under a checkpoint newer than that word cited, so that a second word differs
    from the first. With the release list, `lodged` holds only those whose new shares are to be released.
    """
    role = access_custodian(reader, lot_id)
    record = tender.lot(lot_id)
    hall = Hall.objects.get(pk=lot_id)
    opening = view.opening(view.reader(reader, lot_id), lot_id)
    logged = opening["checkpoint"] is not None
    bids = facts.valid_bids(lot_id) if logged else []
    said = CustodianMessage.objects.filter(lot_id=lot_id, custodian=role)
    reported = said.filter(kind=READY).order_by("-number").first()
    return {
        **opening,
        "role": role,
        "notice": record.notice,
        "addenda": [canonical.from_bytes(bytes(row.document)) for row in tender.addenda(lot_id)],
        "edition": record.edition.text,
        "statements": [_statement(bid) for bid in bids],
        "shares": _shares(bids, role),
        "lodged": _lodged(hall, reported, opening["checkpoint"]) if logged else [],
        "ready_given": reported is not None,
        "release_given": said.filter(kind=RELEASE).exists(),
        "consents": _consents(bids) if hall.release is not None else [],
    }


def _statement(bid: Bid) -> dict[str, str]:
    return {
        "bid": str(bid.pk),
        "statement": bytes(bid.statement).decode(),
        "signature": canonical.b64(bytes(bid.signature)),
    }


def _shares(bids: list[Bid], role: str) -> list[dict[str, str]]:
    rows = ShareFile.objects.filter(part__bid__in=bids, custodian=role).select_related("part")
    return [
        {
            "bid": str(row.part.bid_id),
            "part": row.part.name,
            "file": canonical.b64(storage.get(row.file_sha256)),
        }
        for row in rows.order_by("part__bid_id", "part_id")
    ]


def _lodged(hall: Hall, reported: CustodianMessage | None, checkpoint: str) -> list[dict[str, str]]:
    rows = Lodging.objects.filter(bid__lot_id=hall.pk).order_by("bid_id")
    if hall.release is not None:
        stands = facts.ledger(hall, notice_of(tender.lot(hall.pk)))
        good = {
            bid.pk
            for bid in stands.bids
            if all(one.lodging is Lodged.GOOD for one in stands.facts(bid).values())
        }
        rows = rows.filter(bid_id__in=good)
    elif reported is None or _size(checkpoint) <= _size(reported.checkpoint):
        return []
    return [
        {
            "bid": str(row.bid_id),
            "document": bytes(row.document).decode(),
            "signature": canonical.b64(bytes(row.signature)),
        }
        for row in rows
    ]


def _size(checkpoint: str) -> int:
    return notes.Note.parse(checkpoint).checkpoint().size


def _consents(bids: list[Bid]) -> list[dict[str, str]]:
    rows = Consent.objects.filter(bid__in=bids, judged=Judged.GIVEN).order_by("bid_id", "pk")
    return [
        {
            "bid": str(row.bid_id),
            "document": bytes(row.document).decode(),
            "signature": canonical.b64(bytes(row.signature)),
        }
        for row in rows
    ]
