"""The keys of this store, generated on first use with mode 0600 and never printed."""

import os
from functools import lru_cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.conf import settings

from kernel.domain.notes import LOG_KEY, VerifierKey


@lru_cache(maxsize=4)
def log_key(home: str = "") -> Ed25519PrivateKey:
    """Return the Ed25519 key that signs checkpoints."""
    return Ed25519PrivateKey.from_private_bytes(seed(Path(home or settings.HOME) / "keys" / "log.ed25519"))


def log_verifier() -> VerifierKey:
    """Return the log's public key under its origin."""
    public = log_key(str(settings.HOME)).public_key().public_bytes_raw()
    return VerifierKey(name=settings.LOG_ORIGIN, kind=LOG_KEY, public=public)


def seed(path: Path) -> bytes:
    """Return the 32 bytes of a key file, making it if missing."""
    key = Ed25519PrivateKey.generate().private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
    write_private(path, key, keep=True)
    return path.read_bytes()


def write_private(path: Path, data: bytes, *, keep: bool = False) -> None:
    """Write a file that only its owner reads; with `keep` an existing one stays as it is."""
    flags = os.O_CREAT | os.O_WRONLY | (os.O_EXCL if keep else os.O_TRUNC)
    try:
        handle = os.open(path, flags, 0o600)
    except FileExistsError:
        return
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
