"""What keeps the platform honest day by day: working calendar, clock, and the journal for its auditor."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts import access
from accounts.access import SeatRequest
from accounts.domain.seats import SeatKind
from kernel import announced_years, clock, clock_alarms, exports, journal_reading, pages, tasks_for_operator
from portal import vouching
from portal.duties.operation import VOUCHERS
from portal.forms import ClockForm, JournalFilter, YearForm

EXPORT_ROWS = 10_000
JOURNAL_ROWS = 50


@access.seats(SeatKind.OPERATOR)
def calendar(request: SeatRequest) -> HttpResponse:
    """Show the announced years and enter one."""
    form = YearForm(request.POST if request.method == "POST" else None)
    answer = pages.submit(
        request,
        form,
        lambda: announced_years.announce(**form.cleaned_data, actor=request.seat.actor, now=clock.now()),
        said=_("The year is entered; periods that run into it are computed from now on."),
        then="calendar",
        unfit=(announced_years.YearError,),
    )
    context = {
        "form": form,
        "years": announced_years.years(),
        "tasks": tasks_for_operator.open_tasks(),
        "section": "desk",
    }
    return answer or pages.show(request, "portal/calendar.html", context, form)


@access.seats(*VOUCHERS)
def clock_page(request: SeatRequest) -> HttpResponse:
    """Show the health of the clock, and take one of the two words that resolve an alarm."""
    alarm = clock_alarms.open_alarm()
    form = ClockForm(request.POST if request.method == "POST" and alarm else None)
    answer = None
    if alarm is not None:
        answer = pages.submit(
            request,
            form,
            lambda: vouching.vouch(
                request.seat, alarm.pk, alarm.first_by, form.cleaned_data["reason"], now=clock.now()
            ),
            said=_("Your word is recorded."),
            then="clock",
        )
    context = {"alarm": alarm, "health": clock.health(), "form": form, "section": "desk"}
    return answer or pages.show(request, "portal/clock.html", context, form)


@access.seats(SeatKind.AUDITOR)
@require_safe
def journal(request: SeatRequest) -> HttpResponse:
    """Show who did what when, read-only."""
    narrowed = JournalFilter(request.GET)
    found = journal_reading.acts(narrowed.asked())
    if request.GET.get("format") == "csv":
        columns = ["at", "act", "actor", "lot", "chain", "seq", "entry_hash", "payload_sha256"]
        lines = (
            [a.at, a.tag, a.actor, a.lot, a.chain, a.seq, a.hash, a.payload_sha256]
            for a in found[:EXPORT_ROWS]
        )
        return exports.csv_response("journal", columns, lines)
    context = {
        "page": pages.page_of(request, found, JOURNAL_ROWS),
        "filter": narrowed,
        "section": "desk",
    }
    return render(request, "portal/journal.html", context)
