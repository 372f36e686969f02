"""The journal: every act is written in the transaction of its fact; the log follows it at fixed ticks."""

import hashlib
import secrets
import uuid
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction

from kernel.domain import canonical, leaves
from kernel.models import Chain, JournalEntry, JournalPending, LogEntry, LotGate

if TYPE_CHECKING:
    from collections.abc import Iterator

SYSTEM = "system"
PLATFORM_CHAIN = "platform"


class PendingError(Exception):
    """Acts of a lot wait for the log, so its chains cannot be closed yet; the next tick clears them."""


def seat_actor(seat_id: uuid.UUID) -> str:
    """Return how the journal names a seat."""
    return f"seat:{seat_id}"


def record(
    tag: str,
    *,
    actor: str,
    at: datetime,
    payload: Any,
    lot: uuid.UUID | None = None,
    org: str = "",
    public: bool = False,
) -> JournalEntry:
    """Write one act. `org` names the organisation whose private act on the lot it is until the closing list.

    Must run inside the transaction of the fact. `public` says that the payload belongs in a public dossier.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("an act is journalled in the transaction of its fact")
    if lot is not None:
        _lock(lot, shared=True)
    data = canonical.to_bytes(payload)
    entry = JournalEntry.objects.create(
        tag=tag,
        actor=actor,
        at=at,
        lot_id=lot,
        org=org,
        public=public,
        payload=data,
        payload_sha256=canonical.sha256(data),
        salt=secrets.token_bytes(leaves.SALT_BYTES),
    )
    JournalPending.objects.create(entry=entry, lot_id=lot)
    return entry


@contextmanager
def closing(lot: uuid.UUID) -> "Iterator[list[dict[str, Any]]]":
    """Hold a lot's chains still and give their lengths and heads; raises PendingError while acts wait.

    The caller writes the closing list inside and then calls `close_gate`.
    """
    with transaction.atomic():
        _lock(lot, shared=False)
        if JournalPending.objects.filter(lot_id=lot).exists():
            raise PendingError(f"acts of lot {lot} wait for the log")
        yield chain_heads(lot)


def close_gate(lot: uuid.UUID, entry: JournalEntry) -> None:
    """Declare the closing list's entry: from it on the lot goes on as one chain."""
    LotGate.objects.create(lot_id=lot, closing=entry)


def gate_closed(lot: uuid.UUID) -> bool:
    """Tell whether a lot's closing list is journalled, so that the lot is one chain."""
    return LotGate.objects.filter(lot_id=lot, closing__isnull=False).exists()


def chain_heads(lot: uuid.UUID) -> list[dict[str, Any]]:
    """Return [{chain, length, head}] of all of a lot's chains, sorted by name."""
    found: dict[str, tuple[int, str]] = {}
    rows = LogEntry.objects.filter(journal__lot_id=lot).order_by("chain", "seq")
    for chain, seq, digest in rows.values_list("chain", "seq", "hash"):
        found[chain] = (seq + 1, digest)
    return [{"chain": c, "length": n, "head": h} for c, (n, h) in sorted(found.items())]


def chain_name(entry: JournalEntry, closed: dict[uuid.UUID, int]) -> str:
    """Return the chain that an entry belongs to; `closed` maps a lot to its closing entry's id."""
    if entry.lot_id is None:
        return PLATFORM_CHAIN
    public = f"lot:{entry.lot_id}"
    ended = entry.lot_id in closed and entry.pk > closed[entry.lot_id]
    if not entry.org or ended:
        return public
    chain, _ = Chain.objects.get_or_create(
        lot_id=entry.lot_id, org=entry.org, defaults={"name": f"{public}/{secrets.token_hex(16)}"}
    )
    return chain.name


def of_lot(lot: uuid.UUID, *, tag: str = "") -> list[JournalEntry]:
    """Return a lot's journalled acts in order, of one tag or all."""
    rows = JournalEntry.objects.filter(lot_id=lot).order_by("pk")
    return list(rows.filter(tag=tag) if tag else rows)


def newest(tag: str) -> JournalEntry | None:
    """Return the newest act of a tag that belongs to no lot."""
    return JournalEntry.objects.filter(lot_id=None, tag=tag).order_by("-pk").first()


def _lock(lot: uuid.UUID, *, shared: bool) -> None:
    if connection.vendor != "postgresql":
        return
    key = int.from_bytes(hashlib.sha256(f"journal {lot}".encode()).digest()[:8], "big", signed=True)
    verb = "pg_advisory_xact_lock_shared" if shared else "pg_advisory_xact_lock"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {verb}(%s)", [key])
