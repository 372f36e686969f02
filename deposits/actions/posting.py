"""Booking into the ledger: once for each reference, and never changed."""

import uuid
from collections.abc import Iterable
from datetime import datetime

from deposits.domain.ledger import LedgerError, Movement, merge
from deposits.models import LedgerMovement


def post(movements: Iterable[Movement], *, lot_id: uuid.UUID, at: datetime) -> None:
    """Book movements of a lot in the caller's transaction; one that is booked already changes nothing.

    Raises LedgerError when a reference is booked with other accounts or another amount.
    """
    for one in merge(movements):
        row, made = LedgerMovement.objects.get_or_create(
            reference=one.reference,
            defaults={
                "lot_id": lot_id,
                "debit": one.debit,
                "credit": one.credit,
                "amount": one.amount,
                "trigger": one.trigger,
                "at": at,
            },
        )
        booked = (row.lot_id, row.debit, row.credit, row.amount)
        if not made and booked != (lot_id, one.debit, one.credit, one.amount):
            raise LedgerError(
                f"{one.reference} is booked already, with other accounts or another amount; look at the bank's answer"
            )
