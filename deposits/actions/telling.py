"""What the bank is told of a lot: its T when it is published, before anybody has bid; later T can only move back."""

import uuid
from datetime import datetime

from django.db import transaction

from deposits import policies, queries
from deposits.actions import calling
from deposits.domain import calls
from deposits.domain.calls import Account, BankLot
from deposits.domain.guarantees import Party
from deposits.models import Institution, LotAccount
from kernel import clock, tasks_for_operator
from kernel.domain.refusals import require
from tender import queries as tender
from tender.domain.lifecycle import Lever
from tender.events import AddendumPublished, LotPublished, LotStepped
from tender.queries import LotRecord

_TASK = "deposit-bank:%s"


def on_published(event: LotPublished) -> None:
    """Tell the bank of a lot that takes deposits by transfer; without a bank, ask the operator for one."""
    record = tender.lot(event.lot)
    if not _takes_transfers(record):
        return
    now, bank = clock.now(), queries.bank()
    LotAccount.objects.get_or_create(lot_id=event.lot, defaults={"bank": bank})
    if bank is None:
        facts = {"lot": record.code}
        tasks_for_operator.raise_once(_TASK % record.code, "deposit_bank_missing", facts, now=now)
        return
    _tell(record, bank, now=now)


def on_addendum(event: AddendumPublished) -> None:
    """Tell the bank of a deadline that an addendum moved."""
    account = queries.account_of(event.lot)
    if account is not None and account.bank is not None:
        _tell(tender.lot(event.lot), account.bank, now=clock.now())


def on_cancelled(event: LotStepped) -> None:
    """Tell the bank that a lot was cancelled, and ask who paid, because all of it goes back."""
    account = queries.account_of(event.lot)
    if event.lever != Lever.CANCEL or account is None or account.bank is None:
        return
    now = clock.now()
    data = {"lot": str(event.lot), "reason": "cancelled"}
    calling.plan(account.bank, calls.CLOSE, event.lot, data, key=f"close:{event.lot}", now=now)
    ask_report(event.lot, now=now)


def ask_report(lot_id: uuid.UUID, *, now: datetime) -> None:
    """Ask the bank once who paid for a lot: never before T, and only with its bids counted or the lot cancelled."""
    account = queries.account_of(lot_id)
    if account is None or account.bank is None:
        return
    require(policies.may_ask_bank(tender.lot(lot_id), now))
    calling.plan(account.bank, calls.REPORT, lot_id, {"lot": str(lot_id)}, key=f"report:{lot_id}", now=now)


def adopt(bank: Institution, *, now: datetime) -> None:
    """Tell a new bank of the lots that were published while there was none."""
    with transaction.atomic():
        for account in LotAccount.objects.filter(bank__isnull=True).order_by("pk"):
            record = tender.lot(account.lot_id)
            if queries.hidden(record):
                account.bank = bank
                account.save(update_fields=["bank"])
                _tell(record, bank, now=now)
            tasks_for_operator.finish(_TASK % record.code, by=bank.changed_by, now=now)


def _tell(record: LotRecord, bank: Institution, *, now: datetime) -> None:
    if record.deadline is None:
        return
    owner = record.procuring_entity
    told = BankLot(
        tender=record.tender,
        lot=str(record.id),
        code=record.code,
        beneficiary=Party(owner.name, owner.credit_code),
        beneficiary_account=Account(owner.account_number, owner.account_name),
        deadline=record.deadline,
    )
    key = f"lot:{record.id}:{len(record.addenda)}:{bank.pk}"
    calling.plan(bank, calls.LOT, record.id, told.as_json(), key=key, now=now)


def _takes_transfers(record: LotRecord) -> bool:
    asked = record.notice.get("deposit")
    return asked is not None and queries.TRANSFER in asked["forms"]
