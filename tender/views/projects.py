"""Projects and lots of the reader's own side."""

import uuid
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts import access, queries as accounts
from accounts.access import SeatRequest
from accounts.domain.seats import PROCURING_SEATS, SeatKind
from accounts.queries import Holder
from kernel import clock, exports, pages
from tender import desk_queries, queries
from tender.actions import drafting
from tender.forms.drafting import LotForm, ProjectForm

DRAFTERS = (SeatKind.CLERK, SeatKind.AGENCY)


@access.seats(*PROCURING_SEATS)
@require_safe
def projects(request: SeatRequest) -> HttpResponse:
    """List the projects of one's own side."""
    rows = queries.access_own_projects(request.seat)
    if request.GET.get("format") == "csv":
        lines = ([p.code, p.title, p.regime, p.category, p.region, p.created_at] for p in rows)
        return exports.csv_response(
            "projects", ["code", "title", "regime", "category", "region", "made_at"], lines
        )
    context = {
        "page": pages.page_of(request, rows),
        "may_draft": request.seat.kind in DRAFTERS,
        "section": "desk",
    }
    return render(request, "tender/projects.html", context)


@access.seats(*DRAFTERS)
def new_project(request: SeatRequest) -> HttpResponse:
    """Make a project."""
    form = _project_form(request.POST if request.method == "POST" else None, request.seat)
    answer = pages.submit(
        request,
        form,
        lambda: drafting.create_project(request.seat, now=clock.now(), **_project(form.cleaned_data)),
        said=_("The project is made; add its lots."),
        then=lambda made: reverse("desk-project", args=[made]),
    )
    return answer or pages.show(request, "tender/project_form.html", {"form": form, "section": "desk"}, form)


@access.seats(*PROCURING_SEATS)
def project(request: SeatRequest, project_id: uuid.UUID) -> HttpResponse:
    """Show a project with its lots, and add a lot."""
    row = desk_queries.access_own_project(request.seat, project_id)
    may_draft = request.seat.kind in DRAFTERS
    form = LotForm(request.POST if request.method == "POST" and may_draft else None)
    answer = pages.submit(
        request,
        form,
        lambda: drafting.create_lot(
            request.seat, project_id, now=clock.now(), title=form.cleaned_data["title"]
        ),
        said=_("The lot is made; state its terms."),
        then=lambda made: reverse("desk-lot", args=[made]),
    )
    context = {
        "project": row,
        "lots": desk_queries.own_lots_of(request.seat, project_id),
        "form": form,
        "may_draft": may_draft,
        "entity": accounts.party(row.procuring_entity_id),
        "agency": accounts.party(row.agency_id) if row.agency_id else None,
        "centre": accounts.party(row.centre_id),
        "section": "desk",
    }
    return answer or pages.show(request, "tender/project.html", context, form)


@access.seats(*PROCURING_SEATS)
@require_safe
def lots(request: SeatRequest) -> HttpResponse:
    """List the lots of one's own side."""
    rows = desk_queries.own_lots(request.seat)
    if request.GET.get("format") == "csv":
        lines = ([r.code, r.title, r.project, r.status, r.status_at, r.deadline] for r in rows)
        columns = ["code", "title", "project", "status", "status_since", "deadline"]
        return exports.csv_response("lots", columns, lines)
    return render(request, "tender/lots.html", {"page": pages.page_of(request, rows), "section": "desk"})


def _project_form(data: Any, reader: Holder) -> ProjectForm:
    centres = accounts.parties(with_seat=SeatKind.WITNESS)
    if reader.kind is SeatKind.AGENCY:
        return ProjectForm(data, centres=centres, entities=accounts.parties(with_seat=SeatKind.REVIEWER))
    return ProjectForm(data, centres=centres, agencies=accounts.parties(with_seat=SeatKind.AGENCY))


def _project(found: dict[str, Any]) -> dict[str, Any]:
    """Turn the ids of parties into UUIDs, and leave out what was not offered."""
    ids = ("centre", "agency", "procuring_entity")
    parties = {name: uuid.UUID(found[name]) for name in ids if found.get(name)}
    return {**{name: value for name, value in found.items() if name not in ids}, **parties}
