"""Deposits on their way back: owed by a fact or a decision, instructed to bank or issuer, confirmed, alerted on."""

import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts import actions as account_actions, queries as accounts
from accounts.domain.seats import SeatKind
from deposits import queries
from deposits.actions import calling, giving, guaranteeing, posting, reporting
from deposits.domain import amounts, calls, ledger, refunds
from deposits.domain.calls import Done, Outgoing, Standing
from deposits.domain.lifecycle import HELD, Deposit as DepositState, DepositLever, Order
from deposits.domain.refunds import Due, Fate
from deposits.events import DepositReturned
from deposits.models import BidFate, Call, Deposit, LotAccount, Refund, Transfer
from kernel import clock, journal, outbox
from kernel.calendar import raise_missing_year, working_calendar
from kernel.domain import canonical, money
from kernel.domain.workdays import YearNotAnnouncedError
from tender import queries as tender
from tender.domain import instants
from tender.domain.lifecycle import Lever
from tender.events import ContractSigned, LotStepped
from tender.queries import LotRecord

UNDERWAY = (DepositState.DUE, DepositState.RETURNING)


def note_fates(lot_id: uuid.UUID, fates: Mapping[str, tuple[Fate, datetime]], *, now: datetime) -> None:
    """Note what became of the bids of a lot, by credit code, and return what is owed by it."""
    with transaction.atomic():
        account = giving.hold(lot_id)
        for bidder, (fate, at) in sorted(fates.items()):
            BidFate.objects.update_or_create(
                lot_id=lot_id, bidder=bidder, defaults={"fate": fate.value, "at": at}
            )
        account.fates_at = now
        account.save(update_fields=["fates_at"])
        settle(lot_id, now=now)


def on_stepped(event: LotStepped) -> None:
    """Look whether a step of a lot owes anybody a deposit."""
    if event.lever in (Lever.ISSUE_NOTICE, Lever.FAIL, Lever.CANCEL):
        settle(event.lot, now=clock.now())


def on_contract(event: ContractSigned) -> None:
    """Return what the contract releases."""
    settle(event.lot, now=clock.now())


def settle(lot_id: uuid.UUID, *, now: datetime) -> None:
    """Return every deposit of a lot that is owed by now; settling again changes nothing."""
    with transaction.atomic():
        account = giving.hold(lot_id)
        record = tender.lot(lot_id)
        if queries.hidden(record):
            return
        reporting.match(record, now=now)
        course, fates = queries.course_of(record), queries.fates(lot_id)
        for row in Deposit.objects.filter(lot_id=lot_id, state__in=HELD).order_by("bidder", "form"):
            fate = fates.get(row.bidder) or _unseen(account, record)
            if fate is None:
                continue
            due = refunds.due(record.edition, bidder=row.bidder, fate=fate[0], fate_at=fate[1], course=course)
            if due is not None:
                owe(record, row, due, DepositLever.FALL_DUE, now=now)


def owe(record: LotRecord, row: Deposit, due: Due, lever: DepositLever, *, now: datetime) -> None:
    """Mark a deposit as owed and tell bank or issuer to return it; the caller holds the lot's deposits."""
    limit = _limit(due, now)
    row.due_cause, row.due_rule = due.cause.value, due.rule.id
    row.due_since, row.due_at = due.since, limit
    row.save(update_fields=["due_cause", "due_rule", "due_since", "due_at"])
    giving.move(row, lever, now=now)
    told = _instruct(record, row, now) if row.form == queries.TRANSFER else guaranteeing.release(row, now=now)
    journal.record(
        "deposits:refund:instructed" if row.form == queries.TRANSFER else "deposits:guarantee:due",
        actor=journal.SYSTEM,
        at=now,
        lot=record.id,
        payload={
            "bidder": row.bidder,
            "form": row.form,
            "amount": money.to_text(row.amount),
            "cause": due.cause.value,
            "rule": due.rule.id,
            "limit": canonical.instant(limit) if limit else None,
        },
    )
    if told:
        giving.move(row, DepositLever.INSTRUCT, now=now)


def take_refund(asked: Call, done: Done, *, now: datetime) -> None:
    """Book a payment back that the bank confirms; with the last of a deposit the deposit is returned."""
    giving.hold(asked.lot_id)
    refund = Refund.objects.select_related("transfer").get(reference=done.reference)
    if refund.confirmed_at is not None:
        return
    refund.confirmed_at, refund.bank_reference = done.paid_at, done.bank_reference
    refund.save(update_fields=["confirmed_at", "bank_reference"])
    transfer = refund.transfer
    Transfer.objects.filter(pk=transfer.pk).update(
        returned_at=done.paid_at, returned_reference=done.bank_reference
    )
    of = {"lot": str(transfer.lot_id), "bidder": transfer.bidder}
    total = refund.amount + refund.interest
    posting.post([ledger.confirmed(done.reference, **of, amount=total)], lot_id=transfer.lot_id, at=now)
    row = Deposit.objects.get(transfers=transfer)
    if not row.transfers.filter(returned_at__isnull=True).exists():
        _returned(row, done.paid_at, now=now)


def take_release(asked: Call, standing: Standing, *, now: datetime) -> None:
    """Note that an issuer released a guarantee; one that it never knew needs no release and is done with too."""
    giving.hold(asked.lot_id)
    row = Deposit.objects.select_related("guarantee").get(pk=uuid.UUID(asked.key.partition(":")[2]))
    if row.state != DepositState.RETURNING:
        return
    row.guarantee.standing = standing.state[:12]
    row.guarantee.checked_at = now
    row.guarantee.save(update_fields=["standing", "checked_at"])
    if standing.state not in (Order.ISSUED, Order.REVEALED):
        _returned(row, now, now=now)


