"""The bank's report of a lot: stored as it came, booked, matched to bidders, irregular payers marked."""

import uuid
from datetime import datetime

from accounts import queries as accounts
from accounts.queries import Party
from deposits import queries
from deposits.actions import giving, posting
from deposits.domain import ledger, payers
from deposits.domain.calls import Account, Payment, Report
from deposits.domain.lifecycle import Deposit as DepositState, DepositLever
from deposits.domain.requirement import Requirement
from deposits.events import DepositsReported
from deposits.models import Call, Deposit, Transfer
from kernel import journal, outbox, tasks_for_operator
from kernel.domain import canonical
from kernel.domain.refusals import Refused
from tender import queries as tender
from tender.queries import LotRecord

_TASK = "deposit-payer:%s"


def take(asked: Call, report: Report, *, now: datetime) -> None:
    """Take the signed report that answers a call; each payment is kept and booked once."""
    account, record = giving.hold(asked.lot_id), tender.lot(asked.lot_id)
    if account.reported_at is not None:
        return
    touched = {payment.bidder for payment in report.payments}
    for payment in report.payments:
        _keep(record, payment, now)
    for bidder in sorted(touched):
        _judge(record, bidder, now)
    account.report, account.report_signature = asked.answer, asked.answer_signature
    account.reported_at = now
    account.save(update_fields=["report", "report_signature", "reported_at"])
    journal.record(
        "deposits:report:received",
        actor=journal.SYSTEM,
        at=now,
        lot=asked.lot_id,
        payload={
            "report": canonical.digest(report.as_json()),
            "made_at": canonical.instant(report.made_at),
            "payments": len(report.payments),
            "irregular": Transfer.objects.filter(lot_id=asked.lot_id).exclude(irregular=[]).count(),
        },
    )
    outbox.publish(DepositsReported(lot=asked.lot_id))


def match(record: LotRecord, *, now: datetime) -> None:
    """Match the payments of organisations that were entered here only after the report; the caller holds the lot."""
    for transfer in Transfer.objects.filter(lot_id=record.id, deposit__isnull=True).order_by("pk"):
        party = accounts.party_by_code(transfer.bidder)
        if party is None:
            continue
        transfer.deposit, _ = giving.deposit(record, transfer.bidder, queries.TRANSFER, now=now)
        payer = Account(transfer.payer_account, transfer.payer_name)
        transfer.irregular = queries.findings_json(_irregular(record, party, payer))
        transfer.save(update_fields=["deposit", "irregular"])
        _judge(record, transfer.bidder, now)
        tasks_for_operator.finish(_TASK % transfer.reference, by=journal.SYSTEM, now=now)


def _keep(record: LotRecord, payment: Payment, now: datetime) -> None:
    deposit: Deposit | None = None
    irregular: tuple[Refused, ...] = ()
    party = accounts.party_by_code(payment.bidder)
    if party is None:
        facts = {"lot": record.code, "reference": payment.reference}
        tasks_for_operator.raise_once(_TASK % payment.reference, "deposit_payer_unknown", facts, now=now)
    else:
        deposit, _ = giving.deposit(record, payment.bidder, queries.TRANSFER, now=now)
        irregular = _irregular(record, party, payment.payer)
    _store(record.id, deposit, payment, irregular)
    _book(record.id, payment, now)


def _irregular(record: LotRecord, party: Party, payer: Account) -> tuple[Refused, ...]:
    basic = Account(party.account_number, party.account_name)
    return payers.irregularities(record.edition, payer, basic, mandatory=record.mandatory)


def _store(
    lot_id: uuid.UUID, deposit: Deposit | None, payment: Payment, irregular: tuple[Refused, ...]
) -> None:
    Transfer.objects.create(
        lot_id=lot_id,
        deposit=deposit,
        bidder=payment.bidder,
        subaccount=payment.subaccount,
        payer_account=payment.payer.number,
        payer_name=payment.payer.name,
        amount=payment.amount,
        paid_at=payment.paid_at,
        reference=payment.reference,
        irregular=queries.findings_json(irregular),
        returned_at=payment.back.at if payment.back else None,
        returned_reference=payment.back.reference if payment.back else "",
    )


def _book(lot_id: uuid.UUID, payment: Payment, now: datetime) -> None:
    of = {"lot": str(lot_id), "bidder": payment.bidder}
    booked = [ledger.received(payment.reference, **of, amount=payment.amount)]
    if payment.back is not None:
        more = payment.back.amount - payment.amount
        if more > 0:
            booked.append(ledger.accrued(payment.reference, **of, amount=more))
        booked.append(ledger.instructed(payment.back.reference, **of, amount=payment.back.amount))
        booked.append(ledger.confirmed(payment.back.reference, **of, amount=payment.back.amount))
    posting.post(booked, lot_id=lot_id, at=now)


def _judge(record: LotRecord, bidder: str, now: datetime) -> None:
    row = Deposit.objects.filter(lot_id=record.id, bidder=bidder, form=queries.TRANSFER).first()
    if row is None or row.state != DepositState.UNPAID or record.deadline is None:
        return
    here = list(row.transfers.order_by("paid_at", "pk"))
    standing = [one for one in here if one.returned_at is None]
    if not standing:
        row.returned_at = max(one.returned_at for one in here if one.returned_at is not None)
        row.save(update_fields=["returned_at"])
        giving.move(row, DepositLever.RETURNED_BEFORE, now=now)
        return
    row.amount = sum((one.amount for one in standing), queries.NOTHING)
    row.save(update_fields=["amount"])
    wanted: Requirement = giving.deposit(record, bidder, queries.TRANSFER, now=now)[1]
    short = payers.shortfalls(
        wanted.rule,
        amount=row.amount,
        required=wanted.amount,
        paid_at=standing[-1].paid_at,
        deadline=record.deadline,
    )
    irregular = [one for each in standing for one in queries.findings_of(each.irregular)]
    giving.find(row, [*irregular, *short])
    giving.move(row, DepositLever.RECEIVE, now=now)
