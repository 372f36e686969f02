"""Changing a published lot: addenda under four eyes, pauses with their legal reason, cancellation."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts import actions as account_actions, queries as accounts
from accounts.policies import FOUR_EYES, four_eyes
from accounts.queries import Holder
from kernel import journal, outbox, storage
from kernel.domain import canonical
from kernel.domain.refusals import Refused, RefusedError, require
from tender import policies, queries
from tender.actions.stepping import lock, step
from tender.domain import addenda
from tender.domain.lifecycle import Lever, PauseReason
from tender.domain.terms import Attachment
from tender.events import AddendumPublished, PauseChanged
from tender.models import Addendum, Lot, LotFile, Pause, Proposal

ADDENDUM = "addendum"
CANCEL = "cancel"


def propose_addendum(
    by: Holder,
    lot_id: uuid.UUID,
    *,
    now: datetime,
    text: str,
    deadline: datetime | None,
    affects_bids: bool,
    reseal: bool = False,
    changed: Sequence[str] = (),
    files: Sequence[tuple[str, bytes]] = (),
) -> None:
    """Lay an addendum before the reviewer; refused at once where the law would refuse it now."""
    stored = [{"name": n, "sha256": storage.put(d), "length": len(d)} for n, d in files]
    with transaction.atomic():
        row = lock(lot_id)
        content = {
            "seat": str(by.id),
            "text": text,
            "deadline": canonical.instant(deadline) if deadline else None,
            "affects_bids": affects_bids,
            "reseal": reseal,
            "changed": list(changed),
            "files": stored,
        }
        require(_judge(queries.lot(lot_id), content, now))
        if queries.proposal(lot_id, ADDENDUM) is not None:
            raise RefusedError(Refused(FOUR_EYES, "proposal_open", {"lot": row.code}))
        Proposal.objects.create(
            lot=row, kind=ADDENDUM, content=content, proposed_by=by.actor, proposed_at=now
        )


def publish_addendum(by: Holder, lot_id: uuid.UUID, *, now: datetime) -> int:
    """Publish the proposed addendum: log it, move T where it says so, tell all who obtained the document."""
    with transaction.atomic():
        row = lock(lot_id)
        proposal = queries.proposal(lot_id, ADDENDUM)
        if proposal is None:
            raise RefusedError(Refused(FOUR_EYES, "not_submitted", {}))
        content = proposal.content
        require(four_eyes(accounts.holder(uuid.UUID(content["seat"])), by))
        require(_judge(queries.lot(lot_id), content, now))
        number = row.addenda.count() + 1
        value = _build(row, content, number, now)
        Addendum.objects.create(
            lot=row,
            number=number,
            document=canonical.to_bytes(value),
            sha256=canonical.digest(value),
            published_at=now,
            reseal=content["reseal"],
        )
        for file in content["files"]:
            LotFile.objects.create(lot=row, addendum=number, added_at=now, **file)
        if value["deadline"]:
            row.deadline = canonical.parse_instant(value["deadline"])
            row.save(update_fields=["deadline"])
        proposal.decided_by, proposal.decided_at, proposal.approved = by.actor, now, True
        proposal.save(update_fields=["decided_by", "decided_at", "approved"])
        journal.record("tender:lot:addendum", actor=by.actor, at=now, lot=lot_id, public=True, payload=value)
        _tell(row, number, bool(content["reseal"]), now)
        outbox.publish(AddendumPublished(lot=lot_id, number=number))
    return number


def begin_pause(
    lot_id: uuid.UUID, reason: PauseReason, reference: str, *, actor: str, now: datetime, note: str = ""
) -> None:
    """Pause a lot for a legal reason; the same reason and reference pause it once."""
    with transaction.atomic():
        row = lock(lot_id)
        _, made = Pause.objects.get_or_create(
            lot=row,
            reason=reason,
            reference=reference,
            defaults={"started_at": now, "started_by": actor, "note": note},
        )
        if made:
            payload = {"reason": reason.value, "reference": reference, "note": note}
            journal.record(
                "tender:pause:began", actor=actor, at=now, lot=lot_id, public=True, payload=payload
            )
            outbox.publish(PauseChanged(lot=lot_id, reason=reason.value, ended=False))


def end_pause(lot_id: uuid.UUID, reason: PauseReason, reference: str, *, actor: str, now: datetime) -> None:
    """End a pause; ending it again changes nothing."""
    with transaction.atomic():
        row = lock(lot_id)
        mine = Pause.objects.filter(lot=row, reason=reason, reference=reference, ended_at__isnull=True)
        if mine.update(ended_at=now, ended_by=actor):
            payload = {"reason": reason.value, "reference": reference}
            journal.record(
                "tender:pause:ended", actor=actor, at=now, lot=lot_id, public=True, payload=payload
            )
            outbox.publish(PauseChanged(lot=lot_id, reason=reason.value, ended=True))


def propose_cancel(by: Holder, lot_id: uuid.UUID, reason: str, *, now: datetime) -> None:
    """Lay a cancellation before the reviewer."""
    with transaction.atomic():
        row = lock(lot_id)
        require(policies.may_step(queries.lot(lot_id), Lever.CANCEL))
        if queries.proposal(lot_id, CANCEL) is None:
            Proposal.objects.create(
                lot=row,
                kind=CANCEL,
                content={"seat": str(by.id), "reason": reason},
                proposed_by=by.actor,
                proposed_at=now,
            )


def cancel(by: Holder, lot_id: uuid.UUID, *, now: datetime) -> None:
    """Cancel a lot for the proposed reason; what is sealed then stays sealed for ever."""
    with transaction.atomic():
        lock(lot_id)
        proposal = queries.proposal(lot_id, CANCEL)
        if proposal is None:
            raise RefusedError(Refused(FOUR_EYES, "not_submitted", {}))
        require(four_eyes(accounts.holder(uuid.UUID(proposal.content["seat"])), by))
        proposal.decided_by, proposal.decided_at, proposal.approved = by.actor, now, True
        proposal.save(update_fields=["decided_by", "decided_at", "approved"])
        reason = {"reason": proposal.content["reason"]}
        step(lot_id, Lever.CANCEL, actor=by.actor, now=now, payload=reason)


def _judge(record: queries.LotRecord, content: dict[str, Any], now: datetime) -> Any:
    if record.deadline is None or not record.is_public:
        return Refused("L-01", "not_published", {"lot": record.code})
    return addenda.judge_addendum(
        record.edition,
        at=now,
        deadline=record.deadline,
        new_deadline=canonical.parse_instant(content["deadline"]) if content["deadline"] else None,
        affects_bids=content["affects_bids"],
        reseal=content["reseal"],
        changed=content["changed"],
    )


def _build(row: Lot, content: dict[str, Any], number: int, now: datetime) -> dict[str, Any]:
    previous = row.addenda.order_by("-number").values_list("sha256", flat=True).first()
    return addenda.build_addendum(
        tender=str(row.project_id),
        lot=str(row.pk),
        notice=row.notice_sha256,
        number=number,
        previous=previous,
        published_at=now,
        text=content["text"],
        deadline=canonical.parse_instant(content["deadline"]) if content["deadline"] else None,
        reseal=content["reseal"],
        documents=[Attachment(**file) for file in content["files"]],
    )


def _tell(row: Lot, number: int, reseal: bool, now: datetime) -> None:
    for seat_id in queries.watchers(row.pk):
        account_actions.notify(
            seat_id,
            "addendum_reseal" if reseal else "addendum",
            key=f"{row.pk}:{number}",
            now=now,
            facts={"lot": row.code, "title": row.title, "number": str(number)},
            link=f"/lots/{row.pk}/",
            rule=queries.lot(row.pk).edition.rule("clarification_lead").id,
            due_at=row.deadline,
        )
