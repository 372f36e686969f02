"""The workbench of every seat: its tasks from all apps, the most urgent first, and the pages it works on.

An app adds a contributor to `CONTRIBUTORS` (holder, now -> tasks) and its pages to `PLACES`.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

from django.utils.translation import gettext_noop as _

from accounts.domain.seats import SeatKind
from accounts.queries import Holder
from portal.duties import accounts, bidding, deposits, evaluation, monitoring, operation, tender
from portal.duties.base import Task

CONTRIBUTORS: Sequence[Callable[..., list[Task]]] = (
    operation.tasks,
    tender.tasks,
    bidding.tasks,
    deposits.tasks,
    evaluation.tasks,
    monitoring.tasks,
    accounts.tasks,
)

_NEVER = datetime.max.replace(tzinfo=UTC)
_URGENCY = {"bad": 0, "warn": 1}
_DRAFTING = (("desk-lots", _("Lots")), ("desk-projects", _("Projects")), ("objections", _("Objections")))
_PUBLIC = (("notices", _("Notices")), ("results", _("Results")))

PLACES: Mapping[SeatKind, Sequence[tuple[str, str]]] = {
    SeatKind.CLERK: _DRAFTING,
    SeatKind.AGENCY: _DRAFTING,
    SeatKind.REVIEWER: _DRAFTING,
    SeatKind.HOST: _DRAFTING,
    SeatKind.BIDDER: (
        ("own-bids", _("My bids")),
        ("own-deposits", _("My deposits")),
        ("clarifications", _("Questions of committees")),
        ("own-cases", _("Questions of the regulator")),
        *_PUBLIC,
    ),
    SeatKind.EXPERT: (("invitations", _("Calls to evaluations")),),
    SeatKind.WITNESS: (("sittings", _("Sittings")), *_PUBLIC, ("clock", _("Clock"))),
    SeatKind.CUSTODIAN: (("custody", _("Lots in your custody")),),
    SeatKind.SUPERVISOR: (("monitoring", _("Flags")), ("monitoring-cases", _("Cases")), *_PUBLIC),
    SeatKind.ISSUER: (("issued-guarantees", _("Issued guarantees")), ("guarantees", _("Guarantee fees"))),
    SeatKind.OPERATOR: (
        ("organisations", _("Organisations")),
        ("seats", _("Seats")),
        ("trust", _("Trusted roots")),
        ("institutions", _("Issuers and bank")),
        ("pool", _("Pool of experts")),
        ("sites", _("Sites")),
        ("calendar", _("Working calendar")),
        ("clock", _("Clock")),
    ),
    SeatKind.AUDITOR: (("journal", _("Journal")), ("seats", _("Seats"))),
    SeatKind.ARCHIVIST: _PUBLIC,
}
"""The pages of each kind of seat: route name and English message id."""


def tasks_of(holder: Holder, *, now: datetime) -> list[Task]:
    """Return all that a seat must do, overdue and nearest first, what concerns no lot last."""
    found = [task for contribute in CONTRIBUTORS for task in contribute(holder, now=now)]
    return sorted(
        found,
        key=lambda task: (
            _URGENCY.get(task.tone, 2),
            task.until or _NEVER,
            not task.lot,
            task.lot,
            task.title,
        ),
    )
