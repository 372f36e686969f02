"""The regulator's cases: the list, a new one, and the page of a case from which all its acts are done."""

import uuid
from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts import access, queries as accounts
from accounts.access import SeatRequest
from accounts.domain.seats import SeatKind
from accounts.queries import Holder
from kernel import clock, exports, pages
from monitoring import downloads, policies
from monitoring.actions import cases as acts
from monitoring.domain.cases import Todo, code
from monitoring.domain.lifecycle import CASE, GATHERING, RUNNING
from monitoring.forms.cases import CaseFilterForm, ProposeForm
from monitoring.models import Alert, Case
from monitoring.queries import cases as reading
from monitoring.queries.cases import CaseLine
from monitoring.views.case_acts import ACTS

COLUMNS = ["case", "status", "lots", "handler", "proposed_at", "due_at", "outcome", "closed_at"]
RULES: Mapping[Todo, str] = {
    Todo.CONFIRM: policies.CASE_STEPS,
    Todo.AWAIT_CONFIRM: policies.CASE_STEPS,
    Todo.INVESTIGATE: policies.CASE_EVIDENCE,
    Todo.AWAIT_REPLIES: policies.CASE_HEARING,
    Todo.GO_ON: policies.CASE_HEARING,
    Todo.HAND_OVER: policies.CASE_HAND_OVER,
    Todo.AWAIT_HAND_OVER: policies.CASE_HAND_OVER,
    Todo.AFTER_CONFERENCE: policies.CASE_CONFERENCE,
    Todo.PROPOSE_CLOSING: policies.CASE_STEPS,
    Todo.CONFIRM_CLOSING: policies.CASE_STEPS,
    Todo.AWAIT_CLOSING: policies.CASE_STEPS,
    Todo.NOTHING: "",
}
"""The rule under which each next step is done."""
WAITS = (
    Todo.AWAIT_CONFIRM,
    Todo.AWAIT_REPLIES,
    Todo.AWAIT_HAND_OVER,
    Todo.AWAIT_CLOSING,
    Todo.NOTHING,
)
"""Steps at which nobody who looks has anything to do."""


@access.seats(SeatKind.SUPERVISOR)
@require_safe
@never_cache
def cases(request: SeatRequest) -> HttpResponse:
    """List the cases with what comes next in each, narrowed as asked, with its export."""
    form = CaseFilterForm(request.GET)
    found = reading.access_cases(request.seat, form.narrowed(), now=clock.now())
    if request.GET.get("format") == "csv":
        return exports.csv_response("cases", COLUMNS, (_cells(line) for line in found))
    context = {"filter": form, "page": pages.page_of(request, found), "section": "desk"}
    return render(request, "monitoring/cases.html", context)


def _cells(line: CaseLine) -> list[Any]:
    row, lots = line.case, " ".join(lot.code for lot in line.lots)
    handler = line.handler.person or line.handler.username
    return [line.code, row.status, lots, handler, row.proposed_at, row.due_at, row.outcome, row.closed_at]


@access.seats(SeatKind.SUPERVISOR)
@never_cache
def new(request: SeatRequest) -> HttpResponse:
    """Propose a case on alerts, those of the alert or lot from which the supervisor comes first."""
    named, lots = _ids(request, "alert"), _ids(request, "lot")
    lines = reading.candidates(request.seat, named, lots)
    form = ProposeForm(request.POST or None, lines, [str(each) for each in named])

    def propose() -> uuid.UUID:
        chosen = [uuid.UUID(each) for each in form.cleaned_data["alerts"]]
        return acts.propose(request.seat, chosen, form.cleaned_data["reason"], now=clock.now())

    answer = pages.submit(
        request,
        form,
        propose,
        said=_("The case lies before another supervisor."),
        then=lambda made: reverse("monitoring-case", args=[made]),
    )
    context = {"form": form, "lines": lines, "section": "desk"}
    return answer or pages.show(request, "monitoring/case_new.html", context, form)


