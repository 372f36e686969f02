"""From the result to performance: the notice of award, the contract that equals the bid, its performance."""

import uuid
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts import access
from accounts.access import SeatRequest
from accounts.domain.seats import PROCURING_SEATS, SeatKind
from kernel import clock, pages
from tender import queries
from tender.actions import deciding
from tender.domain.lifecycle import LotState
from tender.forms.awarding import ContractForm

REVIEWER, CLERK, AGENCY = SeatKind.REVIEWER, SeatKind.CLERK, SeatKind.AGENCY


@access.seats(*PROCURING_SEATS)
@require_safe
@never_cache
def award(request: SeatRequest, lot_id: uuid.UUID) -> HttpResponse:
    """Show what comes after the result, until when and under which rule."""
    return _page(request, lot_id)


@access.seats(REVIEWER)
@require_POST
def lay_award(request: SeatRequest, lot_id: uuid.UUID) -> HttpResponse:
    """Lay the notice of award before oneself to sign; the signature issues it."""
    queries.access_own_lot(request.seat, lot_id)
    deciding.prepare_award(request.seat, lot_id, now=clock.now())
    return pages.done(request, _("The notice of award waits for your signature."), "signatures")


@access.seats(REVIEWER)
@require_POST
def lay_contract(request: SeatRequest, lot_id: uuid.UUID) -> HttpResponse:
    """Lay the contract before both sides; main terms that differ from the bid are refused."""
    queries.access_own_lot(request.seat, lot_id)
    form = _contract_form(lot_id, request.POST)
    if form is None:
        return _page(request, lot_id)
    answer = pages.submit(
        request,
        form,
        lambda: deciding.prepare_contract(request.seat, lot_id, form.main_terms(), now=clock.now()),
        said=_("The contract waits for your signature and the winner's."),
        then="signatures",
    )
    return answer or _page(request, lot_id, contract=form)


@access.seats(CLERK, AGENCY)
@require_POST
def perform(request: SeatRequest, lot_id: uuid.UUID) -> HttpResponse:
    """Begin the performance of a recorded contract."""
    queries.access_own_lot(request.seat, lot_id)
    deciding.begin_performance(request.seat, lot_id, now=clock.now())
    return pages.done(request, _("The performance has begun."), reverse("desk-lot-award", args=[lot_id]))


def _page(request: SeatRequest, lot_id: uuid.UUID, contract: ContractForm | None = None) -> HttpResponse:
    record = queries.access_own_lot(request.seat, lot_id)
    reviewer = request.seat.kind is REVIEWER
    context: dict[str, Any] = {
        "lot": record,
        "result": deciding.published(lot_id, "result"),
        "award": deciding.published(lot_id, deciding.AWARD),
        "award_asked": deciding.signatures_wanted(deciding.AWARD, lot_id),
        "contract_asked": deciding.signatures_wanted(deciding.CONTRACT, lot_id),
        "form": contract or _contract_form(lot_id, None),
        "may_award": reviewer and record.status is LotState.RESULT_PUBLIC,
        "may_contract": reviewer and record.status is LotState.AWARDED,
        "may_perform": request.seat.kind in (CLERK, AGENCY) and record.status is LotState.CONTRACTED,
        "due": queries.milestone(record, "contract", now=clock.now()),
        "section": "desk",
    }
    return pages.show(request, "tender/award.html", context, contract)


def _contract_form(lot_id: uuid.UUID, data: Any) -> ContractForm | None:
    found = deciding.published(lot_id, deciding.AWARD)
    return ContractForm(data, found["winner"]) if found else None
