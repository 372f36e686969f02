"""The kit that this platform offers: its file, its hash, and the entry of the log that holds the hash."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders

from kernel import evidence, journal
from kernel.domain import canonical

FOLDER = "portal/kit"
TAG = "bidding:kit:offered"


@dataclass(frozen=True, slots=True)
class Kit:
    """The wheel as it was built with this release."""

    file: str
    sha256: str
    version: str
    length: int

    @property
    def path(self) -> str:
        """Its path below the static files."""
        return f"{FOLDER}/{self.file}"

    def as_json(self) -> dict[str, str]:
        """Return what the log holds of it."""
        return {"file": self.file, "sha256": self.sha256, "version": self.version}


@cache
def offered() -> Kit | None:
    """Return the wheel that lies beside this platform, None where it was not built."""
    found = finders.find(f"{FOLDER}/kit.json")
    if not found:
        return None
    facts: dict[str, str] = json.loads(Path(found).read_text())
    wheel = Path(found).with_name(facts["file"])
    return Kit(facts["file"], facts["sha256"], facts["version"], wheel.stat().st_size)


def logged() -> dict[str, Any] | None:
    """Return what the newest act of offering holds, None before the first."""
    act = journal.newest(TAG)
    return canonical.from_bytes(bytes(act.payload)) if act is not None else None


def proof() -> dict[str, Any]:
    """Return entry, salt, proof and checkpoint of the newest act; nulls while no witness has seen it."""
    return evidence.proof_of(journal.newest(TAG))
