"""What is done on the page of a hall: by its host, its witness and its bidders, each one act."""

import uuid
from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts import access
from accounts.access import SeatRequest
from accounts.domain.seats import SeatKind
from bidding import forms
from bidding.actions import consenting, faulting, hosting, objecting, pausing
from bidding.queries import access_duty, access_own_bid, mine, view
from bidding.views.hall import page
from kernel import clock, pages
from kernel.pages import Form

HOST, WITNESS, BIDDER = SeatKind.HOST, SeatKind.WITNESS, SeatKind.BIDDER


@access.seats(HOST)
@require_POST
def show_names(request: SeatRequest, lot_id: uuid.UUID) -> HttpResponse:
    """Begin the hall with the names of the bidders."""
    hosting.show_names(request.seat, lot_id, now=clock.now())
    return pages.done(request, _("The names are shown to everybody."), _hall(lot_id))


@access.seats(HOST)
@require_POST
def hear_names(request: SeatRequest, lot_id: uuid.UUID) -> HttpResponse:
    """Go on because nobody declares an interest."""
    hosting.hear_names(request.seat, lot_id, now=clock.now())
    return pages.done(request, _("It is on record that nobody declares an interest."), _hall(lot_id))


@access.seats(HOST)
@require_POST
def hear_objections(request: SeatRequest, lot_id: uuid.UUID) -> HttpResponse:
    """Go on from the read-out to the objections."""
    hosting.hear_objections(request.seat, lot_id, now=clock.now())
    return pages.done(request, _("Bidders may object now."), _hall(lot_id))


@access.seats(HOST)
@require_POST
def ask(request: SeatRequest, lot_id: uuid.UUID) -> HttpResponse:
    """Ask the witness for a pause, more time, going on, or a failure on record."""
    access_duty(request.seat, lot_id, HOST)
    form = forms.RequestForm(request.POST, pausing.KINDS)
    return _submit(
        request,
        lot_id,
        form,
        lambda: pausing.ask(
            request.seat, lot_id, form.cleaned_data["kind"], form.cleaned_data["reason"], now=clock.now()
        ),
        said=_("The witness is asked to countersign."),
        ask_form=form,
    )


@access.seats(WITNESS)
@require_POST
def answer_request(request: SeatRequest, lot_id: uuid.UUID, number: int) -> HttpResponse:
    """Countersign or decline what the host asked."""
    countersign = request.POST.get("word") == "countersign"
    pausing.answer(request.seat, lot_id, number, countersign=countersign, now=clock.now())
    said = _("You have countersigned.") if countersign else _("You have declined.")
    return pages.done(request, said, _hall(lot_id))


@access.seats(HOST)
@require_POST
def answer_objection(request: SeatRequest, lot_id: uuid.UUID, objection_id: uuid.UUID) -> HttpResponse:
    """Answer an objection on the spot."""
    access_duty(request.seat, lot_id, HOST)
    form = forms.AnswerForm(request.POST, name=f"answer-{objection_id}")
    rows = _own_part(request, lot_id).to_answer
    return _submit(
        request,
        lot_id,
        form,
        lambda: objecting.answer(
            request.seat, lot_id, objection_id, form.cleaned_data["text"], now=clock.now()
        ),
        said=_("The answer is recorded."),
        answers=[
            (row, form if row.pk == objection_id else forms.AnswerForm(name=f"answer-{row.pk}"))
            for row in rows
        ],
    )


@access.seats(HOST)
@require_POST
def decide_fault(request: SeatRequest, lot_id: uuid.UUID, bid_id: uuid.UUID) -> HttpResponse:
    """Decide what a bid that stayed closed counts as."""
    access_duty(request.seat, lot_id, HOST)
    rows = _own_part(request, lot_id).to_decide
    name = next((f"fault-{row.pk}" for row in rows if row.bid_id == bid_id), "fault")
    form = forms.FaultForm(request.POST, name=name)
    return _submit(
        request,
        lot_id,
        form,
        lambda: faulting.decide(
            request.seat,
            lot_id,
            bid_id,
            form.cleaned_data["outcome"],
            form.cleaned_data["reason"],
            now=clock.now(),
        ),
        said=_("The decision waits for your signature and the witness's."),
        decisions=[
            (row, form if row.bid_id == bid_id else forms.FaultForm(name=f"fault-{row.pk}")) for row in rows
        ],
    )


@access.seats(BIDDER)
@require_POST
def check_in(request: SeatRequest, lot_id: uuid.UUID) -> HttpResponse:
    """Say privately that one is there."""
    consenting.check_in(request.seat, lot_id, now=clock.now())
    said = _("You are checked in. Nobody else sees it before the names are shown.")
    return pages.done(request, said, _hall(lot_id))


@access.seats(BIDDER)
@require_POST
def confirm(request: SeatRequest, lot_id: uuid.UUID, bid_id: uuid.UUID) -> HttpResponse:
    """Confirm or contest what was read out."""
    found = access_own_bid(request.seat, bid_id)
    word = objecting.OBJECTED if request.POST.get("word") == objecting.OBJECTED else objecting.CONFIRMED
    objecting.confirm(request.seat, found.pk, word, now=clock.now())
    return pages.done(request, _("Your word goes into the opening record."), _hall(lot_id))


@access.seats(BIDDER)
@require_POST
def raise_objection(request: SeatRequest, lot_id: uuid.UUID) -> HttpResponse:
    """Object on the spot."""
    form = forms.ObjectionForm(request.POST)
    return _submit(
        request,
        lot_id,
        form,
        lambda: objecting.raise_objection(request.seat, lot_id, form.cleaned_data["text"], now=clock.now()),
        said=_("Your objection is raised; the host answers it here."),
        object_form=form,
    )


@access.seats(BIDDER)
@require_POST
def object_to_fault(request: SeatRequest, lot_id: uuid.UUID, bid_id: uuid.UUID) -> HttpResponse:
    """Object to the decision on one's own bid."""
    access_own_bid(request.seat, bid_id)
    form = forms.ObjectionForm(request.POST)
    return _submit(
        request,
        lot_id,
        form,
        lambda: faulting.object_to(request.seat, bid_id, form.cleaned_data["text"], now=clock.now()),
        said=_("Your objection is on record; no money moves meanwhile."),
        fault_form=form,
    )


def _submit(
    request: SeatRequest,
    lot_id: uuid.UUID,
    form: Form,
    act: Callable[[], Any],
    *,
    said: str,
    **shown: Any,
) -> HttpResponse:
    answer = pages.submit(request, form, act, said=said, then=_hall(lot_id))
    return answer or pages.show(request, "bidding/hall.html", page(request, lot_id, **shown), form)


def _own_part(request: SeatRequest, lot_id: uuid.UUID) -> mine.Mine:
    return mine.mine(view.reader(request.seat, lot_id), lot_id, now=clock.now())


def _hall(lot_id: uuid.UUID) -> str:
    return reverse("hall", args=[lot_id])
