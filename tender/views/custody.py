"""What a custodian of key shares must do, for which lot, with which command."""

import uuid

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts import access
from accounts.access import SeatRequest
from accounts.domain.seats import SeatKind
from kernel import clock
from tender import desk_queries, queries


@access.seats(SeatKind.CUSTODIAN)
@require_safe
def lots(request: SeatRequest) -> HttpResponse:
    """List the lots of which a custodian keeps shares."""
    rows = queries.access_custody_lots(request.seat)
    return render(request, "tender/custody_lots.html", {"rows": rows, "section": "desk"})


@access.seats(SeatKind.CUSTODIAN)
@require_safe
def lot(request: SeatRequest, lot_id: uuid.UUID) -> HttpResponse:
    """Show the three acts of a custodian for one lot, and where the lot stands."""
    record, role, given = queries.access_custody_lot(request.seat, lot_id)
    context = {
        "lot": record,
        "role": role,
        "given": given,
        "keeper": next(k for k in desk_queries.keepers(lot_id) if k.role == role),
        "closed": record.closed(clock.now()),
        "section": "desk",
    }
    return render(request, "tender/custody_lot.html", context)
