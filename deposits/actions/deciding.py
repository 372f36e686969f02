"""Decisions on a deposit that no statute makes by itself: proposed by one person, made by another (A-07).

Returns that a fact owes (a contract, an award, a withdrawal, a failed lot) need no second person: nobody decides
them. Here are the others: an early return, keeping a deposit (B-06), turning it into the performance bond (G-07).
"""

import uuid
from datetime import datetime

from django.db import transaction

from accounts import actions as account_actions, queries as accounts
from accounts.domain.seats import SeatKind
from accounts.policies import FOUR_EYES, four_eyes
from accounts.queries import Holder
from deposits import policies, queries
from deposits.actions import calling, giving, posting, refunding
from deposits.domain import calls, ledger, refunds
from deposits.domain.calls import Done, Outgoing
from deposits.domain.lifecycle import DepositLever
from deposits.domain.wording import DECISIONS
from deposits.models import Call, Decision, Deposit, Transfer
from kernel import journal
from kernel.domain.refusals import Refused, RefusedError, require
from tender import queries as tender
from tender.queries import LotRecord

RETURN, KEEP, CONVERT = DECISIONS
REASON_MOST = 2000


def propose(
    by: Holder, deposit_id: uuid.UUID, *, kind: str, ground: str, reason: str, now: datetime
) -> uuid.UUID:
    """Lay a decision on a held deposit before the reviewer; refused at once where the law would refuse it."""
    with transaction.atomic():
        row = _locked(deposit_id)
        record = tender.lot(row.lot_id)
        if not reason.strip() or len(reason) > REASON_MOST:
            raise RefusedError(Refused(FOUR_EYES, "deposit_reason_missing", {}))
        _judge(record, row, kind, ground)
        if row.decisions.filter(decided_at__isnull=True).exists():
            raise RefusedError(Refused(FOUR_EYES, "deposit_decision_open", {}))
        made = Decision.objects.create(
            deposit=row,
            kind=kind,
            ground=ground if kind == KEEP else "",
            reason=reason,
            proposed_by=by.actor,
            proposed_at=now,
        )
        _record("proposed", made, by, now)
        for reviewer in accounts.holders(kind=SeatKind.REVIEWER, organisation=record.procuring_entity.id):
            account_actions.notify(
                reviewer.id,
                "deposit_to_decide",
                key=str(made.pk),
                now=now,
                facts={"lot": record.code, "title": record.title},
                link=f"/desk/lots/{row.lot_id}/deposits/",
                rule=FOUR_EYES,
            )
    return made.pk


def decide(by: Holder, decision_id: uuid.UUID, *, approve: bool, now: datetime) -> None:
    """Make or decline a proposed decision, by another person; deciding again changes nothing."""
    with transaction.atomic():
        found = Decision.objects.select_for_update().get(pk=decision_id)
        if found.decided_at is not None:
            return
        require(four_eyes(_proposer(found), by))
        row = _locked(found.deposit_id)
        record = tender.lot(row.lot_id)
        if approve:
            _judge(record, row, found.kind, found.ground)
        found.decided_by, found.decided_at, found.approved = by.actor, now, approve
        found.save(update_fields=["decided_by", "decided_at", "approved"])
        _record("decided", found, by, now)
        if not approve:
            return
        if found.kind == RETURN:
            due = refunds.decided(record.edition, at=now)
            refunding.owe(record, row, due, DepositLever.RETURN_EARLY, now=now)
        else:
            _retain(record, row, found.kind, now)
        _tell_bidder(record, row, found, now)


def take_kept(asked: Call, done: Done, *, now: datetime) -> None:
    """Book that the bank paid a kept deposit to the procuring entity."""
    giving.hold(asked.lot_id)
    transfer = Transfer.objects.get(reference=str(asked.data["payment"]))
    lot = str(transfer.lot_id)
    paid = ledger.Movement(
        f"done:{done.reference}", ledger.kept(lot), ledger.bank(lot), transfer.amount, "confirmation"
    )
    posting.post([paid], lot_id=transfer.lot_id, at=now)
    Transfer.objects.filter(pk=transfer.pk).update(returned_reference=done.bank_reference)


def _retain(record: LotRecord, row: Deposit, kind: str, now: datetime) -> None:
    giving.move(row, DepositLever.KEEP if kind == KEEP else DepositLever.CONVERT, now=now)
    account = queries.account_of(record.id)
    for transfer in row.transfers.filter(returned_at__isnull=True).order_by("paid_at", "pk"):
        reference = f"{kind}:{transfer.reference}"
        booked = ledger.retained(reference, lot=str(record.id), bidder=row.bidder, amount=transfer.amount)
        posting.post([booked], lot_id=record.id, at=now)
        if kind == KEEP and account is not None and account.bank is not None:
            order = Outgoing(reference, str(record.id), transfer.reference, transfer.amount, queries.NOTHING)
            calling.plan(account.bank, calls.KEEP, record.id, order.as_json(), key=reference, now=now)


def _judge(record: LotRecord, row: Deposit, kind: str, ground: str) -> None:
    require(policies.is_held(row.state))
    number = row.guarantee.number if row.form == queries.GUARANTEE else ""
    if kind == KEEP:
        require(policies.may_keep(record.edition, ground, form=row.form, number=number))
    elif kind == CONVERT:
        rule = record.edition.rule(refunds.WINNER_KEY).id
        winner = queries.course_of(record).winner
        require(policies.may_convert(rule, row.bidder, winner, form=row.form, number=number))


def _locked(deposit_id: uuid.UUID) -> Deposit:
    lot_id = Deposit.objects.values_list("lot_id", flat=True).get(pk=deposit_id)
    giving.hold(lot_id)
    return Deposit.objects.select_related("guarantee").get(pk=deposit_id)


def _proposer(found: Decision) -> Holder:
    return accounts.holder(uuid.UUID(found.proposed_by.removeprefix("seat:")))


def _record(verb: str, made: Decision, by: Holder, now: datetime) -> None:
    journal.record(
        f"deposits:decision:{verb}",
        actor=by.actor,
        at=now,
        lot=made.deposit.lot_id,
        payload={
            "bidder": made.deposit.bidder,
            "kind": made.kind,
            "ground": made.ground,
            "reason": made.reason,
            "approved": made.approved,
        },
    )


def _tell_bidder(record: LotRecord, row: Deposit, made: Decision, now: datetime) -> None:
    party = accounts.party_by_code(row.bidder)
    for seat in accounts.holders(kind=SeatKind.BIDDER, organisation=party.id) if party else []:
        account_actions.notify(
            seat.id,
            "deposit_decided",
            key=str(made.pk),
            now=now,
            facts={"lot": record.code, "title": record.title, "reason": made.reason},
            link="/desk/deposits/",
            rule=FOUR_EYES,
        )
