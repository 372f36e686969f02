"""What the operator keeps: organisations, people and their seats, and the roots that are trusted."""

import uuid
from collections.abc import Callable

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts import access, actions, imports, queries
from accounts.access import SeatRequest
from accounts.domain.seats import SeatKind
from accounts.forms import ImportForm, ReasonForm, SeatFilter, TrustAnchorForm
from accounts.imports import ImportReport
from kernel import clock, exports, pages


@access.seats(SeatKind.OPERATOR)
@require_safe
def organisations(request: SeatRequest) -> HttpResponse:
    """List the organisations."""
    text = request.GET.get("text", "").strip()
    rows = queries.access_organisations(request.seat, text=text)
    if request.GET.get("format") == "csv":
        lines = ([p.credit_code, p.name, p.region, p.size, "yes" if p.private else "no"] for p in rows)
        return exports.csv_response(
            "organisations", ["credit_code", "name", "region", "size", "private"], lines
        )
    context = {"page": pages.page_of(request, rows), "text": text, "section": "desk"}
    return render(request, "accounts/organisations.html", context)


@access.seats(SeatKind.OPERATOR)
@never_cache
def import_organisations(request: SeatRequest) -> HttpResponse:
    """Import organisations from CSV; good rows come in, each bad one is named."""
    columns = [*imports.ORGANISATION_COLUMNS, *imports.ORGANISATION_OPTIONAL]
    return _import(request, imports.organisations, "organisations", columns)


@access.seats(SeatKind.OPERATOR)
@never_cache
def import_people(request: SeatRequest) -> HttpResponse:
    """Import people with their seats from CSV; the one-time codes are shown on this one answer only."""
    return _import(request, imports.people, "people", [*imports.PEOPLE_COLUMNS, "phone", "email"])


def _import(
    request: SeatRequest, read: Callable[..., ImportReport], what: str, columns: list[str]
) -> HttpResponse:
    form = ImportForm(*pages.posted(request))
    report = None
    if request.method == "POST" and form.is_valid():
        try:
            report = read(form.cleaned_data["file"], actor=request.seat.actor, now=clock.now())
        except imports.UnusableFileError as error:
            form.add_error("file", str(error))
    context = {"form": form, "report": report, "what": what, "columns": columns, "section": "desk"}
    return pages.show(request, "accounts/import.html", context, form)


@access.seats(SeatKind.OPERATOR, SeatKind.AUDITOR)
@require_safe
def seats(request: SeatRequest) -> HttpResponse:
    """List the seats with their holders, for the operator and the security auditor."""
    narrowed = SeatFilter(request.GET)
    asked = narrowed.cleaned_data if narrowed.is_valid() else {}
    rows = queries.access_seats(request.seat, kind=asked.get("kind", ""), text=asked.get("text", ""))
    if request.GET.get("format") == "csv":
        columns = ["username", "seat", "organisation", "credit_code", "person", "made", "ended", "enrolled"]
        lines = (
            [
                r.username,
                r.kind,
                r.organisation,
                r.credit_code,
                r.person,
                r.created_at,
                r.ended_at,
                r.enrolled,
            ]
            for r in rows
        )
        return exports.csv_response("seats", columns, lines)
    context = {"page": pages.page_of(request, rows), "filter": narrowed, "section": "desk"}
    return render(request, "accounts/seats.html", context)


@access.seats(SeatKind.OPERATOR)
@never_cache
def seat(request: SeatRequest, seat_id: uuid.UUID) -> HttpResponse:
    """Show a seat; give it a new one-time code after a loss, or end it."""
    line = queries.access_seat(request.seat, seat_id)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    code = ""
    if request.method == "POST" and form.is_valid():
        reason, now = form.cleaned_data["reason"], clock.now()
        if "end" in request.POST:
            actions.end_seat(seat_id, by=request.seat, reason=reason, now=now)
            return pages.done(request, _("The seat has ended; its certificates are revoked."), "seats")
        code = actions.renew_enrolment(seat_id, by=request.seat, reason=reason, now=now)
        line = queries.access_seat(request.seat, seat_id)
    context = {"line": line, "form": form, "code": code, "section": "desk"}
    return pages.show(request, "accounts/seat.html", context, form)


@access.seats(SeatKind.OPERATOR)
def trust(request: SeatRequest) -> HttpResponse:
    """Show the trusted roots and add one."""
    form = TrustAnchorForm(*pages.posted(request))
    answer = pages.submit(
        request,
        form,
        lambda: actions.add_trust_anchor(
            form.cleaned_data["name"],
            form.cleaned_data["file"],
            actor=request.seat.actor,
            now=clock.now(),
        ),
        said=_("The root is trusted from now on."),
        then="trust",
    )
    context = {"form": form, "anchors": queries.trust_anchors(), "section": "desk"}
    return answer or pages.show(request, "accounts/trust.html", context, form)
