"""Content-addressed storage: a file's name is its SHA-256, and what is stored is on the disk before we say so."""

import hashlib
import os
import tempfile
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

CHUNK = 1 << 20


class MissingBlobError(LookupError):
    """A blob that should be stored is not there: an operator must restore it."""


def put(data: bytes) -> str:
    """Store bytes; returns their SHA-256. Storing the same bytes again changes nothing."""
    digest = hashlib.sha256(data).hexdigest()
    target = path(digest)
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=target.parent, prefix=".new-", delete=False) as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(file.name).replace(target)
        sync_folder(target.parent)
    return digest


def adopt(source: Path, digest: str) -> None:
    """Move a file whose hash is known and whose bytes are synced into the store."""
    target = path(digest)
    target.parent.mkdir(parents=True, exist_ok=True)
    source.replace(target)
    sync_folder(target.parent)


def exists(digest: str) -> bool:
    """Tell whether a blob is stored."""
    return path(digest).exists()


def get(digest: str) -> bytes:
    """Return a blob's bytes; raises MissingBlobError."""
    with open_blob(digest) as file:
        return file.read()


def open_blob(digest: str) -> BinaryIO:
    """Open a blob for reading; raises MissingBlobError."""
    try:
        return path(digest).open("rb")
    except FileNotFoundError as error:
        raise MissingBlobError(f"blob {digest} is not in the store") from error


def path(digest: str) -> Path:
    """Return where a blob lies; raises ValueError for anything but a lower-case SHA-256."""
    if len(digest) != hashlib.sha256().digest_size * 2 or set(digest) - set("0123456789abcdef"):
        raise ValueError(f"not a SHA-256: {digest!r}")
    return Path(settings.HOME) / "blobs" / digest[:2] / digest[2:]


def sync_folder(folder: Path) -> None:
    """Write a folder's entries to the disk."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
