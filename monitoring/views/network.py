"""The network page: firms as nodes, common lots as ties, suspected rings in colour."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts import access
from accounts.access import SeatRequest
from accounts.domain.seats import SeatKind
from monitoring.forms.network import NetworkForm
from monitoring.queries import network as queries
from monitoring.queries.network import Network

NAMED_MOST = 60
"""Of more firms only those of rings are named in the drawing; all are named under the pointer and in the table."""
TABLE_MOST = 200


@access.seats(SeatKind.SUPERVISOR)
@require_safe
@never_cache
def network(request: SeatRequest) -> HttpResponse:
    """Show who met whom, where rings are suspected, and the lots of one firm."""
    kinds = queries.kinds()
    form = NetworkForm(request.GET, kinds)
    found = queries.access_network(request.seat, form.asked(kinds, request.GET.get("firm", "")))
    months = [f"{month:%Y-%m}" for month in found.months]
    context = {
        "form": form,
        "network": found,
        "chart": _chart(request, found),
        "firms": sorted(found.firms, key=lambda one: (-one.lots, one.code))[:TABLE_MOST],
        "ties": [
            {
                "a": found.firms[tie.a],
                "b": found.firms[tie.b],
                "count": len(tie.lots),
                "lots": [found.records[lot] for lot in tie.lots[: queries.LOTS_MOST]],
            }
            for tie in found.listed
        ],
        "months": months,
        "first_month": months[found.first] if months else "",
        "last_month": months[found.last] if months else "",
        "names": {one.code: one.name for one in found.firms},
        "section": "desk",
    }
    return render(request, "monitoring/network.html", context)


def _chart(request: SeatRequest, found: Network) -> dict[str, Any]:
    """Return the drawing's data: a node leads to the lots of its firm."""
    asked = request.GET.copy()
    few = len(found.firms) <= NAMED_MOST
    nodes = []
    for at, firm in enumerate(found.firms):
        asked["firm"] = firm.code
        nodes.append(
            {
                "id": str(at),
                "name": firm.name,
                "x": firm.x,
                "y": firm.y,
                "size": min(6 + 2 * firm.lots**0.5, 30 if few else 14),
                "group": firm.ring,
                "named": few or (bool(firm.ring) and len(found.rings) <= 12),
                "href": f"{reverse('monitoring-network')}?{asked.urlencode()}#firm",
            }
        )
    most = max((len(tie.lots) for tie in found.ties), default=1)
    links = [
        {"source": str(tie.a), "target": str(tie.b), "weight": 0.5 + 3 * len(tie.lots) / most}
        for tie in found.ties
    ]
    return {"nodes": nodes, "links": links}
