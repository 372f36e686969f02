"""Offering the kit: its hash goes into the log, so that a platform cannot hand one bidder another tool unseen."""

from datetime import datetime

from django.db import transaction

from bidding.queries import kit
from kernel import journal


def offer(*, now: datetime) -> bool:
    """Log the kit that lies beside this platform, once for each build; return whether it was new."""
    found = kit.offered()
    if found is None or kit.logged() == found.as_json():
        return False
    with transaction.atomic():
        journal.record(kit.TAG, actor=journal.SYSTEM, at=now, payload=found.as_json(), public=True)
    return True
