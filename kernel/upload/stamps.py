"""The instant of a last byte, kept beside the blob so that a crash cannot lose it, and the leases of processes.

A web process stamps an upload when its last byte arrives, before any work; the stamp lies on the disk before
the database hears of it. Until the fact is committed the stamp is open. Each process renews a lease that names
its earliest open stamp, so that whoever counts the bids of a lot knows when no stamp before T can still come.
"""

import json
import logging
import os
import socket
import threading
import time
import uuid
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import close_old_connections

from kernel import clock
from kernel.domain import canonical
from kernel.models import ProcessLease
from kernel.storage import sync_folder

logger = logging.getLogger(__name__)
LEASE_SECONDS = 10.0
RENEW_SECONDS = 1.0
PROCESS = f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"


@dataclass(frozen=True, slots=True)
class Stamp:
    """What arrived, when, and by whose hands: enough to finish the work after a crash."""

    upload: uuid.UUID
    at: datetime
    sha256: str
    length: int
    process: str


_lock = threading.Lock()
_open: dict[uuid.UUID, datetime] = {}


def open_now(upload: uuid.UUID) -> datetime:
    """Take the instant of a last byte and hold it open; the lock keeps it from slipping behind a lease."""
    with _lock:
        moment = clock.now()
        _open[upload] = moment
    return moment


def close(upload: uuid.UUID) -> None:
    """Forget an open stamp: its fact is committed, or nothing was stamped after all."""
    with _lock:
        _open.pop(upload, None)


def folder() -> Path:
    """Return where uploads and their stamps lie."""
    return Path(settings.HOME) / "uploads"


def part_path(upload: uuid.UUID) -> Path:
    """Return where an upload's bytes grow."""
    return folder() / f"{upload}.part"


def stamp_path(upload: uuid.UUID) -> Path:
    """Return where an upload's stamp lies."""
    return folder() / f"{upload}.stamp"


def write(stamp: Stamp) -> None:
    """Put a stamp on the disk, file and folder synced; the first stamp of an upload stays."""
    fresh = folder() / f".{stamp.upload}.{uuid.uuid4().hex}"
    body = {
        "upload": str(stamp.upload),
        "at": stamp.at.isoformat(),
        "sha256": stamp.sha256,
        "length": stamp.length,
        "process": stamp.process,
    }
    with fresh.open("wb") as file:
        file.write(canonical.to_bytes(body))
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(fresh, stamp_path(stamp.upload))
    except FileExistsError:
        logger.info("upload %s was stamped before", stamp.upload)
    fresh.unlink()
    sync_folder(folder())


def read(path: Path) -> Stamp:
    """Read a stamp file."""
    found = json.loads(path.read_text())
    return Stamp(
        upload=uuid.UUID(found["upload"]),
        at=datetime.fromisoformat(found["at"]),
        sha256=found["sha256"],
        length=found["length"],
        process=found["process"],
    )


def remove(upload: uuid.UUID) -> None:
    """Remove the stamp of a committed fact."""
    stamp_path(upload).unlink(missing_ok=True)


def written() -> list[Stamp]:
    """Return the stamps whose fact may not be committed yet, oldest first."""
    found = []
    for path in folder().glob("*.stamp"):
        try:
            found.append(read(path))
        except FileNotFoundError:
            continue
    return sorted(found, key=lambda stamp: (stamp.at, str(stamp.upload)))


def renew() -> None:
    """Renew this process's lease with its earliest open stamp."""
    with _lock:
        earliest, moment = min(_open.values(), default=None), clock.now()
    ProcessLease.objects.update_or_create(
        process=PROCESS,
        defaults={"renewed_at": moment, "earliest_open": earliest, "alive_at": time.time()},
    )


def end_lease() -> None:
    """End this process's lease when it stops in good order."""
    ProcessLease.objects.filter(process=PROCESS).delete()


def dead(process: str) -> bool:
    """Tell whether a process has not renewed its lease for too long, or never had one."""
    alive = ProcessLease.objects.filter(process=process).values_list("alive_at", flat=True).first()
    return alive is None or time.time() - alive > LEASE_SECONDS


def left_behind(stamp: Stamp) -> bool:
    """Tell whether nobody works on a written stamp: its process is dead, or is this one and has let go."""
    if stamp.process == PROCESS:
        with _lock:
            return stamp.upload not in _open
    return dead(stamp.process)


def unsettled(deadline: datetime) -> list[str]:
    """Return the processes that may still hold a stamp before the deadline; empty means count now.

    A dead process leaves the list when its stamp files are gone, which recovery sees to.
    """
    if clock.now() < deadline:
        return ["the deadline is not reached"]
    renew()
    left = {s.process for s in written() if s.at < deadline}
    found = []
    for lease in ProcessLease.objects.order_by("process"):
        silent = lease.renewed_at < deadline or (
            lease.earliest_open is not None and lease.earliest_open < deadline
        )
        if lease.process in left or (silent and time.time() - lease.alive_at <= LEASE_SECONDS):
            found.append(lease.process)
    return sorted({*found, *left})


class LeaseKeeper(threading.Thread):
    """Renews the lease of this web process until it stops."""

    def __init__(self) -> None:
        super().__init__(name="lease", daemon=True)
        self._stop = threading.Event()

    def run(self) -> None:
        """Renew every second."""
        while not self._stop.is_set():
            try:
                close_old_connections()
                renew()
            except Exception:
                logger.exception("the lease was not renewed")
            self._stop.wait(RENEW_SECONDS)
        end_lease()

    def stop(self) -> None:
        """Ask the thread to end."""
        self._stop.set()
