"""The page of a statistical suspicion: what was seen, how it was computed, and how anyone computes it again."""

import uuid
from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts import access
from accounts.access import SeatRequest
from accounts.domain.seats import SeatKind
from monitoring import downloads, queries
from monitoring.forms.alerts import DismissForm
from monitoring.models import Alert
from monitoring.queries import suspicion as reading


@access.seats(SeatKind.SUPERVISOR)
@require_safe
@never_cache
def suspicion(request: SeatRequest, lot_id: uuid.UUID) -> HttpResponse:
    """Show what the newest run says of a lot, beside the lots that it is compared with."""
    record = queries.access_lot(request.seat, lot_id)
    row = reading.access_suspicion(request.seat, lot_id)
    group = reading.group(row)
    lines = reading.sign_lines(row)
    logit = row.market.intercept + sum(line.part for line in lines)
    context = {
        "lot": record,
        "row": row,
        "group": group,
        "lines": lines,
        "logit": logit,
        "average": reading.under_average(record),
        "chart": _chart(group, row.suspicion),
        "in_thousand": None if row.p_value is None else row.p_value * 1000,
        "history": reading.history(lot_id),
        "statistical": next(
            (a for a in queries.lot_alerts(lot_id) if a.kind == Alert.Kind.STATISTICAL), None
        ),
        "form": DismissForm(),
        "section": "desk",
    }
    return render(request, "monitoring/suspicion.html", context)


def _chart(group: reading.Group, value: float) -> dict[str, Any]:
    """Return the distribution of the comparison group for a chart; the bar of the lot is a series of its own."""
    place = min(int(value * reading.BINS), reading.BINS - 1)
    others = [count - (at == place) for at, count in enumerate(group.counts)]
    own = [int(at == place) for at in range(reading.BINS)]
    return {
        "x": [f"{at / reading.BINS:.2f}" for at in range(reading.BINS)],
        "xName": _("suspicion, from"),
        "yName": _("lots"),
        "stacked": True,
        "series": [{"name": _("other lots"), "data": others}, {"name": _("this lot"), "data": own}],
    }


@access.seats(SeatKind.SUPERVISOR)
@require_safe
@never_cache
def market(request: SeatRequest, market_id: uuid.UUID) -> StreamingHttpResponse:
    """Give the bids of a run as the file that the command line scores alike."""
    row = reading.access_market(request.seat, market_id)
    return downloads.file_response(
        row.bids_sha256,
        f"market-{row.bids_sha256[:12]}.csv",
        row.bids_size,
        kind="text/csv; charset=utf-8",
    )
