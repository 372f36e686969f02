"""The regulator's pages of flags and lots, and the downloads of dossiers."""

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts import access
from accounts.access import SeatRequest
from accounts.domain.seats import SeatKind
from kernel import clock, exports, pages
from monitoring import downloads, queries
from monitoring.actions import alerts, asking
from monitoring.domain.cases import code
from monitoring.domain.lifecycle import AlertState
from monitoring.dossier.editions import AUDIT, EDITIONS, PUBLIC
from monitoring.forms.alerts import AlertFilterForm, DismissForm
from monitoring.models import Alert, DossierFile
from monitoring.queries import AlertLine, OpenedPrice, cases as reading, suspicion
from tender.queries import LotRecord

INDICATION_COLUMNS = ["raised_at", "status", "lot", "title", "item", "article", "members", "chance", "reason"]
STATISTICAL_COLUMNS = [
    *("raised_at", "status", "lot", "title", "bids"),
    *("suspicion", "p_value", "q_value", "signs", "reason"),
]


@access.seats(SeatKind.SUPERVISOR)
@require_safe
@never_cache
def overview(request: SeatRequest) -> HttpResponse:
    """List what was found: indications and statistical suspicion in tables of their own, each with its export."""
    form = AlertFilterForm(request.GET)
    narrowed = form.narrowed()
    found = {kind: queries.access_alerts(request.seat, kind, narrowed) for kind in Alert.Kind}
    wanted = request.GET.get("format"), request.GET.get("kind")
    if wanted == ("csv", Alert.Kind.INDICATION):
        lines = (_indication_cells(line) for line in found[Alert.Kind.INDICATION])
        return exports.csv_response("indications", INDICATION_COLUMNS, lines)
    if wanted == ("csv", Alert.Kind.STATISTICAL):
        lines = (_statistical_cells(line) for line in found[Alert.Kind.STATISTICAL])
        return exports.csv_response("screens", STATISTICAL_COLUMNS, lines)
    context = {
        "filter": form,
        "indications": pages.page_of(request, found[Alert.Kind.INDICATION]),
        "statistics": pages.page_of(request, found[Alert.Kind.STATISTICAL]),
        "show": request.GET.get("show", ""),
        "section": "desk",
    }
    return render(request, "monitoring/overview.html", context)


def _indication_cells(line: AlertLine) -> list[Any]:
    found = line.alert.indication
    parts = [found.item, found.article, " ".join(found.members), found.chance] if found else []
    return [*_common_cells(line), *parts, line.alert.reason]


def _statistical_cells(line: AlertLine) -> list[Any]:
    run, found = line.alert.run, line.suspicion
    said = [found.suspicion, found.p_value, found.q_value, " ".join(found.reasons)] if found else [""] * 4
    return [*_common_cells(line), run.bids if run else "", *said, line.alert.reason]


def _common_cells(line: AlertLine) -> list[Any]:
    return [line.alert.raised_at, line.alert.status, line.lot.code, line.lot.title]


@access.seats(SeatKind.SUPERVISOR)
@require_safe
@never_cache
def lot(request: SeatRequest, lot_id: uuid.UUID) -> HttpResponse:
    """Show a lot's screens with what they are compared to, and its indications, each in its own place."""
    record = queries.access_lot(request.seat, lot_id)
    run = queries.screen_run(lot_id)
    found = queries.lot_alerts(lot_id)
    held = reading.holding(each.pk for each in found)
    statistical = next((a for a in found if a.kind == Alert.Kind.STATISTICAL), None)
    case = reading.of_alert(statistical.pk) if statistical else None
    prices = queries.opened_prices(lot_id)
    context = {
        "lot": record,
        "run": run,
        "screens": queries.screen_lines(run) if run else [],
        "compared_least": queries.COMPARED_LEAST,
        "statistical": statistical,
        "comparison": queries.comparison(lot_id),
        "indications": queries.indications(lot_id),
        "alerts": {a.indication.identity: a for a in found if a.indication is not None},
        "prices": prices,
        "names": {each.bidder: each.name for each in prices},
        "chart": _price_chart(prices),
        "form": DismissForm(),
        "new": AlertState.NEW,
        "cases": [reading.line_of(row, request.seat, now=clock.now()) for row in held],
        "statistical_case": case,
        "suspicion": suspicion.newest(lot_id),
        "statistical_code": code(str(case.pk)) if case else "",
        "may_open": any(each.status != AlertState.DISMISSED for each in found),
        "section": "desk",
    }
    return render(request, "monitoring/lot.html", context)


def _price_chart(prices: list[OpenedPrice]) -> dict[str, Any]:
    """Return the prices for a chart, lowest first; a chart may be approximate, the table beside it is exact."""
    ranked = sorted(prices, key=lambda each: (each.amount, each.bidder))
    return {
        "x": [each.name for each in ranked],
        "yName": _("yuan"),
        "series": [{"name": _("price"), "data": [float(each.amount) for each in ranked]}],
    }


