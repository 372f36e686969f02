"""Pages of deposits: the public comparison of fees, a lot's deposits after T, one's own, issuers and bank."""

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts import access
from accounts.access import SeatRequest
from accounts.domain.seats import PROCURING_SEATS, SeatKind
from deposits import queries
from deposits.actions import configuring, deciding, reading
from deposits.forms import HUNDRED, AmountForm, DecisionForm, InstitutionForm
from deposits.models import Institution
from kernel import clock, exports, pages

PROPOSERS = (SeatKind.CLERK, SeatKind.AGENCY)
COLUMNS = (
    *("name", "credit_code", "form", "amount", "required", "state", "findings", "cause", "rule", "due_at"),
    *("returned_at", "interest", "overdue_fee"),
)


@access.public
@require_safe
def guarantees(request: HttpRequest) -> HttpResponse:
    """Compare the issuers' public prices for an amount; nobody is preferred."""
    form = AmountForm(request.GET if "amount" in request.GET else None)
    amount = form.chosen()
    rows = queries.prices(amount)
    if request.GET.get("format") == "csv":
        lines = (
            [
                *(one.issuer.organisation.name, one.issuer.organisation.credit_code, one.issuer.fee_rate),
                *(one.issuer.fee_floor, amount, one.fee, one.issuer.base_url),
            ]
            for one in rows
        )
        columns = ["issuer", "credit_code", "rate", "least_fee", "amount", "fee", "address"]
        return exports.csv_response("guarantee-fees", columns, lines)
    context = {"form": form, "amount": amount, "rows": rows, "bank": queries.bank()}
    return render(request, "deposits/guarantees.html", context)


@access.seats(*PROCURING_SEATS, SeatKind.SUPERVISOR)
@require_safe
@never_cache
def lot(request: SeatRequest, lot_id: uuid.UUID) -> HttpResponse:
    """Show the deposits of a lot after T: what came, what is found about it, and when it goes back."""
    record = queries.access_lot(request.seat, lot_id)
    rows = queries.access_deposits(request.seat, lot_id)
    reading.note(request.seat, lot_id, now=clock.now())
    named = queries.names_shown(record)
    if request.GET.get("format") == "csv":
        lines = (_line(row, number, named=named) for number, row in enumerate(rows, start=1))
        return exports.csv_response(f"deposits-{record.code}", COLUMNS, lines)
    context = {
        "lot": record,
        "rows": rows,
        "hidden": queries.hidden(record),
        "named": named,
        "missing": queries.access_missing(request.seat, lot_id),
        "totals": queries.access_totals(request.seat, lot_id),
        "decisions": queries.open_decisions([lot_id]),
        "may_propose": request.seat.kind in PROPOSERS,
        "may_decide": request.seat.kind is SeatKind.REVIEWER,
        "section": "desk",
    }
    return render(request, "deposits/lot.html", context)


@access.seats(*PROPOSERS)
def propose(request: SeatRequest, deposit_id: uuid.UUID) -> HttpResponse:
    """Lay a decision on a deposit before the reviewer."""
    row = queries.access_deposit(request.seat, deposit_id)
    form = DecisionForm(request.POST if request.method == "POST" else None)
    answer = pages.submit(
        request,
        form,
        lambda: deciding.propose(request.seat, deposit_id, now=clock.now(), **form.cleaned_data),
        said=_("The decision lies before the reviewer."),
        then=reverse("lot-deposits", args=[row.lot_id]),
    )
    context = {"row": row, "form": form, "section": "desk"}
    return answer or pages.show(request, "deposits/propose.html", context, form)


@access.seats(SeatKind.REVIEWER)
@require_POST
def decide(request: SeatRequest, decision_id: uuid.UUID) -> HttpResponse:
    """Make or decline a proposed decision on a deposit."""
    row = queries.access_decision(request.seat, decision_id)
    approve = "approve" in request.POST
    deciding.decide(request.seat, decision_id, approve=approve, now=clock.now())
    said = _("Decided; the bidder is told.") if approve else _("Declined; the deposit stays as it was.")
    return pages.done(request, said, reverse("lot-deposits", args=[row.deposit.lot_id]))


