"""Objections and queries: bidders raise and withdraw them, the side that procures answers in time."""

import uuid

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import access
from accounts.access import SeatRequest
from accounts.domain.seats import PROCURING_SEATS, SeatKind
from kernel import clock, exports, pages
from tender import desk_queries, queries
from tender.actions import objecting
from tender.domain.objections import Kind
from tender.forms.changing import AnswerForm, ObjectionForm
from tender.queries import LotRecord

ANSWERERS = (SeatKind.REVIEWER,)


@access.seats(SeatKind.BIDDER)
@require_POST
def obtain(request: SeatRequest, lot_id: uuid.UUID) -> HttpResponse:
    """Note that a bidder took the document, so that it is told of changes."""
    objecting.obtain(request.seat, lot_id, now=clock.now())
    said = _("You will be told of every change. Nobody else can see that you obtained the document.")
    return pages.done(request, said, reverse("lot", args=[lot_id]))


@access.public
def of_lot(request: SeatRequest, lot_id: uuid.UUID) -> HttpResponse:
    """Show the answered objections of a lot; a bidder sees its own and may raise one."""
    record = queries.access_public_lot(lot_id)
    reader = request.seat
    bidder = reader is not None and reader.kind is SeatKind.BIDDER
    form = ObjectionForm(request.POST if request.method == "POST" and bidder else None, _kinds(record))
    answer = pages.submit(
        request,
        form,
        lambda: objecting.raise_objection(
            reader,
            lot_id,
            Kind(form.cleaned_data["kind"]),
            form.cleaned_data["text"],
            now=clock.now(),
        ),
        said=_("Your objection is filed and logged."),
        then=reverse("lot-objections", args=[lot_id]),
    )
    mine = [row for row in queries.access_objections(reader) if row.lot_id == lot_id] if bidder else []
    context = {
        "lot": record,
        "answered": queries.objections(lot_id, answered_only=True),
        "mine": mine,
        "form": form if bidder else None,
        "rules": _windows(record),
        "section": "notices",
    }
    return answer or pages.show(request, "tender/objections_of_lot.html", context, form)


@access.seats(SeatKind.BIDDER)
@require_POST
def withdraw(request: SeatRequest, lot_id: uuid.UUID, objection_id: uuid.UUID) -> HttpResponse:
    """Withdraw one's own open objection."""
    objecting.withdraw(request.seat, objection_id, now=clock.now())
    return pages.done(request, _("The objection is withdrawn."), reverse("lot-objections", args=[lot_id]))


@access.seats(*PROCURING_SEATS)
@require_safe
def inbox(request: SeatRequest) -> HttpResponse:
    """List the objections to one's lots; who raised them is not shown."""
    rows = desk_queries.own_objections(request.seat)
    if request.GET.get("format") == "csv":
        lines = ([r.lot.code, r.subject, r.status, r.raised_at, r.due_at, r.answered_at] for r in rows)
        columns = ["lot", "about", "status", "raised_at", "due_at", "answered_at"]
        return exports.csv_response("objections", columns, lines)
    context = {"page": pages.page_of(request, rows), "section": "desk"}
    return render(request, "tender/objections.html", context)


@access.seats(*PROCURING_SEATS)
def answer_objection(request: SeatRequest, objection_id: uuid.UUID) -> HttpResponse:
    """Show an objection and take the reviewer's answer."""
    row = queries.access_open_objection(request.seat, objection_id)
    may_answer = request.seat.kind in ANSWERERS
    form = AnswerForm(request.POST if request.method == "POST" and may_answer else None)
    answer = pages.submit(
        request,
        form,
        lambda: objecting.answer(request.seat, objection_id, form.cleaned_data["text"], now=clock.now()),
        said=_("The answer is published; the pause it caused has ended."),
        then="objections",
    )
    record = queries.lot(row.lot_id)
    context = {
        "row": row,
        "lot": record,
        "form": form,
        "may_answer": may_answer,
        "rule": record.edition.rule("objection_answer_maximum"),
        "section": "desk",
    }
    return answer or pages.show(request, "tender/objection.html", context, form)


def _kinds(record: LotRecord) -> tuple[str, ...]:
    """Return against what a lot's regime knows objections in writing; those to the opening are raised in the hall."""
    known = (Kind.DOCUMENT, Kind.PROCESS, Kind.RESULT)
    return tuple(kind for kind in known if record.edition.has(f"{kind}_objection_window"))


def _windows(record: LotRecord) -> list[object]:
    keys = (*(f"{kind}_objection_window" for kind in _kinds(record)), "objection_answer_maximum")
    return list({rule.id: rule for rule in map(record.edition.rule, keys)}.values())
