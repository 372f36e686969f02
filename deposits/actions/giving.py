"""What a bidder gave, as one row for each form: made on the first news of it, judged, and moved through its life."""

import uuid
from collections.abc import Iterable
from datetime import datetime

from accounts import queries as accounts
from deposits import queries
from deposits.domain.lifecycle import DEPOSIT, DepositLever
from deposits.domain.requirement import Requirement
from deposits.models import Deposit, LotAccount
from kernel.domain.refusals import Refused
from tender.queries import LotRecord


def hold(lot_id: uuid.UUID) -> LotAccount:
    """Lock a lot's deposits until the transaction ends; all that changes them takes this lock first."""
    LotAccount.objects.get_or_create(lot_id=lot_id)
    return LotAccount.objects.select_for_update(of=("self",)).get(pk=lot_id)


def deposit(record: LotRecord, bidder: str, form: str, *, now: datetime) -> tuple[Deposit, Requirement]:
    """Return a bidder's deposit in one form, made on the first news of it, and what is required of the bidder."""
    party = accounts.party_by_code(bidder)
    wanted = queries.required_of(record, party) if party is not None else Requirement(queries.NOTHING, (), "")
    row, _ = Deposit.objects.get_or_create(
        lot_id=record.id,
        bidder=bidder,
        form=form,
        defaults={
            "name": party.name if party is not None else bidder,
            "required": wanted.amount,
            "state_at": now,
        },
    )
    return row, wanted


def move(row: Deposit, lever: DepositLever, *, now: datetime) -> None:
    """Move a deposit by a lever of its lifecycle; raises IllegalStepError for one that its state does not know."""
    row.state, row.state_at = DEPOSIT.step(row.state, lever).target, now
    row.save(update_fields=["state", "state_at"])


def find(row: Deposit, findings: Iterable[Refused], *, instead_of: Iterable[str] = ()) -> None:
    """Add findings to a deposit, each once; those whose reasons are in `instead_of` are taken away first."""
    gone = set(instead_of)
    kept = [one for one in row.findings if one["reason"] not in gone]
    kept += [one for one in queries.findings_json(findings) if one not in kept]
    row.findings = kept
    row.save(update_fields=["findings"])