def _ids(request: SeatRequest, name: str) -> list[uuid.UUID]:
    """Return the ids that the address names; what is none names nothing."""
    found = []
    for text in request.GET.getlist(name):
        try:
            found.append(uuid.UUID(text))
        except ValueError:
            continue
    return found


@access.seats(SeatKind.SUPERVISOR)
@never_cache
def case(request: SeatRequest, case_id: uuid.UUID) -> HttpResponse:
    """Show a case with what comes next, and do the act whose form is posted."""
    line = reading.access_case(request.seat, case_id, now=clock.now())
    name = request.POST.get("act", "") if request.method == "POST" else ""
    forms = {each: doing.form(request.seat, line, None, None) for each, doing in ACTS.items()}
    offers = {name for name in ("assign", "closing") if forms[name].offers}
    posted, answer = None, None
    if name in ACTS:
        doing = ACTS[name]
        form = forms[name] = posted = doing.form(request.seat, line, request.POST, request.FILES)
        answer = pages.submit(
            request,
            form,
            lambda: doing.act(request.seat, case_id, form),
            said=_(doing.said),
            then=request.path,
        )
    if answer is not None:
        return answer
    line = reading.access_case(request.seat, case_id, now=clock.now())
    context = {
        **_shown(request, line),
        "forms": forms,
        "posted": posted,
        "posted_name": name,
        "offers": offers,
    }
    return pages.show(request, "monitoring/case.html", context, posted)


def _shown(request: SeatRequest, line: CaseLine) -> dict[str, Any]:
    row = line.case
    handles = row.handler_id == request.seat.id
    return {
        "line": line,
        "case": row,
        "indications": [each for each in line.alerts if each.alert.kind == Alert.Kind.INDICATION],
        "statistics": [each for each in line.alerts if each.alert.kind == Alert.Kind.STATISTICAL],
        "evidence": reading.evidence(row),
        "questions": reading.questions(row),
        "conferences": reading.conferences(row),
        "acts": _told(row),
        "people": _people(row),
        "handles": handles,
        "mine": line.next.todo not in WAITS and (handles or not line.next.of_handler),
        "rule": RULES[line.next.todo],
        "levers": {step.lever for step in CASE.levers(row.status)},
        "may_attach": handles and row.status in GATHERING,
        "may_assign": row.status in RUNNING,
        "section": "desk",
    }


def _people(row: Case) -> dict[str, Holder]:
    """Return who did what in a case, by the role that the page names."""
    roles = {"proposer": row.proposed_by_id, "decider": row.decided_by_id, "closer": row.closed_by_id}
    return {role: accounts.holder(seat) for role, seat in roles.items() if seat}


def _told(row: Case) -> list[dict[str, Any]]:
    """Return the acts of a case with who did each."""
    found = reading.acts(row)
    seats = {each.by_id: accounts.holder(each.by_id) for each in {one.by_id: one for one in found}.values()}
    return [{"act": each, "by": seats[each.by_id]} for each in found]


@access.seats(SeatKind.SUPERVISOR)
@require_safe
@never_cache
def evidence(request: SeatRequest, case_id: uuid.UUID, number: int) -> StreamingHttpResponse:
    """Give a piece of evidence to a supervisor."""
    row = reading.access_evidence(request.seat, case_id, number)
    return downloads.file_response(row.sha256, row.name, row.size)


@access.seats(SeatKind.SUPERVISOR)
@require_safe
@never_cache
def reply_file(request: SeatRequest, case_id: uuid.UUID, question_id: uuid.UUID) -> StreamingHttpResponse:
    """Give the file of a firm's reply to a supervisor."""
    row = reading.access_reply(request.seat, case_id, question_id)
    return downloads.file_response(row.sha256, row.name, row.size or 0)


@access.seats(SeatKind.SUPERVISOR)
@require_safe
@never_cache
def package(request: SeatRequest, case_id: uuid.UUID, sha256: str) -> StreamingHttpResponse:
    """Give a hand-over package to a supervisor."""
    row = reading.access_package(request.seat, case_id, sha256)
    return downloads.zip_response(row.sha256, f"{code(str(case_id))}.zip", row.size)
