"""The store of a replay: a folder with its own keys, witnesses, policy and moved clock, made before Django starts."""

import fcntl
import hashlib
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kernel import keys, timemachine
from kernel.domain.notes import LOG_KEY, VerifierKey
from kernel.witness import Witness

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
"""Monday 2026-03-02 09:00 in Shanghai: the one instant at which every lot of a replay is published."""
LOG_ORIGIN = "yangguang.replay/log"
WITNESSES = ("w1", "w2", "w3")
QUORUM = 2
_UNSAFE = re.compile(r"[^\w.-]+", re.ASCII)
_FOREIGN = ("DATABASE_URL", "REDIS_URL")
"""Variables of a deployment that a replay must not touch."""


class StoreBusyError(Exception):
    """Another replay of the same file with the same options is running."""


@dataclass(frozen=True, slots=True)
class Store:
    """Where a replay keeps what it makes."""

    folder: Path

    @property
    def home(self) -> Path:
        """The platform's own folder."""
        return self.folder / "store"

    @property
    def trust(self) -> Path:
        """What every bidder had from the start."""
        return self.folder / "trust"

    @property
    def dossiers(self) -> Path:
        """The dossiers of the replayed tenders."""
        return self.folder / "dossiers"

    @property
    def receipts(self) -> Path:
        """The bidders' receipts, by lot."""
        return self.folder / "receipts"

    def witnesses(self) -> list[Witness]:
        """Return the three witnesses of this store."""
        return [
            Witness(self.folder / "witnesses" / name, f"{name}.replay/witness", self.log_key())
            for name in WITNESSES
        ]

    def log_key(self) -> VerifierKey:
        """Return the public key of the store's log, making the key if it is missing."""
        (self.home / "keys").mkdir(parents=True, exist_ok=True, mode=0o700)
        secret = Ed25519PrivateKey.from_private_bytes(keys.seed(self.home / "keys" / "log.ed25519"))
        return VerifierKey(LOG_ORIGIN, LOG_KEY, secret.public_key().public_bytes_raw())


def name_of(source: Path, options: str) -> str:
    """Return the folder name of a replay: the same file with the same options has the same one."""
    mark = hashlib.sha256(f"{source.resolve()}\n{options}".encode()).hexdigest()[:8]
    stem = _UNSAFE.sub("-", source.name.partition(".")[0]) or "bids"
    return f"{stem[:60]}-{mark}"


@contextmanager
def fresh(folder: Path) -> Iterator[Store]:
    """Give an empty store, whatever an earlier run left there; raises StoreBusyError while that one runs."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_suffix(".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StoreBusyError(f"another replay is running in {folder}") from error
        shutil.rmtree(folder, ignore_errors=True)
        store = Store(folder)
        for each in (store.home, store.trust, store.dossiers, store.receipts):
            each.mkdir(parents=True)
        _enter(store)
        yield store


def _enter(store: Store) -> None:
    """Write policy and clock, and let this process's environment name them, before settings are read."""
    lines = [f"log {store.log_key()}"]
    lines += [
        f"witness {name} {each.verifier}" for name, each in zip(WITNESSES, store.witnesses(), strict=True)
    ]
    lines += [f"group witnesses {QUORUM} {' '.join(WITNESSES)}", "quorum witnesses"]
    policy, clock = store.folder / "policy.txt", store.folder / "clock.json"
    policy.write_text("".join(f"{line}\n" for line in lines))
    for name in [*_FOREIGN, *(name for name in os.environ if name.startswith("YANGGUANG_"))]:
        os.environ.pop(name, None)
    os.environ.update(
        DJANGO_SETTINGS_MODULE="config.settings",
        YANGGUANG_PROFILE="replay",
        YANGGUANG_HOME=str(store.home),
        YANGGUANG_CLOCK=str(clock),
        YANGGUANG_POLICY=str(policy),
        YANGGUANG_LOG_ORIGIN=LOG_ORIGIN,
        YANGGUANG_EMAIL_BACKEND="django.core.mail.backends.dummy.EmailBackend",
    )
    timemachine.move_to(START)
