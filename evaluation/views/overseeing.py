"""Those who watch and decide: process and draws, and after the report candidates and result."""

import uuid
from typing import Any

from django.http import Http404, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts import access
from accounts.access import SeatRequest
from accounts.domain.seats import SeatKind
from evaluation.actions import deciding, replacing, signing
from evaluation.forms.convening import ReasonForm
from evaluation.forms.judging import ResultForm
from evaluation.queries import committee, record as records, watching
from evaluation.views import ground
from kernel import clock, pages
from tender import queries as tender
from tender.domain.lifecycle import LotState
from tender.queries import LotRecord

WATCHERS = (SeatKind.CLERK, SeatKind.AGENCY, SeatKind.REVIEWER, SeatKind.HOST, SeatKind.SUPERVISOR)
CONFIRMERS = (SeatKind.SUPERVISOR, SeatKind.HOST)


@access.seats(*WATCHERS)
@require_safe
@never_cache
def lot_evaluation(request: SeatRequest, lot_id: uuid.UUID) -> HttpResponse:
    """Show how an evaluation goes: no names before the result, no marks before the report is signed."""
    return _page(request, lot_id)


@access.seats(*WATCHERS)
@require_safe
@never_cache
def draw_record(request: SeatRequest, lot_id: uuid.UUID, number: int, stratum: str) -> HttpResponse:
    """Hand out the record of a draw, to be recomputed offline; exclusions to the supervisor alone."""
    session = watching.access_session(request.seat, lot_id)
    found = next(
        (
            one
            for one in records.draw_records(session.lot_id)
            if (one.number, one.stratum) == (number, stratum)
        ),
        None,
    )
    if found is None:
        raise Http404
    whole = tender.serves(request.seat, lot_id, SeatKind.SUPERVISOR)
    return JsonResponse(found.record if whole else found.public, json_dumps_params={"ensure_ascii": False})


@access.seats(*CONFIRMERS)
@require_POST
def settle_replacement(request: SeatRequest, lot_id: uuid.UUID) -> HttpResponse:
    """Confirm or decline a proposed replacement."""
    name = request.POST.get("name", "")
    if "decline" in request.POST:
        replacing.decline(request.seat, lot_id, name, now=clock.now())
        return pages.done(request, _("Declined; the member stays."), _here(lot_id))
    replacing.confirm(request.seat, lot_id, name, now=clock.now())
    return pages.done(request, _("Confirmed; the next one is called."), _here(lot_id))


@access.seats(SeatKind.SUPERVISOR)
@require_POST
def reopen(request: SeatRequest, lot_id: uuid.UUID) -> HttpResponse:
    """Order that a signed report be looked at again."""
    form = ReasonForm(request.POST)
    answer = pages.submit(
        request,
        form,
        lambda: signing.reopen(request.seat, lot_id, form.cleaned_data["reason"], now=clock.now()),
        said=_("The same committee looks at its report again."),
        then=_here(lot_id),
    )
    return answer or _page(request, lot_id, reopen=form)


@access.seats(SeatKind.REVIEWER)
@require_POST
def publish_candidates(request: SeatRequest, lot_id: uuid.UUID) -> HttpResponse:
    """Publish the candidates for the shortest lawful time."""
    deciding.publish_candidates(request.seat, lot_id, now=clock.now())
    return pages.done(request, _("The candidates are public."), _here(lot_id))


@access.seats(SeatKind.REVIEWER)
@require_POST
def publish_result(request: SeatRequest, lot_id: uuid.UUID) -> HttpResponse:
    """Publish who wins."""
    committee.access_reviewer(request.seat, lot_id)
    form = _result_form(request, lot_id, posted=True)
    answer = pages.submit(
        request,
        form,
        lambda: deciding.publish_result(
            request.seat, lot_id, form.cleaned_data["bid"], passed_over=form.grounds(), now=clock.now()
        ),
        said=_("The result is public."),
        then=_here(lot_id),
    )
    return answer or _page(request, lot_id, result=form)


def _page(request: SeatRequest, lot_id: uuid.UUID, **bound: pages.Form) -> HttpResponse:
    session = watching.access_session(request.seat, lot_id)
    record = tender.lot(lot_id)
    reviewer = request.seat.kind is SeatKind.REVIEWER
    supervisor = tender.serves(request.seat, lot_id, SeatKind.SUPERVISOR)
    shown = watching.report_shown(session)
    context: dict[str, Any] = {
        "lot": record,
        "sitting": session,
        "progress": committee.progress(session),
        "members": committee.members(request.seat, session),
        "replacements": committee.replacements(session),
        "draws": watching.draws(session),
        "exclusions": watching.exclusions(session) if supervisor else [],
        "report": records.report_json(lot_id) if shown else None,
        "supervisor": supervisor,
        "may_settle": watching.confirms(request.seat, lot_id),
        "may_publish": reviewer and record.status is LotState.EVALUATED and record.regime == "T",
        "may_decide": reviewer and record.status is LotState.DECIDING,
        "may_deliver": request.seat.kind in (SeatKind.CLERK, SeatKind.AGENCY)
        and record.status is LotState.EVALUATED
        and record.regime == "G",
        "publish_rule": _rule(record, "candidate_publication_start_maximum"),
        "deliver_rule": _rule(record, "report_delivery_maximum"),
        "result": bound.get("result") or (_result_form(request, lot_id, posted=False) if shown else None),
        "reopen": bound.get("reopen") or ReasonForm(None),
        "section": "desk",
    }
    return pages.show(request, "evaluation/lot_evaluation.html", context, *bound.values())


def _result_form(request: SeatRequest, lot_id: uuid.UUID, *, posted: bool) -> ResultForm:
    report = records.report_json(lot_id) or {"candidates": [], "ranking": []}
    called = {row["bid"]: f"{row['rank']}. {row['name']}" for row in report["ranking"]}
    offered = [(bid, called[bid]) for bid in report["candidates"]]
    return ResultForm(request.POST if posted else None, offered)


def _rule(record: LotRecord, key: str) -> str:
    return record.edition.rule(key).id if record.edition.has(key) else ""


def _here(lot_id: uuid.UUID) -> str:
    return ground.address("lot-evaluation", lot_id)
