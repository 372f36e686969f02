"""The stage of a hall: its row under lock, its steps, and what is told to each audience."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from bidding.domain.lifecycle import HALL, HallLever
from bidding.events import HallStepped
from bidding.models import Draw, Hall
from kernel import journal, live, outbox
from kernel.domain import canonical
from tender.actions import stepping
from tender.queries import LotRecord

AUDIENCES = ("public", "bidder", "host", "witness", "supervisor")
OFFICERS = ("host", "witness", "supervisor")
LATE = timedelta(seconds=5)
"""A step that the ticker wrote down later than this gives the next one its whole time from then on."""


def hold(lot_id: uuid.UUID) -> Hall:
    """Lock a lot and its hall until the transaction ends; all that changes a hall takes this lock first."""
    stepping.lock(lot_id)
    return Hall.objects.select_for_update().get(pk=lot_id)


def minutes(record: LotRecord, key: str) -> timedelta:
    """Return a time that the lot's edition gives in minutes."""
    return timedelta(minutes=record.edition.rule(key).count())


def step(
    hall: Hall,
    lever: HallLever,
    *,
    now: datetime,
    nominal: datetime | None = None,
    due_after: timedelta | None = None,
    actor: str = journal.SYSTEM,
) -> None:
    """Move a hall on by a lever, journal and announce it; the caller holds its row.

    `nominal` is the instant at which the step was due; a step that comes late gives the next its whole time.
    """
    at = nominal or now
    begins = at if now - at <= LATE else now
    moved = HALL.step(hall.step, lever)
    hall.step, hall.since = moved.target, at
    hall.due_at = begins + due_after if due_after is not None else None
    hall.save(update_fields=["step", "since", "due_at"])
    data = {
        "step": str(hall.step),
        "since": canonical.instant(at),
        "due_at": canonical.instant(hall.due_at) if hall.due_at else None,
    }
    log(
        hall.pk, "bidding:hall:step", {"from": str(moved.source), "lever": lever, **data}, now=at, actor=actor
    )
    announce(hall.pk, "step", data, at=at)
    outbox.publish(HallStepped(lot=hall.pk, step=str(hall.step)))


def shift(hall: Hall, span: timedelta) -> None:
    """Give a step more time, its draws too; the caller saves the hall's `due_at`."""
    if hall.due_at is not None:
        hall.due_at += span
    for row in Draw.objects.filter(lot_id=hall.pk, purpose="coefficient", drawn_at__isnull=True):
        for name in ("commit_due_at", "reveal_due_at"):
            if getattr(row, name) is not None:
                setattr(row, name, getattr(row, name) + span)
        row.save(update_fields=["commit_due_at", "reveal_due_at"])


def log(
    lot_id: uuid.UUID,
    tag: str,
    payload: dict[str, Any],
    *,
    now: datetime,
    actor: str = journal.SYSTEM,
    public: bool = True,
) -> None:
    """Journal an act of the hall in the lot's own chain; the payload begins with the lot."""
    journal.record(
        tag, actor=actor, at=now, lot=lot_id, public=public, payload={"lot": str(lot_id), **payload}
    )


def announce(
    lot_id: uuid.UUID,
    kind: str,
    data: dict[str, Any],
    *,
    at: datetime,
    more: dict[str, dict[str, Any]] | None = None,
) -> None:
    """Announce an event to every audience of a hall; `more` adds what one audience alone may see."""
    for audience in AUDIENCES:
        shown = {**data, **(more or {}).get(audience, {})}
        live.announce(live.lot_audience(lot_id, audience), kind, shown, at=at)


def to_officers(data: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return `more` of `announce` for what host, witness and supervisor see and others do not."""
    return dict.fromkeys(OFFICERS, data)
