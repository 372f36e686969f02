"""Noting who read which document at which place: the access log that the site keeps (V-15)."""

import uuid
from datetime import datetime

from django.db import transaction

from accounts.queries import Holder
from evaluation.actions import holding
from evaluation.queries import reading


def note(by: Holder, lot_id: uuid.UUID, *, bid: str, sha256: str, now: datetime) -> None:
    """Note that a member read a document of a bid."""
    member = reading.access_bid(by, lot_id, bid)
    with transaction.atomic():
        payload = {
            "member": member.name,
            "site": member.place.site.name,
            "place": member.place.number,
            "bid": bid,
            "sha256": sha256,
        }
        holding.log(lot_id, "evaluation:document:read", payload, now=now)
