"""Which work an event owes: screens, suspicion and comparison after the opening, dossiers in some states, nights."""

import uuid
from datetime import date, datetime

from django.db import transaction

from accounts.queries import Holder
from kernel import journal
from monitoring import queries
from monitoring.actions import jobs
from monitoring.dossier.editions import AUDIT, PUBLIC
from monitoring.models import DossierFile, Job
from tender.domain.lifecycle import EXITS, LotState

PUBLIC_IN = EXITS | {
    LotState.OPENED,
    LotState.CANDIDATES_PUBLIC,
    LotState.RESULT_PUBLIC,
    LotState.AWARDED,
    LotState.CONTRACTED,
}
"""States in which a new public edition is made; in other states on request."""
AUDIT_IN = EXITS | {LotState.RESULT_PUBLIC, LotState.CONTRACTED}
"""States in which a new auditors' edition is made: it holds every container, so it is made less often."""


def after_opening(lot_id: uuid.UUID, *, now: datetime) -> None:
    """Owe the screens, the suspicion and the comparison of an opened lot."""
    for kind in (Job.Kind.SCREENS, Job.Kind.SUSPICION, Job.Kind.COMPARISON):
        jobs.ask(kind, lot_id, key=str(lot_id), now=now)


def night(day: date, *, now: datetime) -> bool:
    """Owe the scoring of all opened lots in a night; a night is owed once."""
    with transaction.atomic():
        jobs.ask(Job.Kind.NIGHT, None, key=day.isoformat(), now=now)
    return True


def after_payments(lot_id: uuid.UUID, *, now: datetime) -> None:
    """Owe the comparison of an opened lot again; before the opening nothing is compared."""
    if queries.is_opened(lot_id):
        jobs.ask(Job.Kind.COMPARISON, lot_id, key=str(lot_id), now=now)


def after_step(lot_id: uuid.UUID, state: str, *, now: datetime) -> None:
    """Owe the dossiers that a state asks for."""
    for edition, states in ((PUBLIC, PUBLIC_IN), (AUDIT, AUDIT_IN)):
        if state in states:
            ask_dossier(lot_id, edition, actor=journal.SYSTEM, now=now)


def request_dossier(by: Holder, lot_id: uuid.UUID, edition: str, *, now: datetime) -> None:
    """Ask for an edition of a lot's dossier as it stands now; an open request is asked once."""
    queries.access_dossier_lot(by, lot_id)
    ask_dossier(lot_id, edition, actor=by.actor, now=now)


def ask_dossier(lot_id: uuid.UUID, edition: str, *, actor: str, now: datetime) -> DossierFile:
    """Owe an edition of a lot's dossier; returns the row that will hold it."""
    with transaction.atomic():
        row = queries.open_request(lot_id, edition)
        if row is None:
            row = DossierFile.objects.create(lot_id=lot_id, edition=edition, asked_by=actor, asked_at=now)
        jobs.ask(Job.Kind.DOSSIER, lot_id, key=str(row.pk), now=now)
    return row
