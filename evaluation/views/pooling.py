"""The operator of the pool: import, standing, limits, sites and their places."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import access, queries as accounts
from accounts.access import SeatRequest
from accounts.domain.seats import SeatKind
from evaluation.actions import pooling, siting
from evaluation.domain import pool as columns
from evaluation.forms.pooling import ImportForm, LimitsForm, PlaceForm, SiteForm, StandingForm
from evaluation.queries import pool
from kernel import clock, exports, pages

OPERATOR = SeatKind.OPERATOR
EXPORT = ("username", "organisation", "title", "years", "majors", "region", "enabled", "suspended_until")


@access.seats(OPERATOR)
@require_safe
def experts(request: SeatRequest) -> HttpResponse:
    """List the pool."""
    rows = pool.experts()
    if request.GET.get("format") == "csv":
        lines = (
            [";".join(row.majors) if name == "majors" else getattr(row, name) for name in EXPORT]
            for row in rows
        )
        return exports.csv_response("experts", EXPORT, lines)
    context = {
        "page": pages.page_of(request, rows),
        "imports": pool.imports(),
        "limits": pool.limits(),
        "section": "desk",
    }
    return render(request, "evaluation/pool.html", context)


@access.seats(OPERATOR)
def import_pool(request: SeatRequest) -> HttpResponse:
    """Import the pool from CSV; bad rows are named with line and reason."""
    form = ImportForm(request.POST or None, request.FILES or None)
    report = None
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            report = pooling.import_pool(request.seat, file.name, file.read(), now=clock.now())
        except pooling.UnusableFileError as error:
            form.add_error("file", str(error))
    context = {"form": form, "report": report, "columns": columns.COLUMNS, "section": "desk"}
    return pages.show(request, "evaluation/pool_import.html", context, form)


@access.seats(OPERATOR)
def standing(request: SeatRequest, expert_id: int) -> HttpResponse:
    """Change whether an expert may be drawn."""
    view = next((row for row in pool.experts() if row.id == expert_id), None)
    if view is None:
        raise Http404
    form = StandingForm(request.POST if request.method == "POST" else None)
    if request.method != "POST":
        form.initial = pool.standing(expert_id)
    answer = pages.submit(
        request,
        form,
        lambda: pooling.set_standing(request.seat, expert_id, now=clock.now(), **form.cleaned_data),
        said=_("Saved and logged."),
        then="pool",
    )
    context = {"expert": view, "form": form, "section": "desk"}
    return answer or pages.show(request, "evaluation/standing.html", context, form)


@access.seats(OPERATOR)
def limits(request: SeatRequest) -> HttpResponse:
    """Set how often an expert may sit."""
    form = LimitsForm(request.POST if request.method == "POST" else None)
    answer = pages.submit(
        request,
        form,
        lambda: pooling.set_limits(request.seat, now=clock.now(), **form.cleaned_data),
        said=_("The limits hold from the next draw on."),
        then="pool",
    )
    context: dict[str, Any] = {"form": form, "limits": pool.limits(), "section": "desk"}
    return answer or pages.show(request, "evaluation/limits.html", context, form)


@access.seats(OPERATOR)
def sites(request: SeatRequest) -> HttpResponse:
    """List the sites, and enter or correct one."""
    parties = accounts.parties(with_seat=SeatKind.WITNESS)
    form = SiteForm(request.POST if request.method == "POST" else None, parties or accounts.parties())
    answer = pages.submit(
        request,
        form,
        lambda: siting.save_site(request.seat, now=clock.now(), **form.cleaned_data),
        said=_("The site is saved; add its places."),
        then="sites",
    )
    rows = [(site, accounts.party(site.organisation_id), pool.places(site)) for site in pool.sites()]
    return answer or pages.show(
        request, "evaluation/sites.html", {"rows": rows, "form": form, "section": "desk"}, form
    )


@access.seats(OPERATOR)
def places(request: SeatRequest, site_id: int) -> HttpResponse:
    """List the places of a site, and add one."""
    site = next((one for one in pool.sites() if one.pk == site_id), None)
    if site is None:
        raise Http404
    form = PlaceForm(request.POST if request.method == "POST" else None)
    answer = pages.submit(
        request,
        form,
        lambda: siting.add_place(request.seat, site_id, now=clock.now(), **form.cleaned_data),
        said=_("The place is in use."),
        then=request.path,
    )
    context = {"site": site, "rows": pool.places(site), "form": form, "section": "desk"}
    return answer or pages.show(request, "evaluation/places.html", context, form)


@access.seats(OPERATOR)
@require_POST
def retire_place(request: SeatRequest, place_id: int) -> HttpResponse:
    """Take a place out of use."""
    siting.retire_place(request.seat, place_id, now=clock.now())
    return pages.done(request, _("Taken out of use."), "sites")
