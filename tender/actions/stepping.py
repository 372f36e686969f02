"""Steps of a lot through its lifecycle, by compare-and-swap; the only writer of a lot's status."""

import uuid
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from kernel import journal, outbox
from kernel.domain import canonical
from kernel.domain.refusals import Refused, RefusedError, require
from tender import policies, queries
from tender.domain import lifecycle
from tender.domain.lifecycle import Lever, LotState
from tender.events import LotStepped
from tender.models import Lot
from tender.queries import LotRecord


def lock(lot_id: uuid.UUID) -> Lot:
    """Lock a lot's row until the transaction ends; all that changes a lot takes this lock first."""
    return Lot.objects.select_for_update(of=("self",)).select_related("project").get(pk=lot_id)


def step(
    lot_id: uuid.UUID,
    lever: Lever,
    *,
    actor: str,
    now: datetime,
    payload: dict[str, Any] | None = None,
) -> LotRecord:
    """Move a lot by a lever; raises RefusedError when its state or a pause forbids it."""
    with transaction.atomic():
        row = lock(lot_id)
        before = queries.lot(lot_id)
        require(policies.may_step(before, lever))
        found = lifecycle.LOT.step(before.status, lever)
        moved = Lot.objects.filter(pk=lot_id, status=row.status).update(status=found.target, status_at=now)
        if not moved:
            raise RefusedError(Refused("L-01", "moved_meanwhile", {"status": row.status}))
        public = found.target not in queries.DRAFTS and (before.is_public or lever is Lever.PUBLISH)
        journal.record(
            "tender:lot:status",
            actor=actor,
            at=now,
            lot=lot_id,
            org="" if public else before.procuring_entity.credit_code,
            public=public,
            payload={
                "lot": str(lot_id),
                "from": str(found.source),
                "to": str(found.target),
                "lever": str(lever),
                "at": canonical.instant(now),
                **(payload or {}),
            },
        )
        outbox.publish(
            LotStepped(lot=lot_id, source=str(found.source), lever=str(lever), target=str(found.target))
        )
    return queries.lot(lot_id)


def close_due(lot_id: uuid.UUID, *, now: datetime) -> None:
    """Close a lot at its nominal deadline, whenever the ticker comes to it."""
    with transaction.atomic():
        row = lock(lot_id)
        if row.status != LotState.PUBLISHED or row.deadline is None or row.deadline > now:
            return
        step(lot_id, Lever.CLOSE, actor=journal.SYSTEM, now=row.deadline)


def decide_due(lot_id: uuid.UUID, *, now: datetime) -> None:
    """End the publication of candidates at its nominal end."""
    with transaction.atomic():
        row = lock(lot_id)
        found = queries.publication(lot_id, "candidates")
        due = found.until if found else None
        if row.status != LotState.CANDIDATES_PUBLIC or due is None or due > now:
            return
        if queries.lot(lot_id).pauses:
            return
        step(lot_id, Lever.END_PUBLICATION, actor=journal.SYSTEM, now=due)


def share(lot_id: uuid.UUID) -> None:
    """Hold a lot as it is against those who change it, beside others who hold it; the caller's transaction."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM tender_lot WHERE id = %s FOR SHARE", [lot_id])
