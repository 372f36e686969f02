"""Every look at a lot's deposits is written down (E-03)."""

import uuid
from datetime import datetime

from django.db import transaction

from accounts.queries import Holder
from kernel import journal


def note(by: Holder, lot_id: uuid.UUID, *, now: datetime) -> None:
    """Write down that a seat looked at a lot's deposits."""
    with transaction.atomic():
        journal.record(
            "deposits:lot:read", actor=by.actor, at=now, payload={"lot": str(lot_id), "seat": by.kind}
        )
