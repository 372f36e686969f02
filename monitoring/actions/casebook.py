"""What every act on a case shares: its lock, its guard, its entry in the platform's chain, its messages."""

import unicodedata
import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.http import Http404

from accounts import actions as account_actions, queries as accounts
from accounts.domain.seats import SeatKind
from accounts.policies import four_eyes
from accounts.queries import Holder
from kernel import journal
from kernel.domain import canonical
from kernel.domain.refusals import require
from monitoring import policies
from monitoring.domain import cases
from monitoring.domain.lifecycle import CASE, CaseLever
from monitoring.models import Case, CaseAct
from monitoring.queries import as_regulator, cases as reading


def clean(text: str) -> str:
    """Return a text as it is kept: in one form of Unicode, without blanks around it."""
    return unicodedata.normalize("NFC", text).replace("\r\n", "\n").strip()


def lock(by: Holder, case_id: uuid.UUID) -> Case:
    """Hold a case for a supervisor; 404 for everybody else."""
    as_regulator(by)
    row = Case.objects.select_for_update().filter(pk=case_id).first()
    if row is None:
        raise Http404
    return row


def handled(by: Holder, case_id: uuid.UUID) -> Case:
    """Hold a case for its handler; refused to other supervisors, 404 for everybody else."""
    row = lock(by, case_id)
    require(policies.is_handler(row, by))
    return row


def second(by: Holder, row: Case) -> None:
    """Refuse unless another person than the proposer decides."""
    require(four_eyes(reading.proposer(row), by))


def step(row: Case, lever: CaseLever) -> str:
    """Return the state to which a lever leads; refused where it does not follow."""
    require(policies.may_step(row, lever))
    return str(CASE.step(row.status, lever).target)


def record(
    by: Holder,
    row: Case,
    verb: str,
    payload: dict[str, Any],
    *,
    now: datetime,
    words: str = "",
    org: str = "",
) -> None:
    """Write an act into the platform's chain and into the case: a lot's own chain goes into dossiers.

    The payload holds ids and hashes and never a firm; `org` keeps a firm's own act from the journal's readers,
    who would learn from its actor whom a case concerns.
    """
    told = {"case": str(row.pk), **payload}
    if words:
        told["words"] = canonical.sha256(words.encode())
    entry = journal.record(f"monitoring:case:{verb}", actor=by.actor, at=now, payload=told, org=org)
    CaseAct.objects.create(
        case=row,
        verb=verb,
        by_id=by.id,
        at=now,
        words=words,
        payload=told,
        payload_sha256=entry.payload_sha256,
        entry=entry.pk,
    )


def others(by: Holder) -> list[Holder]:
    """Return the supervisors who may decide what this one proposes."""
    return [each for each in accounts.holders(kind=SeatKind.SUPERVISOR) if four_eyes(by, each)]


def tell(
    seats: Iterable[Holder],
    kind: str,
    row: Case,
    *,
    key: str,
    now: datetime,
    rule: str = policies.CASE_STEPS,
) -> None:
    """Write a message about a case to supervisors; only they get its name and address."""
    for each in seats:
        account_actions.notify(
            each.id,
            kind,
            key=key,
            now=now,
            facts={"case": cases.code(str(row.pk))},
            link=f"/desk/monitoring/cases/{row.pk}/",
            rule=rule,
        )
