"""The workbench of a seat."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts import access
from accounts.access import SeatRequest
from kernel import clock, exports
from portal import workbench


@access.seats()
@require_safe
def home(request: SeatRequest) -> HttpResponse:
    """Answer what the seat must do next, until when, under which rule."""
    tasks = workbench.tasks_of(request.seat, now=clock.now())
    if request.GET.get("format") == "csv":
        lines = ([t.title, t.lot, t.until, t.rule, t.note] for t in tasks)
        return exports.csv_response("tasks", ["task", "lot", "until", "rule", "note"], lines)
    context = {
        "first": tasks[0] if tasks else None,
        "tasks": tasks[1:],
        "places": workbench.PLACES[request.seat.kind],
        "section": "desk",
    }
    return render(request, "portal/desk.html", context)
