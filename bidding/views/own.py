"""A bidder's own bids on a lot: their states, their receipts, and how to replace or withdraw them."""

import uuid

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts import access
from accounts.access import SeatRequest
from accounts.domain.seats import SeatKind
from bidding.queries import mine, own, view
from kernel import clock, exports
from kernel.domain import canonical
from tender import queries as tender

JSON = "application/json; charset=utf-8"


@access.seats(SeatKind.BIDDER)
@require_safe
@never_cache
def lots(request: SeatRequest) -> HttpResponse:
    """List the lots on which a bidder has declared a bid."""
    rows = own.access_lots(request.seat)
    if request.GET.get("format") == "csv":
        lines = ([row.lot.code, row.lot.title, row.lot.deadline, row.state, row.received_at] for row in rows)
        return exports.csv_response("bids", ["lot", "title", "deadline", "state", "received_at"], lines)
    return render(request, "bidding/own_lots.html", {"rows": rows, "section": "desk"})


@access.seats(SeatKind.BIDDER)
@require_safe
@never_cache
def bids(request: SeatRequest, lot_id: uuid.UUID) -> HttpResponse:
    """Show a bidder its bids on a lot, or how to make one."""
    record = tender.access_public_lot(lot_id)
    now = clock.now()
    context = {
        "lot": record,
        "closed": record.closed(now),
        "mine": mine.mine(view.reader(request.seat, lot_id), lot_id, now=now),
        "records": own.access_records(request.seat, lot_id),
        "rule": record.edition.rule("withdrawal_is_free"),
        "sealed_rule": record.edition.rule("bid_sealed_offline"),
        "section": "desk",
    }
    return render(request, "bidding/own_bids.html", context)


@access.seats(SeatKind.BIDDER)
@require_safe
@never_cache
def receipt(request: SeatRequest, lot_id: uuid.UUID, sha256: str) -> HttpResponse:
    """Give a receipt as a file that anyone can verify."""
    name, value = own.access_receipt(request.seat, lot_id, sha256)
    return exports.file_response(canonical.to_bytes(value), name, JSON)
