"""An expert before the sitting: calls, the number it is known by, the code at the door; what it declares for good."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts import access
from accounts.access import SeatRequest
from accounts.domain.seats import SeatKind
from evaluation.actions import inviting, pooling, seating
from evaluation.forms.convening import DeclineForm, SignInForm
from evaluation.forms.pooling import BusyForm, InterestForm
from evaluation.queries import committee, pool
from kernel import clock, pages

EXPERT = SeatKind.EXPERT


@access.seats(EXPERT)
@require_safe
@never_cache
def invitations(request: SeatRequest) -> HttpResponse:
    """Show the calls to an expert: time, place and kind of work, no project and no party."""
    return _page(request)


@access.seats(EXPERT)
@require_POST
def accept(request: SeatRequest, invitation_id: int) -> HttpResponse:
    """Accept a call."""
    inviting.accept(request.seat, invitation_id, now=clock.now())
    return pages.done(request, _("Accepted. Show your number to the witness at the door."), "invitations")


@access.seats(EXPERT)
@require_POST
def decline(request: SeatRequest, invitation_id: int) -> HttpResponse:
    """Decline a call."""
    form = DeclineForm(request.POST)
    answer = pages.submit(
        request,
        form,
        lambda: inviting.decline(request.seat, invitation_id, form.cleaned_data["words"], now=clock.now()),
        said=_("Declined; the next in the order is called."),
        then="invitations",
    )
    return answer or _page(request, decline=form)


@access.seats(EXPERT)
@require_POST
def sign_in(request: SeatRequest) -> HttpResponse:
    """Sign in at one's place with the code from the witness."""
    form = SignInForm(request.POST)
    answer = pages.submit(
        request,
        form,
        lambda: seating.sign_in(request.seat, form.cleaned_data["code"], now=clock.now()),
        said=_("You are signed in at your place."),
        then=lambda member: reverse("committee", args=[member.session.lot_id]),
    )
    return answer or _page(request, sign_in=form)


@access.seats(EXPERT)
@require_safe
@never_cache
def expertise(request: SeatRequest) -> HttpResponse:
    """Show what the pool knows of an expert, and what it declared."""
    pool.own_expert(request.seat)
    return _expertise(request)


@access.seats(EXPERT)
@require_POST
def declare_interest(request: SeatRequest) -> HttpResponse:
    """Declare an organisation to stay away from."""
    form = InterestForm(request.POST)
    answer = pages.submit(
        request,
        form,
        lambda: pooling.declare_interest(
            request.seat,
            form.cleaned_data["organisation"],
            form.cleaned_data["kind"],
            form.cleaned_data["note"],
            now=clock.now(),
        ),
        said=_("Declared; you are not drawn where this organisation is a party."),
        then="expertise",
    )
    return answer or _expertise(request, interest=form)


@access.seats(EXPERT)
@require_POST
def withdraw_interest(request: SeatRequest, interest_id: int) -> HttpResponse:
    """Withdraw a declaration."""
    pooling.withdraw_interest(request.seat, interest_id, now=clock.now())
    return pages.done(request, _("Withdrawn; it stays on record."), "expertise")


@access.seats(EXPERT)
@require_POST
def mark_busy(request: SeatRequest) -> HttpResponse:
    """Note a time of absence."""
    form = BusyForm(request.POST)
    answer = pages.submit(
        request,
        form,
        lambda: pooling.mark_busy(request.seat, now=clock.now(), **form.cleaned_data),
        said=_("Noted; you are not drawn for that time."),
        then="expertise",
    )
    return answer or _expertise(request, busy=form)


@access.seats(EXPERT)
@require_POST
def drop_busy(request: SeatRequest, span_id: int) -> HttpResponse:
    """Drop a time of absence."""
    pooling.drop_busy(request.seat, span_id)
    return redirect("expertise")


def _page(request: SeatRequest, **bound: pages.Form) -> HttpResponse:
    context = {
        "rows": committee.own_invitations(request.seat),
        "named": committee.called_as_representative(request.seat),
        "sessions": committee.own_sessions(request.seat),
        "in_pool": pool.is_expert(request.seat),
        "decline": bound.get("decline") or DeclineForm(None),
        "sign_in": bound.get("sign_in") or SignInForm(None),
        "section": "desk",
    }
    return pages.show(request, "evaluation/invitations.html", context, *bound.values())


def _expertise(request: SeatRequest, **bound: pages.Form) -> HttpResponse:
    context = {
        "expert": pool.own_expert(request.seat),
        "interests": pool.own_interests(request.seat),
        "absences": pool.own_busy(request.seat, now=clock.now()),
        "interest": bound.get("interest") or InterestForm(None),
        "busy": bound.get("busy") or BusyForm(None),
        "section": "desk",
    }
    return pages.show(request, "evaluation/expertise.html", context, *bound.values())