@access.seats(SeatKind.BIDDER)
@require_safe
@never_cache
def own(request: SeatRequest) -> HttpResponse:
    """Show a bidder its own deposits on lots whose deadline has come."""
    rows = queries.access_own(request.seat)
    if request.GET.get("format") == "csv":
        lines = (_line(row, number, named=True) for number, row in enumerate(rows, start=1))
        return exports.csv_response("own-deposits", COLUMNS, lines)
    context = {"page": pages.page_of(request, rows), "lots": queries.lots_of(rows), "section": "desk"}
    return render(request, "deposits/own.html", context)


@access.seats(SeatKind.ISSUER)
@require_safe
@never_cache
def issued(request: SeatRequest) -> HttpResponse:
    """Show an issuer its guarantees as opened bids showed them, and what the platform asked about each."""
    rows = queries.access_issued(request.seat)
    if request.GET.get("format") == "csv":
        lines = (
            [
                *(row.number, row.deposit.name, row.deposit.amount, row.valid_until, row.standing),
                *(row.checked_at, row.deposit.state, row.deposit.due_at),
            ]
            for row in rows
        )
        columns = [
            "number",
            "principal",
            "amount",
            "valid_until",
            "standing",
            "asked_at",
            "state",
            "release_by",
        ]
        return exports.csv_response("guarantees", columns, lines)
    lots = queries.lots_of(row.deposit for row in rows)
    context = {"page": pages.page_of(request, rows), "lots": lots, "section": "desk"}
    return render(request, "deposits/issued.html", context)


@access.seats(SeatKind.OPERATOR)
@require_safe
def institutions(request: SeatRequest) -> HttpResponse:
    """List issuers and bank, and the calls to them that wait for an answer."""
    rows = queries.all_institutions()
    if request.GET.get("format") == "csv":
        lines = (
            [
                *(row.kind, row.organisation.name, row.organisation.credit_code, row.base_url),
                *(row.fee_rate, row.fee_floor, row.interest_rate, row.day_basis),
                "yes" if row.active else "no",
            ]
            for row in rows
        )
        columns = ["kind", "name", "credit_code", "address", "fee_rate", "least_fee", "interest_rate"]
        return exports.csv_response("institutions", [*columns, "day_basis", "serves"], lines)
    context = {"rows": rows, "calls": queries.calls_waiting(), "section": "desk"}
    return render(request, "deposits/institutions.html", context)


@access.seats(SeatKind.OPERATOR)
def new_institution(request: SeatRequest) -> HttpResponse:
    """Enter an issuer or the bank."""
    return _institution(request, None)


@access.seats(SeatKind.OPERATOR)
def institution(request: SeatRequest, institution_id: uuid.UUID) -> HttpResponse:
    """Correct an issuer or the bank."""
    return _institution(request, queries.access_institution(institution_id))


def _institution(request: SeatRequest, row: Institution | None) -> HttpResponse:
    form = InstitutionForm(request.POST if request.method == "POST" else None, initial=_initial(row))
    answer = pages.submit(
        request,
        form,
        lambda: configuring.save_institution(request.seat, form.entry(), now=clock.now()),
        said=_("Saved; its prices are public."),
        then="institutions",
    )
    context = {"form": form, "row": row, "section": "desk"}
    return answer or pages.show(request, "deposits/institution.html", context, form)


def _initial(row: Institution | None) -> dict[str, Any]:
    if row is None:
        return {}
    return {
        "kind": row.kind,
        "credit_code": row.organisation.credit_code,
        "base_url": row.base_url,
        "fee_percent": row.fee_rate * HUNDRED,
        "fee_floor": row.fee_floor,
        "interest_percent": row.interest_rate * HUNDRED,
        "day_basis": row.day_basis,
        "active": row.active,
    }


def _line(row: Any, number: int, *, named: bool) -> list[Any]:
    reasons = " ".join(one["reason"] for one in row.findings)
    who = [row.name, row.bidder] if named else [number, ""]
    dates = [row.due_at, row.returned_at, row.interest, row.overdue_fee]
    return [*who, row.form, row.amount, row.required, row.state, reasons, row.due_cause, row.due_rule, *dates]
