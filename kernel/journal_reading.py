"""The journal as an auditor reads it: who did what when, without anything that may not be known before a closing."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from kernel.models import JournalEntry, LotGate


@dataclass(frozen=True, slots=True)
class Asked:
    """What the journal is narrowed to; the window is half-open, `tag` a beginning such as `tender:lot`."""

    tag: str = ""
    actor: str = ""
    lot: uuid.UUID | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Act:
    """One act: its place in the log is empty until the next tick. Payloads are shown by their hash alone."""

    at: datetime
    tag: str
    actor: str
    lot: uuid.UUID | None
    chain: str
    seq: int | None
    hash: str
    payload_sha256: str


class Acts:
    """Acts that are read in slices."""

    def __init__(self, rows: "QuerySet[JournalEntry]") -> None:
        self._rows = rows

    def count(self) -> int:
        """Return how many there are."""
        return self._rows.count()

    def __len__(self) -> int:
        return self.count()

    def __getitem__(self, part: slice) -> list[Act]:
        return [_act(row) for row in self._rows[part]]

    def __iter__(self) -> Iterator[Act]:
        return (_act(row) for row in self._rows.iterator(chunk_size=1000))


def acts(asked: Asked) -> Acts:
    """Return the acts, newest first; an organisation's own acts on a lot only once its closing list is logged."""
    closed = LotGate.objects.filter(lot_id=OuterRef("lot_id"), closing__isnull=False)
    rows = JournalEntry.objects.select_related("logged").filter(Q(org="") | Exists(closed))
    if asked.tag:
        rows = rows.filter(tag__startswith=asked.tag)
    if asked.actor:
        rows = rows.filter(actor=asked.actor)
    if asked.lot is not None:
        rows = rows.filter(lot_id=asked.lot)
    if asked.since is not None:
        rows = rows.filter(at__gte=asked.since)
    if asked.until is not None:
        rows = rows.filter(at__lt=asked.until)
    return Acts(rows.order_by("-at", "-pk"))


def _act(row: JournalEntry) -> Act:
    logged = getattr(row, "logged", None)
    return Act(
        at=row.at,
        tag=row.tag,
        actor=row.actor,
        lot=row.lot_id,
        chain=logged.chain if logged else "",
        seq=logged.seq if logged else None,
        hash=logged.hash if logged else "",
        payload_sha256=row.payload_sha256,
    )
