"""Four eyes: what the reviewer approves, sends back, publishes, changes and cancels."""

import uuid

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts import access
from accounts.access import SeatRequest
from accounts.domain.seats import SeatKind
from kernel import clock, pages
from tender import queries
from tender.actions import changing, publishing
from tender.forms.changing import AddendumForm, CancelForm, CommentForm
from tender.views.projects import DRAFTERS

REVIEWERS = (SeatKind.REVIEWER,)
BOTH = (*DRAFTERS, *REVIEWERS)


@access.seats(*REVIEWERS)
@require_POST
def approve(request: SeatRequest, lot_id: uuid.UUID) -> HttpResponse:
    """Approve a submitted draft; the whole document is judged."""
    queries.access_own_lot(request.seat, lot_id)
    publishing.approve(request.seat, lot_id, now=clock.now())
    return _back(request, lot_id, _("Approved. Publish when the day has come."))


@access.seats(*REVIEWERS)
def send_back(request: SeatRequest, lot_id: uuid.UUID) -> HttpResponse:
    """Send a draft back with a reason."""
    record = queries.access_own_lot(request.seat, lot_id)
    form = CommentForm(request.POST if request.method == "POST" else None)
    answer = pages.submit(
        request,
        form,
        lambda: publishing.send_back(request.seat, lot_id, form.cleaned_data["comment"], now=clock.now()),
        said=_("The draft is back with the clerk."),
        then=reverse("desk-lot", args=[lot_id]),
    )
    context = {"lot": record, "form": form, "section": "desk"}
    return answer or pages.show(request, "tender/send_back.html", context, form)


@access.seats(*REVIEWERS)
@require_POST
def publish(request: SeatRequest, lot_id: uuid.UUID) -> HttpResponse:
    """Publish an approved lot."""
    queries.access_own_lot(request.seat, lot_id)
    publishing.publish(request.seat, lot_id, now=clock.now())
    return _back(
        request, lot_id, _("Published. The notice and its edition of the rules are frozen and logged.")
    )


@access.seats(*BOTH)
def addendum(request: SeatRequest, lot_id: uuid.UUID) -> HttpResponse:
    """Propose an addendum, or see the one that is proposed."""
    record = queries.access_own_lot(request.seat, lot_id)
    proposed = queries.proposal(lot_id, changing.ADDENDUM)
    form = AddendumForm(*pages.posted(request))

    def propose() -> None:
        found = form.cleaned_data
        file = found["file"]
        changing.propose_addendum(
            request.seat,
            lot_id,
            now=clock.now(),
            text=found["text"],
            deadline=found["deadline"],
            affects_bids=found["affects_bids"],
            reseal=found["reseal"],
            changed=found["changed"],
            files=[(file.name, file.read())] if file else [],
        )

    answer = pages.submit(
        request,
        form,
        propose,
        said=_("The addendum lies before the reviewer."),
        then=reverse("desk-lot-addendum", args=[lot_id]),
    )
    context = {
        "lot": record,
        "form": form,
        "proposed": proposed,
        "rule": record.edition.rule("clarification_lead"),
        "may_propose": request.seat.kind in DRAFTERS,
        "may_review": request.seat.kind in REVIEWERS,
        "section": "desk",
    }
    return answer or pages.show(request, "tender/addendum.html", context, form)


@access.seats(*REVIEWERS)
@require_POST
def publish_addendum(request: SeatRequest, lot_id: uuid.UUID) -> HttpResponse:
    """Publish the proposed addendum."""
    queries.access_own_lot(request.seat, lot_id)
    number = changing.publish_addendum(request.seat, lot_id, now=clock.now())
    return _back(request, lot_id, _("Addendum %(number)s is published.") % {"number": number})


@access.seats(*BOTH)
def cancel(request: SeatRequest, lot_id: uuid.UUID) -> HttpResponse:
    """Propose to cancel a lot, or see the proposal."""
    record = queries.access_own_lot(request.seat, lot_id)
    form = CancelForm(request.POST if request.method == "POST" else None)
    answer = pages.submit(
        request,
        form,
        lambda: changing.propose_cancel(request.seat, lot_id, form.cleaned_data["reason"], now=clock.now()),
        said=_("The cancellation lies before the reviewer."),
        then=reverse("desk-lot-cancel", args=[lot_id]),
    )
    context = {
        "lot": record,
        "form": form,
        "proposed": queries.proposal(lot_id, changing.CANCEL),
        "may_propose": request.seat.kind in DRAFTERS,
        "may_review": request.seat.kind in REVIEWERS,
        "section": "desk",
    }
    return answer or pages.show(request, "tender/cancel.html", context, form)


@access.seats(*REVIEWERS)
@require_POST
def decide_cancel(request: SeatRequest, lot_id: uuid.UUID) -> HttpResponse:
    """Cancel a lot as proposed."""
    queries.access_own_lot(request.seat, lot_id)
    changing.cancel(request.seat, lot_id, now=clock.now())
    return _back(request, lot_id, _("The lot is cancelled. Bids that are sealed stay sealed for ever."))


def _back(request: SeatRequest, lot_id: uuid.UUID, said: str) -> HttpResponse:
    return pages.done(request, said, reverse("desk-lot", args=[lot_id]))
