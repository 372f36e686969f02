"""Feedback: what closed cases teach, shown beside what scores now, before a person adopts it."""

import uuid

from django.http import HttpResponse, StreamingHttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts import access
from accounts.access import SeatRequest
from accounts.domain.seats import SeatKind
from kernel import clock, pages
from monitoring import downloads
from monitoring.actions import teaching
from monitoring.domain.lifecycle import LESSON
from monitoring.forms.lessons import DecisionForm
from monitoring.queries import lessons as reading

ACTS = {"adopt": teaching.adopt, "refuse": teaching.refuse, "withdraw": teaching.withdraw}


@access.seats(SeatKind.SUPERVISOR)
@never_cache
def lessons(request: SeatRequest) -> HttpResponse:
    """List the markets with their labels and learned models; ask for a new one."""
    found = reading.access_lessons(request.seat)
    form = pages.Form(request.POST or None)
    wanted = request.POST.get("market", "")
    known = {f"{each.regime}-{each.category}": each for each in found}
    answer = None
    if wanted in known:
        market = known[wanted]
        answer = pages.submit(
            request,
            form,
            lambda: teaching.ask(request.seat, market.regime, market.category, now=clock.now()),
            said=_("The model is being learned; it appears here when it is done."),
            then=request.path,
        )
    context = {"markets": found, "form": form, "section": "desk"}
    return answer or pages.show(request, "monitoring/lessons.html", context, form)


@access.seats(SeatKind.SUPERVISOR)
@never_cache
def lesson(request: SeatRequest, lesson_id: uuid.UUID) -> HttpResponse:
    """Show a model's figures beside those of what scores now; adopt, refuse or withdraw it with a reason."""
    row = reading.access_lesson(request.seat, lesson_id)
    form = DecisionForm(request.POST or None)
    act = ACTS.get(request.POST.get("act", ""))
    answer = None
    if act is not None:
        answer = pages.submit(
            request,
            form,
            lambda: act(request.seat, lesson_id, form.cleaned_data["reason"], now=clock.now()),
            said=_("The decision is kept with the model."),
            then=request.path,
        )
    names = list(row.figures.get("learned", {}))
    context = {
        "lesson": row,
        "names": names,
        "rows": [(order, [each.get(name) for name in names]) for order, each in row.figures.items()],
        "may": [step.lever.value for step in LESSON.levers(row.status) if step.lever.value in ACTS],
        "acts": reading.acts(row),
        "form": form,
        "section": "desk",
    }
    return answer or pages.show(request, "monitoring/lesson.html", context, form)


@access.seats(SeatKind.SUPERVISOR)
@require_safe
@never_cache
def model(request: SeatRequest, lesson_id: uuid.UUID) -> StreamingHttpResponse:
    """Give a learned model as the file that `score --model` reads."""
    row = reading.access_learned(request.seat, lesson_id)
    return downloads.file_response(row.sha256, f"model-{row.sha256[:12]}.skops", row.size or 0)
