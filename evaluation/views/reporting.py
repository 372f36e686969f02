"""The report: its reasons written, laid before all members, dissented from, opened again."""

import uuid

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts import access
from accounts.access import SeatRequest
from accounts.domain.seats import SeatKind
from evaluation.actions import signing
from evaluation.domain.lifecycle import SessionState
from evaluation.domain.scoring.values import ScoringError
from evaluation.forms.convening import ReasonForm
from evaluation.forms.judging import DissentForm, MeritForm
from evaluation.queries import sight
from evaluation.views import ground
from kernel import clock, pages

EXPERT = SeatKind.EXPERT


@access.seats(EXPERT)
@never_cache
def report(request: SeatRequest, lot_id: uuid.UUID) -> HttpResponse:
    """Show the report as it will be or was laid; the leader writes what speaks for and against each bid."""
    form = MeritForm(request.POST if request.method == "POST" else None)
    answer = pages.submit(
        request,
        form,
        lambda: signing.set_merit(request.seat, lot_id, now=clock.now(), **form.cleaned_data),
        said=_("Written."),
        then=ground.address("committee-report", lot_id),
    )
    return answer or _page(request, lot_id, merit=form)


@access.seats(EXPERT)
@require_POST
def lay(request: SeatRequest, lot_id: uuid.UUID) -> HttpResponse:
    """Lay the report before all members."""
    signing.lay(request.seat, lot_id, now=clock.now())
    return pages.done(
        request, _("The report lies before all members to sign."), ground.address("committee-report", lot_id)
    )


@access.seats(EXPERT)
@require_POST
def dissent(request: SeatRequest, lot_id: uuid.UUID) -> HttpResponse:
    """Dissent in writing."""
    form = DissentForm(request.POST)
    answer = pages.submit(
        request,
        form,
        lambda: signing.dissent(request.seat, lot_id, form.cleaned_data["text"], now=clock.now()),
        said=_("Your dissent stands in the report, which is laid anew."),
        then=ground.address("committee-report", lot_id),
    )
    return answer or _page(request, lot_id, dissent=form)


@access.seats(EXPERT)
@require_POST
def reopen(request: SeatRequest, lot_id: uuid.UUID) -> HttpResponse:
    """Bring a laid report back to the checks."""
    form = ReasonForm(request.POST)
    answer = pages.submit(
        request,
        form,
        lambda: signing.reopen(request.seat, lot_id, form.cleaned_data["reason"], now=clock.now()),
        said=_("The committee is back at the checks."),
        then=ground.address("committee-checks", lot_id),
    )
    return answer or _page(request, lot_id, reopen=form)


def _page(request: SeatRequest, lot_id: uuid.UUID, **bound: pages.Form) -> HttpResponse:
    bench = ground.open_bench(request, lot_id)
    rows, why = [], ""
    if bench.session.state in (SessionState.CHECKING, SessionState.SIGNING, SessionState.SIGNED):
        try:
            rows = sight.ranking(bench)
        except ScoringError as error:
            why = str(error)
    found = sight.reports(bench)
    context = ground.context(
        bench,
        request,
        rows=[(row, _merit_form(row, bound.get("merit"))) for row in rows],
        why=why,
        laid=found[0] if found else None,
        merit=bound.get("merit") or MeritForm(None),
        dissent=ground.keyed(bound.get("dissent") or DissentForm(None), "dissent"),
        reopen=ground.keyed(bound.get("reopen") or ReasonForm(None), "reopen"),
    )
    return pages.show(request, "evaluation/report.html", context, *bound.values())


def _merit_form(row: sight.RankView, posted: pages.Form | None) -> pages.Form:
    """Return the form of one bid's reasons: the posted one if it is of this bid, else what is written so far."""
    if posted is not None and posted.is_bound and posted.data.get("bid") == row.bid:
        return ground.keyed(posted, row.bid[:8])
    written = {"bid": row.bid, "strengths": row.strengths, "weaknesses": row.weaknesses}
    return ground.keyed(MeritForm(None, initial=written), row.bid[:8])
