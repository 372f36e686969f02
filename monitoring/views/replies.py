"""What the firms of a case see: their own question, the evidence shown to them, their own reply, and nothing else."""

import uuid

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts import access
from accounts.access import SeatRequest
from accounts.domain.seats import SeatKind
from kernel import clock, pages
from monitoring import downloads, policies
from monitoring.actions import hearing
from monitoring.domain.cases import Upload
from monitoring.forms.cases import ReplyForm
from monitoring.queries import cases as reading


@access.seats(SeatKind.BIDDER)
@require_safe
@never_cache
def questions(request: SeatRequest) -> HttpResponse:
    """List what the regulator asked the bidder's own firm."""
    found = reading.access_questions(request.seat)
    context = {"page": pages.page_of(request, found), "section": "desk"}
    return render(request, "monitoring/questions.html", context)


@access.seats(SeatKind.BIDDER)
@never_cache
def question(request: SeatRequest, question_id: uuid.UUID) -> HttpResponse:
    """Show a question to the firm that is asked, and take its one reply."""
    reading.access_question(request.seat, question_id)
    form = ReplyForm(*pages.posted(request))

    def reply() -> None:
        file = form.cleaned_data["file"]
        upload = Upload(file.name, file.read()) if file else None
        hearing.reply(request.seat, question_id, form.cleaned_data["text"], upload, now=clock.now())

    answer = pages.submit(
        request, form, reply, said=_("Your reply lies before the regulator."), then=request.path
    )
    if answer is not None:
        return answer
    line = reading.access_question(request.seat, question_id)
    context = {
        "line": line,
        "shown": reading.shown(line),
        "question": line.question,
        "reply": line.reply,
        "form": form,
        "rule": policies.CASE_HEARING,
        "section": "desk",
    }
    return pages.show(request, "monitoring/question.html", context, form)


@access.seats(SeatKind.BIDDER)
@require_safe
@never_cache
def evidence(request: SeatRequest, question_id: uuid.UUID, number: int) -> HttpResponseBase:
    """Give a piece of evidence to the firm that is shown it."""
    row = reading.access_shown(request.seat, question_id, number)
    if row.data is not None:
        return downloads.data_response(row.data, row.name, row.sha256)
    return downloads.file_response(row.sha256, row.name, row.size)
