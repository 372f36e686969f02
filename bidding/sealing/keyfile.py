"""The kit file: what a bidder must keep to itself, locked by a passphrase, so that a lost disk opens no bid."""

import os
import secrets
import unicodedata
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from bidding.domain import shapes
from bidding.sealing.streams import whole_file, write_all
from kernel.domain import canonical

DOMAIN = "yangguang/kit-file/v1"
PASSPHRASE_LEAST = 8
FILE_BYTES_MOST = 16 * 1024 * 1024
_KEY_BYTES, _SALT_BYTES, _NONCE_BYTES = 32, 32, 12
_COST, _BLOCK_SIZE, _PARALLEL = 2**16, 8, 1
_COST_MOST, _BLOCK_SIZE_MOST, _PARALLEL_MOST = 2**20, 32, 16
_SHAPE = shapes.record(
    domain=shapes.exactly(DOMAIN),
    kdf=shapes.record(
        name=shapes.exactly("scrypt"),
        n=shapes.whole_number(2),
        r=shapes.whole_number(1),
        p=shapes.whole_number(1),
        salt=shapes.base64_of(_SALT_BYTES),
    ),
    cipher=shapes.record(name=shapes.exactly("chacha20poly1305"), nonce=shapes.base64_of(_NONCE_BYTES)),
    data=shapes.base64_of(),
)


class KeyFileError(ValueError):
    """A kit file that cannot be opened; the message says whether the file or the passphrase is to blame."""


def lock(value: dict[str, Any], passphrase: str) -> bytes:
    """Return a kit file around a JSON object; raises KeyFileError for a passphrase that is too short."""
    if len(_normal(passphrase)) < PASSPHRASE_LEAST:
        raise KeyFileError(f"the passphrase needs at least {PASSPHRASE_LEAST} characters")
    head = {
        "domain": DOMAIN,
        "kdf": {
            "name": "scrypt",
            "n": _COST,
            "r": _BLOCK_SIZE,
            "p": _PARALLEL,
            "salt": canonical.b64(secrets.token_bytes(_SALT_BYTES)),
        },
        "cipher": {"name": "chacha20poly1305", "nonce": canonical.b64(secrets.token_bytes(_NONCE_BYTES))},
    }
    sealed = _cipher(head, passphrase).encrypt(
        _nonce(head), canonical.to_bytes(value), canonical.to_bytes(head)
    )
    return canonical.to_bytes({**head, "data": canonical.b64(sealed)})


def unlock(data: bytes, passphrase: str) -> dict[str, Any]:
    """Return the JSON object of a kit file; raises KeyFileError."""
    try:
        found = canonical.from_bytes(data)
        shapes.check(found, _SHAPE, "kit file")
    except (canonical.NotCanonicalError, shapes.ShapeError) as error:
        raise KeyFileError(f"this is no kit file: {error}") from error
    head = {name: found[name] for name in ("domain", "kdf", "cipher")}
    try:
        opened = _cipher(head, passphrase).decrypt(
            _nonce(head), canonical.unb64(found["data"]), canonical.to_bytes(head)
        )
    except InvalidTag as error:
        raise KeyFileError("the passphrase is wrong, or the kit file was changed") from error
    value: dict[str, Any] = canonical.from_bytes(opened)
    return value


def write(path: Path, value: dict[str, Any], passphrase: str) -> None:
    """Write a kit file that only its owner may read, synced: without it the bidder could not open its own bid."""
    data = lock(value, passphrase)
    with whole_file(path, mode=0o600) as file:
        write_all(file, data)
        os.fsync(file.fileno())
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def read(path: Path, passphrase: str) -> dict[str, Any]:
    """Read a kit file; raises KeyFileError, OSError when there is none."""
    if path.stat().st_size > FILE_BYTES_MOST:
        raise KeyFileError("this is no kit file: it is too long")
    return unlock(path.read_bytes(), passphrase)


def _cipher(head: dict[str, Any], passphrase: str) -> ChaCha20Poly1305:
    kdf = head["kdf"]
    cost, size, parallel = kdf["n"], kdf["r"], kdf["p"]
    if cost & (cost - 1) or cost > _COST_MOST or size > _BLOCK_SIZE_MOST or parallel > _PARALLEL_MOST:
        raise KeyFileError("the kit file asks for more work than any that we write; it is not ours")
    key = Scrypt(salt=canonical.unb64(kdf["salt"]), length=_KEY_BYTES, n=cost, r=size, p=parallel)
    return ChaCha20Poly1305(key.derive(_normal(passphrase).encode("utf-8")))


def _nonce(head: dict[str, Any]) -> bytes:
    return canonical.unb64(head["cipher"]["nonce"])


def _normal(passphrase: str) -> str:
    return unicodedata.normalize("NFKC", passphrase)
