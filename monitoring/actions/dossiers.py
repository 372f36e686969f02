"""Makes a lot's dossier: all facts read at one moment under the lot's lock, then written to the store by streaming."""

import os
import tempfile
import uuid
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, cast

from django.conf import settings
from django.db import transaction

from kernel import journal, storage
from monitoring.actions.jobs import NotYetError
from monitoring.domain.lifecycle import DOSSIER, DossierLever, DossierState
from monitoring.dossier import facts, writing
from monitoring.dossier.facts import Facts, NotLoggedError
from monitoring.dossier.writing import LaidOut
from monitoring.models import DossierFile
from tender.actions import stepping


def make(file_id: uuid.UUID, *, now: datetime) -> DossierFile:
    """Make an asked dossier; one that is made stays. Raises NotYetError while its acts wait for log or witnesses."""
    row = DossierFile.objects.get(pk=file_id)
    if row.state == DossierState.MADE:
        return row
    found = read(row.lot_id)
    folder = Path(settings.HOME) / "uploads"
    with tempfile.NamedTemporaryFile(dir=folder, prefix=".dossier-", delete=False) as target:
        path = Path(target.name)
        try:
            binary = cast("BinaryIO", target)
            sha256 = writing.write(binary, writing.lay_out(found), row.edition, now=now)
            target.flush()
            os.fsync(target.fileno())
        except BaseException:
            path.unlink()
            raise
    size = path.stat().st_size
    storage.adopt(path, sha256)
    return _keep(row, found, sha256, size, now)


def read(lot_id: uuid.UUID) -> Facts:
    """Return a lot's facts as they stand together; raises NotYetError while they are not all logged and witnessed."""
    with transaction.atomic():
        stepping.lock(lot_id)
        try:
            return facts.collect(lot_id)
        except NotLoggedError as error:
            raise NotYetError(str(error)) from error


def write_to(path: Path, laid_out: LaidOut, edition: str, *, now: datetime) -> str:
    """Write an edition of a dossier to a file outside the store; returns its SHA-256."""
    fresh = path.with_name(f".{path.name}.part")
    with fresh.open("w+b") as target:
        sha256 = writing.write(target, laid_out, edition, now=now)
    fresh.replace(path)
    return sha256


def _keep(row: DossierFile, found: Facts, sha256: str, size: int, now: datetime) -> DossierFile:
    with transaction.atomic():
        kept = DossierFile.objects.select_for_update().get(pk=row.pk)
        if kept.state == DossierState.MADE:
            return kept
        kept.state = DOSSIER.step(kept.state, DossierLever.MAKE).target
        kept.lot_state, kept.log_size = found.state, found.log.size
        kept.sha256, kept.size, kept.made_at = sha256, size, now
        kept.save(update_fields=["state", "lot_state", "log_size", "sha256", "size", "made_at"])
        payload = {"lot": str(kept.lot_id), "edition": kept.edition, "state": found.state, "sha256": sha256}
        journal.record("monitoring:dossier:made", actor=journal.SYSTEM, at=now, payload=payload)
    return kept
