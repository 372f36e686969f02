"""The desk of a lot: its terms, files, officers and custodians, and whether the law allows it."""

import uuid
from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import access, queries as accounts
from accounts.access import SeatRequest
from accounts.domain.seats import PROCURING_SEATS, SeatKind
from accounts.queries import Holder
from kernel import clock, pages
from kernel.domain.refusals import RefusedError
from tender import desk_queries, queries
from tender.actions import drafting, publishing
from tender.actions.deciding import DECIDED
from tender.domain.document import ROLES
from tender.domain.terms import TermsError
from tender.forms import fields
from tender.forms.drafting import FileForm, SeatForm
from tender.forms.terms import TABLES, TermsForm, initial_of
from tender.queries import LotRecord
from tender.views.projects import DRAFTERS

MORE_ROWS = 3
OFFICES = (SeatKind.HOST, SeatKind.WITNESS, SeatKind.SUPERVISOR)


@access.seats(*PROCURING_SEATS)
@require_safe
def lot(request: SeatRequest, lot_id: uuid.UUID) -> HttpResponse:
    """Show where a lot stands and what its side can do with it."""
    record = queries.access_own_lot(request.seat, lot_id)
    proposals = {kind: queries.proposal(lot_id, kind) for kind in ("publish", "addendum", "cancel")}
    context = {
        "lot": record,
        "proposals": proposals,
        "returned": None if proposals["publish"] else desk_queries.last_return(lot_id),
        "files": desk_queries.files_of_draft(lot_id),
        "officers": desk_queries.officers(lot_id),
        "keepers": desk_queries.keepers(lot_id),
        "terms": desk_queries.stored_terms(lot_id),
        "objections": queries.objections(lot_id, answered_only=False),
        "may_draft": request.seat.kind in DRAFTERS,
        "may_review": request.seat.kind is SeatKind.REVIEWER,
        "milestones": queries.milestones(record, now=clock.now()) if record.is_public else (),
        "decided": DECIDED,
        "section": "desk",
    }
    return render(request, "tender/lot.html", context)


@access.seats(*DRAFTERS)
def terms(request: SeatRequest, lot_id: uuid.UUID) -> HttpResponse:
    """Edit the terms of a draft; `redraw` only shows more rows, or the parameters of another formula."""
    record = queries.access_own_lot(request.seat, lot_id)
    posted = request.POST if request.method == "POST" else None
    if posted is not None and "redraw" in posted:
        form, tables = _redrawn(posted, record)
        return _show_terms(request, record, form, tables)
    form, tables = _terms_form(record, posted)
    if posted is None or not _all_valid(form, tables):
        return _show_terms(request, record, form, tables)
    answer = pages.submit(
        request,
        form,
        lambda: drafting.set_terms(request.seat, lot_id, form.terms(tables), now=clock.now()),
        said=_("The terms are saved."),
        then=reverse("desk-lot-check", args=[lot_id]),
        unfit=(TermsError,),
    )
    return answer or _show_terms(request, record, form, tables)


@access.seats(*DRAFTERS)
def files(request: SeatRequest, lot_id: uuid.UUID) -> HttpResponse:
    """Add a file to the document."""
    record = queries.access_own_lot(request.seat, lot_id)
    form = FileForm(*pages.posted(request))

    def add() -> str:
        file = form.cleaned_data["file"]
        return drafting.add_file(request.seat, lot_id, file.name, file.read(), now=clock.now())

    answer = pages.submit(
        request, form, add, said=_("The file is attached."), then=reverse("desk-lot-files", args=[lot_id])
    )
    context = {
        "lot": record,
        "form": form,
        "files": desk_queries.files_of_draft(lot_id),
        "section": "desk",
    }
    return answer or pages.show(request, "tender/files.html", context, form)


@access.seats(*DRAFTERS)
@require_POST
def remove_file(request: SeatRequest, lot_id: uuid.UUID) -> HttpResponse:
    """Take a file out of the document."""
    queries.access_own_lot(request.seat, lot_id)
    drafting.remove_file(request.seat, lot_id, request.POST.get("name", ""), now=clock.now())
    return pages.done(request, _("The file is removed."), reverse("desk-lot-files", args=[lot_id]))


@access.seats(*DRAFTERS)
def people(request: SeatRequest, lot_id: uuid.UUID) -> HttpResponse:
    """Name the officers and the custodians of a lot, one at a time."""
    record = queries.access_own_lot(request.seat, lot_id)
    forms = {name: _seat_form(request, record, name) for name in (*OFFICES, *ROLES)}
    name = request.POST.get("name", "")
    answer = None
    if name in forms:
        form = forms[name]

        def assign() -> None:
            seat = uuid.UUID(form.cleaned_data["seat"])
            if name in ROLES:
                drafting.assign_custodian(request.seat, lot_id, name, seat, now=clock.now())
            else:
                drafting.assign_officer(request.seat, lot_id, seat, now=clock.now())

        answer = pages.submit(
            request, form, assign, said=_("Named."), then=reverse("desk-lot-people", args=[lot_id])
        )
    named = desk_queries.officers(lot_id)
    kept = {keeper.role: keeper for keeper in desk_queries.keepers(lot_id)}
    context = {
        "lot": record,
        "officers": [(duty, forms[duty], named.get(duty)) for duty in OFFICES],
        "keepers": [(role, forms[role], kept.get(role)) for role in ROLES],
        "section": "desk",
    }
    return answer or pages.show(request, "tender/people.html", context, *forms.values())


