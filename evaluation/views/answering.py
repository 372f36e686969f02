"""A bidder and the committee's questions: listed, and answered in writing."""

import uuid

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts import access
from accounts.access import SeatRequest
from accounts.domain.seats import SeatKind
from evaluation.actions import clarifying
from evaluation.forms.judging import AnswerForm
from evaluation.queries import asking
from kernel import clock, exports, pages
from tender import queries as tender


@access.seats(SeatKind.BIDDER)
@require_safe
@never_cache
def clarifications(request: SeatRequest) -> HttpResponse:
    """List the questions that committees put to this bidder."""
    rows = [(row, tender.lot(row.session.lot_id)) for row in asking.access_clarifications(request.seat)]
    if request.GET.get("format") == "csv":
        lines = (
            [lot.code, row.question, row.asked_at, row.due_at, row.answer, row.answered_at]
            for row, lot in rows
        )
        columns = ["lot", "question", "asked_at", "due_at", "answer", "answered_at"]
        return exports.csv_response("clarifications", columns, lines)
    return render(request, "evaluation/clarifications.html", {"rows": rows, "section": "desk"})


@access.seats(SeatKind.BIDDER)
@never_cache
def clarification(request: SeatRequest, clarification_id: uuid.UUID) -> HttpResponse:
    """Show a question, and take the answer."""
    row = asking.access_clarification(request.seat, clarification_id)
    form = AnswerForm(request.POST if request.method == "POST" else None)
    answer = pages.submit(
        request,
        form,
        lambda: clarifying.answer(request.seat, clarification_id, form.cleaned_data["text"], now=clock.now()),
        said=_("The committee has your answer."),
        then="clarifications",
    )
    now = clock.now()
    context = {
        "row": row,
        "lot": tender.lot(row.session.lot_id),
        "form": form,
        "open": row.answered_at is None and now < row.due_at,
        "section": "desk",
    }
    return answer or pages.show(request, "evaluation/clarification.html", context, form)