@access.seats(SeatKind.SUPERVISOR)
@require_safe
@never_cache
def bids(request: SeatRequest, lot_id: uuid.UUID) -> HttpResponse:
    """Give the opened prices of a lot in the form that the command line reads."""
    record = queries.access_lot(request.seat, lot_id)
    estimate, ceiling = (record.notice[name] or "" for name in ("estimate", "ceiling"))
    rows = (
        [record.code, each.bidder, f"{each.amount:.2f}", estimate, ceiling]
        for each in queries.opened_prices(lot_id)
    )
    return exports.csv_response(
        f"{record.code}-bids", ["tender", "bidder", "amount", "estimate", "ceiling"], rows
    )


@access.seats(SeatKind.SUPERVISOR)
@never_cache
def alert(request: SeatRequest, alert_id: uuid.UUID) -> HttpResponse:
    """Show one alert with its evidence and the explanations that were tried; dismiss it with a reason."""
    line = queries.access_alert(request.seat, alert_id)
    case = reading.of_alert(alert_id)
    form = DismissForm(request.POST or None)
    answer = pages.submit(
        request,
        form,
        lambda: alerts.dismiss(request.seat, alert_id, form.cleaned_data["reason"], now=clock.now()),
        said=_("The alert is dismissed; the reason is kept with it."),
        then=request.path,
    )
    context = {
        "line": line,
        "alert": line.alert,
        "lot": line.lot,
        "indication": line.alert.indication,
        "case": case,
        "case_code": code(str(case.pk)) if case else "",
        "names": {each.bidder: each.name for each in queries.opened_prices(line.lot.id)},
        "form": form,
        "section": "desk",
    }
    return answer or pages.show(request, "monitoring/alert.html", context, form)


@access.seats(SeatKind.SUPERVISOR)
@require_POST
def see(request: SeatRequest, alert_id: uuid.UUID) -> HttpResponse:
    """Mark an alert as seen."""
    alerts.see(request.seat, alert_id, now=clock.now())
    return pages.done(
        request, _("The alert is marked as seen."), reverse("monitoring-alert", args=[alert_id])
    )


@access.seats(SeatKind.SUPERVISOR)
@require_POST
def reopen(request: SeatRequest, alert_id: uuid.UUID) -> HttpResponse:
    """Take a dismissed alert up again."""
    alerts.reopen(request.seat, alert_id, now=clock.now())
    return pages.done(
        request, _("The alert is taken up again."), reverse("monitoring-alert", args=[alert_id])
    )


@access.public
@require_safe
def dossier(_request: HttpRequest, lot_id: uuid.UUID, sha256: str) -> StreamingHttpResponse:
    """Give a public dossier to anybody."""
    return _file(queries.access_public_dossier(lot_id, sha256))


@access.seats(*queries.AUDIT_SEATS)
@require_safe
def audit_dossier(request: SeatRequest, lot_id: uuid.UUID, sha256: str) -> StreamingHttpResponse:
    """Give an auditors' dossier to those who may read it."""
    return _file(queries.access_audit_dossier(request.seat, lot_id, sha256))


@access.seats(*queries.AUDIT_SEATS)
@never_cache
def dossiers(request: SeatRequest, lot_id: uuid.UUID) -> HttpResponse:
    """List a lot's dossiers in both editions; archivist and supervisor have a new one made."""
    record = queries.access_dossier_lot(request.seat, lot_id)
    may_ask = request.seat.kind in (SeatKind.ARCHIVIST, SeatKind.SUPERVISOR)
    if request.method == "POST" and may_ask and request.POST.get("edition") in EDITIONS:
        asking.request_dossier(request.seat, lot_id, request.POST["edition"], now=clock.now())
        return pages.done(
            request, _("The dossier is asked for; it appears here when it is made."), request.path
        )
    return render(request, "monitoring/dossiers.html", _dossier_context(record, may_ask=may_ask))


def _dossier_context(record: LotRecord, *, may_ask: bool) -> dict[str, Any]:
    return {
        "lot": record,
        "editions": [
            {
                "code": edition,
                "files": queries.dossiers(record.id, edition),
                "waiting": queries.open_request(record.id, edition),
                "route": "dossier" if edition == PUBLIC else "audit-dossier",
            }
            for edition in (PUBLIC, AUDIT)
        ],
        "may_ask": may_ask,
        "section": "desk",
    }


def _file(row: DossierFile) -> StreamingHttpResponse:
    return downloads.zip_response(row.sha256, f"{row.lot.code}-{row.edition}.zip", row.size or 0)
