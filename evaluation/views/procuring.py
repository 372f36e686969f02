"""The side that procures: asking for experts, filling the committee, and after the report candidates and result."""

import uuid

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts import access, queries as accounts
from accounts.access import SeatRequest
from accounts.domain.seats import SeatKind
from evaluation.actions import convening, deciding, requesting, seating
from evaluation.domain import strata
from evaluation.forms.convening import DrawForm, ExtendForm, ReasonForm, RepresentativeForm, TimesForm
from evaluation.queries import committee, sites
from evaluation.views import ground
from kernel import clock, exports, pages
from tender.domain.lifecycle import LotState

PROCURERS = (SeatKind.CLERK, SeatKind.AGENCY)
COLUMNS = (
    "draw",
    "stratum",
    "major",
    "site",
    "take",
    "called",
    "confirmed",
    "signed_in",
    "passed_over",
    "left",
)


@access.seats(*PROCURERS)
@require_safe
@never_cache
def lot_committee(request: SeatRequest, lot_id: uuid.UUID) -> HttpResponse:
    """Show how far the committee is filled, in numbers and without names."""
    committee.access_procurer(request.seat, lot_id)
    session = committee.session_of(lot_id)
    if request.GET.get("format") == "csv" and session is not None:
        rows = (
            [row.number, *(getattr(row, c) for c in COLUMNS[1:-1]), row.left]
            for row in committee.progress(session)
        )
        return exports.csv_response("committee", ["number", *COLUMNS[1:]], rows)
    return _page(request, lot_id)


@access.seats(*PROCURERS)
@require_POST
def request_draw(request: SeatRequest, lot_id: uuid.UUID) -> HttpResponse:
    """Ask for the experts of a lot."""
    form = DrawForm(request.POST)
    answer = pages.submit(
        request,
        form,
        lambda: requesting.request_draw(request.seat, lot_id, now=clock.now(), **form.cleaned_data),
        said=_("The pool is fixed and logged; host, witness and supervisor draw from it now."),
        then=_here(lot_id),
    )
    return answer or _page(request, lot_id, draw=form)


@access.seats(*PROCURERS)
@require_POST
def supplement(request: SeatRequest, lot_id: uuid.UUID) -> HttpResponse:
    """Ask for a supplementary draw."""
    form = ReasonForm(request.POST)
    answer = pages.submit(
        request,
        form,
        lambda: requesting.request_supplement(
            request.seat, lot_id, form.cleaned_data["reason"], now=clock.now()
        ),
        said=_("The supplementary draw is asked for; only the missing experts are drawn."),
        then=_here(lot_id),
    )
    return answer or _page(request, lot_id, supplement=form)


@access.seats(*PROCURERS)
@require_POST
def name_representative(request: SeatRequest, lot_id: uuid.UUID) -> HttpResponse:
    """Name the procuring entity's own member."""
    committee.access_procurer(request.seat, lot_id)
    form = _representative_form(request, lot_id, posted=True)
    answer = pages.submit(
        request,
        form,
        lambda: seating.name_representative(
            request.seat, lot_id, uuid.UUID(form.cleaned_data["seat"]), now=clock.now()
        ),
        said=_("Named; the member signs in at the home site."),
        then=_here(lot_id),
    )
    return answer or _page(request, lot_id, representative=form)


@access.seats(*PROCURERS)
@require_POST
def dismiss_representative(request: SeatRequest, lot_id: uuid.UUID) -> HttpResponse:
    """Take back a representative who has not signed in."""
    seating.dismiss_representative(request.seat, lot_id, request.POST.get("name", ""), now=clock.now())
    return pages.done(request, _("Your entry has been taken back."), _here(lot_id))


@access.seats(*PROCURERS)
@require_POST
def reschedule(request: SeatRequest, lot_id: uuid.UUID) -> HttpResponse:
    """Move a sitting that has not begun."""
    form = TimesForm(request.POST)
    answer = pages.submit(
        request,
        form,
        lambda: requesting.reschedule(request.seat, lot_id, now=clock.now(), **form.cleaned_data),
        said=_("Moved; all who are called know the new time."),
        then=_here(lot_id),
    )
    return answer or _page(request, lot_id, times=form)


@access.seats(*PROCURERS)
@require_POST
def extend(request: SeatRequest, lot_id: uuid.UUID) -> HttpResponse:
    """Give the committee more time."""
    form = ExtendForm(request.POST)
    answer = pages.submit(
        request,
        form,
        lambda: convening.extend(request.seat, lot_id, form.cleaned_data["ends_at"], now=clock.now()),
        said=_("The committee has more time."),
        then=_here(lot_id),
    )
    return answer or _page(request, lot_id, extend=form)


@access.seats(*PROCURERS)
@require_POST
def deliver(request: SeatRequest, lot_id: uuid.UUID) -> HttpResponse:
    """Deliver the signed report to the procuring entity."""
    deciding.deliver_report(request.seat, lot_id, now=clock.now())
    return pages.done(request, _("The report is delivered."), reverse("lot-evaluation", args=[lot_id]))


def _page(request: SeatRequest, lot_id: uuid.UUID, **bound: pages.Form) -> HttpResponse:
    record = committee.access_procurer(request.seat, lot_id)
    session = committee.session_of(lot_id)
    forms = {
        "draw": bound.get("draw") or DrawForm(None),
        "supplement": bound.get("supplement") or ReasonForm(None),
        "representative": bound.get("representative") or _representative_form(request, lot_id, posted=False),
        "times": bound.get("times") or TimesForm(None),
        "extend": bound.get("extend") or ExtendForm(None),
    }
    forms = {name: ground.keyed(form, name) for name, form in forms.items()}
    planned = strata.plan(record.notice["committee"])
    rows = committee.progress(session) if session is not None else []
    context = {
        "lot": record,
        "session": session,
        "planned": planned,
        "rows": rows,
        "short": session is not None
        and any(row.exhausted and row.confirmed + row.called < row.take for row in rows),
        "representatives": sites.representatives(session) if session is not None else [],
        "may_deliver": record.status is LotState.EVALUATED and record.regime == "G",
        "forms": forms,
        "section": "desk",
    }
    return pages.show(request, "evaluation/lot_committee.html", context, *bound.values())


def _representative_form(request: SeatRequest, lot_id: uuid.UUID, *, posted: bool) -> RepresentativeForm:
    record = committee.access_procurer(request.seat, lot_id)
    own = accounts.holders(kind=SeatKind.EXPERT, organisation=record.procuring_entity.id)
    return RepresentativeForm(request.POST if posted else None, own)


def _here(lot_id: uuid.UUID) -> str:
    return reverse("lot-committee", args=[lot_id])