def due_alerts(*, now: datetime, limit: int) -> Iterable[uuid.UUID]:
    """Return the deposits whose limit is less than a day away, that are not back, and that nobody was told of."""
    rows = Deposit.objects.filter(
        state__in=UNDERWAY, due_at__lte=now + instants.ONE_DAY, alerted_at__isnull=True
    )
    return list(rows.order_by("due_at", "pk").values_list("pk", flat=True)[:limit])


def alert(deposit_id: uuid.UUID, *, now: datetime) -> None:
    """Tell the procuring side one day before the limit that a deposit is not back yet (B-08)."""
    with transaction.atomic():
        row = Deposit.objects.select_for_update(of=("self",)).get(pk=deposit_id)
        if row.alerted_at is not None or row.state not in UNDERWAY or row.due_at is None:
            return
        row.alerted_at = now
        row.save(update_fields=["alerted_at"])
        record = tender.lot(row.lot_id)
        for clerk in accounts.holders(kind=SeatKind.CLERK, organisation=record.procuring_entity.id):
            account_actions.notify(
                clerk.id,
                "deposit_return_due",
                key=str(row.pk),
                now=now,
                facts={**_facts(record), "limit": instants.until(row.due_at)},
                link=f"/desk/lots/{row.lot_id}/deposits/",
                rule=row.due_rule,
                due_at=row.due_at,
            )


def _limit(due: Due, now: datetime) -> datetime | None:
    """Return when a return is late; None where a year's holidays are missing, which holds no money back."""
    try:
        return due.limit(working_calendar())
    except YearNotAnnouncedError as error:
        raise_missing_year(error, now=now)
        return None


def _unseen(account: LotAccount, record: LotRecord) -> tuple[Fate, datetime] | None:
    """Return the fate of a depositor of whom bidding said nothing: no bid, once all fates are known."""
    if record.status in queries.UNAWARDED:
        return Fate.NO_BID, record.status_at
    if account.fates_at is None or record.deadline is None:
        return None
    return Fate.NO_BID, record.deadline


def _instruct(record: LotRecord, row: Deposit, now: datetime) -> bool:
    account = queries.account_of(record.id)
    bank = account.bank if account is not None else None
    if bank is None:
        return False
    for transfer in row.transfers.filter(returned_at__isnull=True).order_by("paid_at", "pk"):
        interest = amounts.interest(
            transfer.amount,
            rate=bank.interest_rate,
            days=amounts.days_between(instants.day_of(transfer.paid_at), instants.day_of(now)),
            basis=bank.day_basis,
        )
        reference = f"refund:{transfer.reference}"
        Refund.objects.create(
            transfer=transfer,
            reference=reference,
            amount=transfer.amount,
            interest=interest,
            instructed_at=now,
        )
        of = {"lot": str(record.id), "bidder": row.bidder}
        booked = [ledger.instructed(reference, **of, amount=transfer.amount + interest)]
        if interest > 0:
            booked.insert(0, ledger.accrued(transfer.reference, **of, amount=interest))
        posting.post(booked, lot_id=record.id, at=now)
        order = Outgoing(reference, str(record.id), transfer.reference, transfer.amount, interest)
        calling.plan(bank, calls.REFUND, record.id, order.as_json(), key=reference, now=now)
    return True


def _returned(row: Deposit, at: datetime, *, now: datetime) -> None:
    record = tender.lot(row.lot_id)
    paid = Refund.objects.filter(transfer__deposit=row)
    row.returned_at = at
    row.interest = sum((one.interest for one in paid), queries.NOTHING)
    if row.form == queries.TRANSFER and row.due_at is not None:
        row.overdue_fee = refunds.overdue(
            record.edition, principal=row.amount, limit=row.due_at, returned_at=at
        )
    row.save(update_fields=["returned_at", "interest", "overdue_fee"])
    giving.move(row, DepositLever.CONFIRM, now=now)
    journal.record(
        "deposits:refund:confirmed" if row.form == queries.TRANSFER else "deposits:guarantee:released",
        actor=journal.SYSTEM,
        at=now,
        lot=row.lot_id,
        payload={
            "bidder": row.bidder,
            "form": row.form,
            "amount": money.to_text(row.amount),
            "interest": money.to_text(row.interest),
            "overdue_fee": money.to_text(row.overdue_fee),
            "returned_at": canonical.instant(at),
            "late": row.due_at is not None and at >= row.due_at,
        },
    )
    _tell_bidder(record, row, now)
    outbox.publish(DepositReturned(lot=row.lot_id, bidder=row.bidder))


def _tell_bidder(record: LotRecord, row: Deposit, now: datetime) -> None:
    party = accounts.party_by_code(row.bidder)
    kind = "deposit_returned" if row.form == queries.TRANSFER else "guarantee_released"
    for seat in accounts.holders(kind=SeatKind.BIDDER, organisation=party.id) if party else []:
        account_actions.notify(
            seat.id,
            kind,
            key=str(row.pk),
            now=now,
            facts={**_facts(record), "amount": money.grouped(row.amount + row.interest)},
            link="/desk/deposits/",
            rule=row.due_rule,
        )


def _facts(record: LotRecord) -> dict[str, Any]:
    return {"lot": record.code, "title": record.title}
