"""What happens when an upload is whole: its bytes go into the store and its owner app hears, exactly once."""

import logging
import uuid
from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from kernel import clock, storage
from kernel.models import Upload
from kernel.upload import stamps
from kernel.upload.stamps import Stamp

logger = logging.getLogger(__name__)
WHOLE = "whole"
BROKEN = "broken"
Arrived = Callable[..., None]
_handlers: dict[str, Arrived] = {}


def configure(handlers: dict[str, Arrived]) -> None:
    """Set which function hears of the arrival of each purpose: `arrived(upload id, now=…, sha256=…)`."""
    _handlers.clear()
    _handlers.update(handlers)


def declare(*, owner: str, purpose: str, reference: str, length: int, sha256: str, now: datetime) -> Upload:
    """Declare a file that its owner will send; the same reference gives the same upload."""
    row, _ = Upload.objects.get_or_create(
        purpose=purpose,
        reference=reference,
        defaults={"owner": owner, "length": length, "sha256": sha256, "created_at": now},
    )
    return row


def find(upload: uuid.UUID, owner: str) -> Upload | None:
    """Return an owner's upload, None for anybody else's."""
    return Upload.objects.filter(pk=upload, owner=owner).first()


def complete(stamp: Stamp) -> str:
    """Finish a stamped upload: store its bytes, tell its app in one transaction; returns the outcome.

    Idempotent: what was finished before only says so again.
    """
    row = Upload.objects.get(pk=stamp.upload)
    whole = stamp.sha256 == row.sha256 and stamp.length == row.length
    part = stamps.part_path(stamp.upload)
    if whole and part.exists():
        storage.adopt(part, stamp.sha256)
    with transaction.atomic():
        row = Upload.objects.select_for_update().get(pk=stamp.upload)
        if row.stamped_at is None:
            row.stamped_at, row.outcome = stamp.at, WHOLE if whole else BROKEN
            row.save(update_fields=["stamped_at", "outcome"])
            _handlers[row.purpose](row.pk, now=stamp.at, sha256=stamp.sha256)
    stamps.remove(stamp.upload)
    if not whole:
        part.unlink(missing_ok=True)
    return row.outcome


def recover(*, all_processes: bool = False) -> int:
    """Finish the stamps that dead processes left behind; returns how many. At start-up, of all."""
    done = 0
    for stamp in stamps.written():
        if not all_processes and not stamps.left_behind(stamp):
            continue
        logger.warning("recovering the upload %s, stamped %s", stamp.upload, stamp.at)
        complete(stamp)
        done += 1
    return done


def orphans(*, now: datetime, limit: int) -> list[uuid.UUID]:  # noqa: ARG001 - a due source's signature
    """Return the uploads whose stamp nobody works on, for the ticker."""
    return [s.upload for s in stamps.written() if stamps.left_behind(s)][:limit]


def recover_one(upload: uuid.UUID, *, now: datetime) -> None:  # noqa: ARG001 - a due source's signature
    """Finish one orphaned stamp."""
    path = stamps.stamp_path(upload)
    if path.exists():
        complete(stamps.read(path))


def received(row: Upload) -> int:
    """Return how many bytes of an upload have arrived."""
    if row.stamped_at is not None:
        return row.length
    part = stamps.part_path(row.pk)
    return part.stat().st_size if part.exists() else 0


def instant() -> datetime:
    """Return the instant for a declaration."""
    return clock.now()
