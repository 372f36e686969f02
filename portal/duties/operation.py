"""Tasks that follow from running the platform: years to enter, a clock to vouch for."""

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.domain.seats import SeatKind
from accounts.queries import Holder
from deposits.domain import wording as deposits
from kernel import clock_alarms, tasks_for_operator
from portal.duties.base import Task
from portal.names import name_of

VOUCHERS = frozenset({SeatKind.OPERATOR, SeatKind.WITNESS})
"""Seats whose words resolve an alarm of the clock: two people, never one."""


def tasks(holder: Holder, *, now: datetime) -> list[Task]:  # noqa: ARG001 - the signature of all contributors
    """Return what an operator must mend, and an alarm of the clock."""
    found = []
    alarm = clock_alarms.open_alarm() if holder.kind in VOUCHERS else None
    if alarm is not None:
        found.append(
            Task(
                title=_("Resolve the alarm of the clock: %(why)s") % {"why": name_of(alarm.reason, "clock")},
                url=reverse("clock"),
                rule="A-07",
                tone="bad",
            )
        )
    if holder.kind is SeatKind.OPERATOR:
        found += [_task(row) for row in tasks_for_operator.open_tasks()]
    return found


def _task(row: Any) -> Task:
    if row.kind in deposits.OPERATOR_TASKS:
        title = _(deposits.OPERATOR_TASKS[row.kind])
        lot = str(row.facts.get("lot", ""))
        return Task(title=title, url=reverse("institutions"), lot=lot, tone="warn")
    if row.kind == "calendar_year":
        title = _("Enter the holidays of %(year)s") % {"year": row.facts.get("year", "")}
        return Task(title=title, url=reverse("calendar"), rule="D-06", tone="warn")
    return Task(
        title=_("Look at the operator's task: %(kind)s") % {"kind": row.kind}, url=reverse("calendar")
    )
