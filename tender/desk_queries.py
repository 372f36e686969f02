"""Reads for the workbenches: what a seat's lots wait for, and what the side that procures must answer."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.http import Http404

from accounts import queries as accounts
from accounts.domain.seats import PROCURING_SEATS, SeatKind
from accounts.queries import Holder, Party
from kernel.domain import canonical
from tender.domain.lifecycle import LotState, ObjectionState
from tender.models import Lot, LotCustodian, LotFile, LotOfficer, Objection, Project, Proposal
from tender.queries import own_side


@dataclass(frozen=True, slots=True)
class OwnLot:
    """A lot of one's own side as the workbench shows it; `waits` names the open proposals."""

    id: uuid.UUID
    project_id: uuid.UUID
    code: str
    title: str
    project: str
    status: LotState
    status_at: datetime
    deadline: datetime | None
    waits: frozenset[str]
    proposed_by: dict[str, str]
    returned: str


@dataclass(frozen=True, slots=True)
class Keeper:
    """A custodian of a lot: its role, who it is, and whether its key was given."""

    role: str
    party: Party
    seat: Holder
    recipient: str
    provided_at: datetime | None
    signature_sha256: str


def own_lots(reader: Holder) -> list[OwnLot]:
    """Return the lots of the side that procures, newest first, with what waits for a decision."""
    if reader.kind not in PROCURING_SEATS:
        return []
    rows = (
        Lot.objects.filter(own_side(reader))
        .select_related("project")
        .prefetch_related("proposals")
        .order_by("-created_at", "-number")
    )
    return [_own(row) for row in rows[:200]]


def own_lots_of(reader: Holder, project_id: uuid.UUID) -> list[OwnLot]:
    """Return the lots of one project."""
    return [lot for lot in own_lots(reader) if lot.project_id == project_id]


def access_own_project(reader: Holder, project_id: uuid.UUID) -> Project:
    """Return a project of the side that procures; else 404."""
    found = Project.objects.filter(pk=project_id).first()
    own = reader.organisation.id
    if (
        found is None
        or reader.kind not in PROCURING_SEATS
        or own not in (found.procuring_entity_id, found.agency_id)
    ):
        raise Http404
    return found


def own_objections(reader: Holder) -> list[Objection]:
    """Return the objections to the lots of one's own side, those that wait first, by their due instant."""
    if reader.kind not in PROCURING_SEATS:
        return []
    rows = Objection.objects.filter(lot__in=Lot.objects.filter(own_side(reader))).select_related("lot")
    return sorted(
        rows, key=lambda row: (row.status != ObjectionState.OPEN, row.due_at or row.raised_at, str(row.pk))
    )


def last_return(lot_id: uuid.UUID) -> Proposal | None:
    """Return the newest proposal that was sent back with a comment."""
    rows = Proposal.objects.filter(lot_id=lot_id, kind="publish", approved=False)
    return rows.order_by("-decided_at").first()


def files_of_draft(lot_id: uuid.UUID) -> list[LotFile]:
    """Return the files of a document, without those of addenda."""
    return list(LotFile.objects.filter(lot_id=lot_id, addendum=0).order_by("name"))


def officers(lot_id: uuid.UUID) -> dict[SeatKind, Holder]:
    """Return the officers of a lot by their duty."""
    rows = LotOfficer.objects.filter(lot_id=lot_id)
    return {SeatKind(row.duty): accounts.holder(row.seat_id) for row in rows}


def keepers(lot_id: uuid.UUID) -> list[Keeper]:
    """Return a lot's custodians."""
    return [_keeper(row) for row in LotCustodian.objects.filter(lot_id=lot_id).order_by("pk")]


def stored_terms(lot_id: uuid.UUID) -> dict[str, object]:
    """Return a draft's editable terms as they are stored."""
    found: dict[str, object] = Lot.objects.values_list("terms", flat=True).get(pk=lot_id)
    return found


def _own(row: Lot) -> OwnLot:
    opened = [p for p in row.proposals.all() if p.decided_at is None]
    back = [p for p in row.proposals.all() if p.kind == "publish" and p.approved is False and p.decided_at]
    newest = max(back, key=lambda p: p.decided_at or row.status_at, default=None)
    waiting = any(p.kind == "publish" for p in opened)
    return OwnLot(
        id=row.pk,
        project_id=row.project_id,
        code=row.code,
        title=row.title,
        project=row.project.title,
        status=LotState(row.status),
        status_at=row.status_at,
        deadline=row.deadline,
        waits=frozenset(p.kind for p in opened),
        proposed_by={p.kind: p.proposed_by for p in opened},
        returned=newest.comment if newest and not waiting else "",
    )


def _keeper(row: LotCustodian) -> Keeper:
    signature = bytes(row.signature) if row.signature else b""
    return Keeper(
        role=row.role,
        party=accounts.party(row.organisation_id),
        seat=accounts.holder(row.seat_id),
        recipient=row.recipient,
        provided_at=row.provided_at,
        signature_sha256=canonical.sha256(signature) if signature else "",
    )
