"""What a regulator has to look at next, and what a firm is asked, for the workbench."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _, ngettext

from accounts.domain.seats import SeatKind
from accounts.policies import FOUR_EYES
from accounts.queries import Holder
from monitoring import policies, queries
from monitoring.domain import case_names
from monitoring.domain.cases import Todo
from monitoring.models import Alert
from monitoring.queries import cases
from monitoring.queries.cases import CaseLine

CASE_TASKS = {
    Todo.CONFIRM: (FOUR_EYES, "warn"),
    Todo.CONFIRM_CLOSING: (FOUR_EYES, "warn"),
    Todo.INVESTIGATE: (policies.CASE_EVIDENCE, "info"),
    Todo.GO_ON: (policies.CASE_HEARING, "warn"),
    Todo.HAND_OVER: (policies.CASE_HAND_OVER, "warn"),
    Todo.AFTER_CONFERENCE: (policies.CASE_CONFERENCE, "info"),
    Todo.PROPOSE_CLOSING: (policies.CASE_STEPS, "info"),
}
"""Steps of a case that are somebody's task: under which rule, in which tone."""


@dataclass(frozen=True, slots=True)
class Duty:
    """One thing to do; the fields are those of the workbench's tasks."""

    title: str
    url: str
    lot: str = ""
    until: datetime | None = None
    rule: str = ""
    note: str = ""
    tone: str = "info"


def tasks(holder: Holder, *, now: datetime) -> list[Duty]:
    """Return unseen indications and cases to a supervisor (statistics alone make no task), questions to a firm."""
    if holder.kind is SeatKind.BIDDER:
        return _to_reply(holder)
    if holder.kind is not SeatKind.SUPERVISOR:
        return []
    found = [duty for line in cases.waiting(holder, now=now) for duty in _of_case(line, holder)]
    unseen = queries.unseen(Alert.Kind.INDICATION)
    if unseen:
        title = ngettext("Look at %(n)s new indication", "Look at %(n)s new indications", unseen)
        url = reverse("monitoring")
        found.append(Duty(title % {"n": unseen}, url, rule=policies.REGULATOR_LOOKS, tone="warn"))
    return found


def _of_case(line: CaseLine, holder: Holder) -> list[Duty]:
    todo = line.next.todo
    if todo not in CASE_TASKS or (line.next.of_handler and line.case.handler_id != holder.id):
        return []
    rule, tone = CASE_TASKS[todo]
    title = f"{line.code} · {_(case_names.TODOS[todo])}"
    lots = " ".join(lot.code for lot in line.lots)
    url = reverse("monitoring-case", args=[line.case.pk])
    return [Duty(title, url, lot=lots, rule=rule, note=_(case_names.TODO_NOTES[todo]), tone=tone)]


def _to_reply(holder: Holder) -> list[Duty]:
    return [
        Duty(
            _("Reply to the regulator's question"),
            reverse("own-case", args=[line.question.pk]),
            lot=" ".join(lot.code for lot in line.lots),
            until=line.question.due_at,
            rule=policies.CASE_HEARING,
            note=_("Being asked is no finding."),
            tone="warn",
        )
        for line in cases.access_questions(holder)
        if line.open
    ]
