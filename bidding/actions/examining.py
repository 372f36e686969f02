"""Looking after T whether the store still holds every stated byte: what is lost is never the bidder's fault."""

import hashlib
import uuid
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from bidding.actions import progress, staging
from bidding.domain.lifecycle import PHASE_A
from bidding.models import BidPart, Hall
from kernel import storage

BLOCK = 1 << 20


def due(*, now: datetime, limit: int) -> Iterable[uuid.UUID]:  # noqa: ARG001 - a due source's signature
    """Return the lots whose containers wait to be looked at."""
    waiting = BidPart.objects.filter(bid__line__status="valid", intact__isnull=True)
    halls = Hall.objects.filter(step__in=PHASE_A, pk__in=waiting.values("bid__lot_id"))
    return list(halls.order_by("since", "pk").values_list("pk", flat=True)[:limit])


def measure(lot_id: uuid.UUID) -> dict[int, bool]:
    """Hash the unexamined containers of a lot; returns part -> whether it is whole. Takes long, writes nothing."""
    rows = BidPart.objects.filter(bid__lot_id=lot_id, bid__line__status="valid", intact__isnull=True)
    return {row.pk: _is_whole(row.sha256, row.length) for row in rows.order_by("pk")}


def record(lot_id: uuid.UUID, found: dict[int, bool], *, now: datetime) -> bool:
    """Write down what was found, log what is lost, and let the hall go on."""
    with transaction.atomic():
        hall = staging.hold(lot_id)
        for row in BidPart.objects.select_related("bid").filter(pk__in=found, intact__isnull=True):
            row.intact = found[row.pk]
            row.save(update_fields=["intact"])
            if not row.intact:
                lost = {"bid": str(row.bid_id), "part": row.name, "sha256": row.sha256}
                staging.log(lot_id, "bidding:bid:container_lost", lost, now=now)
                staging.announce(lot_id, "container_lost", {}, at=now, more=staging.to_officers(lost))
        return progress.go_on(hall, now=now)


def _is_whole(sha256: str, length: int) -> bool:
    try:
        with storage.open_blob(sha256) as file:
            seen, digest = 0, hashlib.sha256()
            while block := file.read(BLOCK):
                digest.update(block)
                seen += len(block)
    except storage.MissingBlobError:
        return False
    return seen == length and digest.hexdigest() == sha256
