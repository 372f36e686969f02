"""What strangers need to check the log: its key, the witness policy, its newest checkpoint, acts with proofs."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from kernel import journal, keys, log, tiles
from kernel.models import JournalEntry, LogCheckpoint


@dataclass(frozen=True, slots=True)
class Head:
    """Where the log stands: its size, when its newest checkpoint was made, who cosigned the newest cosigned one."""

    size: int
    at: datetime | None
    cosigned_size: int
    witnesses: tuple[str, ...]
    checkpoint: str


def log_key() -> str:
    """Return the log's verifier key."""
    return str(keys.log_verifier())


def policy_text() -> str:
    """Return the witness policy in force; without one, that of a log that nobody witnesses."""
    if settings.WITNESS_POLICY:
        return Path(settings.WITNESS_POLICY).read_text()
    return f"log {log_key()}\nquorum none\n"


def head() -> Head:
    """Return where the log stands now."""
    newest = LogCheckpoint.objects.order_by("-size").first()
    cosigned = log.newest_cosigned() or 0
    return Head(
        size=newest.size if newest else 0,
        at=newest.at if newest else None,
        cosigned_size=cosigned,
        witnesses=tuple(tiles.cosigned(cosigned)),
        checkpoint=tiles.checkpoint() or "",
    )


def act(lot: uuid.UUID, tag: str) -> JournalEntry | None:
    """Return the newest act of a tag on a lot."""
    found = journal.of_lot(lot, tag=tag)
    return found[-1] if found else None


def proof_of(entry: JournalEntry | None) -> dict[str, Any]:
    """Return entry, salt, proof and checkpoint of an act as a receipt carries them; nulls while no witness saw it."""
    proven = log.proven(entry.pk) if entry is not None else None
    if proven is None:
        return {"entry": None, "salt": None, "proof": None, "checkpoint": None}
    return proven.as_json()