@access.seats(*PROCURING_SEATS)
@require_safe
def check(request: SeatRequest, lot_id: uuid.UUID) -> HttpResponse:
    """Judge a draft as if it were published now: all refusals, all advice, with the amounts."""
    record = queries.access_own_lot(request.seat, lot_id)
    found, stated, unreadable = None, None, ""
    refusals: tuple[Any, ...] = ()
    try:
        stated, _edition, found = publishing.review_terms(lot_id, now=clock.now())
        refusals = found.refusals
    except TermsError as error:
        unreadable = str(error)
    except RefusedError as error:
        refusals = pages.refusals_of(error)
    context = {
        "lot": record,
        "stated": stated,
        "refusals": refusals,
        "notes": found.notes if found else (),
        "unreadable": unreadable,
        "may_draft": request.seat.kind in DRAFTERS,
        "section": "desk",
    }
    return render(request, "tender/check.html", context)


@access.seats(*DRAFTERS)
@require_POST
def submit(request: SeatRequest, lot_id: uuid.UUID) -> HttpResponse:
    """Lay a draft before the reviewer."""
    queries.access_own_lot(request.seat, lot_id)
    publishing.submit(request.seat, lot_id, now=clock.now())
    return pages.done(request, _("The draft lies before the reviewer."), reverse("desk-lot", args=[lot_id]))


def _terms_form(record: LotRecord, posted: Any) -> tuple[TermsForm, dict[str, fields.Rows]]:
    shown, rows = initial_of(desk_queries.stored_terms(record.id))
    form = TermsForm(posted, formulas=_formulas(record), initial=shown)
    tables = {
        name: fields.rows(row, name, data=posted, initial=rows.get(name, ())) for name, row in TABLES.items()
    }
    return form, tables


def _redrawn(posted: Any, record: LotRecord) -> tuple[TermsForm, dict[str, fields.Rows]]:
    """Show again what was typed, unjudged, with more rows in the table that was asked for."""
    shown = {name: posted.get(name) for name in posted}
    shown |= {name: posted.getlist(name) for name in ("parts", "deposit_forms")}
    form = TermsForm(None, formulas=_formulas(record), initial=shown)
    tables = {}
    for name, row in TABLES.items():
        total = int(posted.get(f"{name}-TOTAL_FORMS", "0") or 0)
        typed = [
            {field: posted.get(f"{name}-{number}-{field}", "") for field in row.base_fields}
            for number in range(min(total, 200))
        ]
        kept = [each for each in typed if any(each[f] for f in each if f not in ("kind", "unit"))]
        spare = MORE_ROWS if posted["redraw"] == name else fields.SPARE_ROWS
        tables[name] = fields.rows(row, name, initial=kept, spare=spare)
    return form, tables


def _all_valid(form: TermsForm, tables: Mapping[str, fields.Rows]) -> bool:
    judged = [form.is_valid(), *(table.is_valid() for table in tables.values())]
    return all(judged)


def _show_terms(
    request: SeatRequest, record: LotRecord, form: TermsForm, tables: Mapping[str, fields.Rows]
) -> HttpResponse:
    if record.status != "draft":
        return redirect("desk-lot", record.id)
    context = {
        "lot": record,
        "form": form,
        "tables": tables,
        "edition": record.edition,
        "section": "desk",
    }
    wrong = [row for table in tables.values() for row in table.forms if table.is_bound]
    return pages.show(request, "tender/terms.html", context, form, *wrong)


def _formulas(record: LotRecord) -> tuple[str, ...]:
    return record.edition.rule("formulas").codes()


def _seat_form(request: SeatRequest, record: LotRecord, name: str) -> SeatForm:
    data = request.POST if request.POST.get("name") == name else None
    return SeatForm(data, _eligible(record, name), label=_("Seat"), prefix=name)


def _eligible(record: LotRecord, name: str) -> list[Holder]:
    """Return the seats that may be named: of the procuring side, of the centre, or of neither."""
    ours = {party.id for party in (record.procuring_entity, record.agency) if party}
    centre = {record.centre.id}
    kind = SeatKind.CUSTODIAN if name in ROLES else SeatKind(name)
    found = accounts.holders(kind=kind)
    if name in (SeatKind.HOST, "procuring_entity"):
        return [h for h in found if h.organisation.id in ours]
    if name in (SeatKind.WITNESS, "centre"):
        return [h for h in found if h.organisation.id in centre]
    if name in ROLES:
        return [h for h in found if h.organisation.id not in ours | centre]
    return found
