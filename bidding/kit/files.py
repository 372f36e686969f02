"""Files that the kit keeps: written whole and synced, for their owner's eyes only; some written once and for good."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from bidding.sealing.randomness import fresh
from bidding.sealing.streams import whole_file, write_all

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

PRIVATE_FILE, PRIVATE_FOLDER = 0o600, 0o700


def folder(path: Path) -> Path:
    """Return a folder, made if missing, closed to other users."""
    path.mkdir(parents=True, exist_ok=True, mode=PRIVATE_FOLDER)
    return path


def store(path: Path, data: bytes) -> None:
    """Write a file whole or not at all, synced with its folder before this returns."""
    folder(path.parent)
    with whole_file(path, mode=PRIVATE_FILE) as file:
        write_all(file, data)
        os.fsync(file.fileno())
    sync(path.parent)


def remember(path: Path, data: bytes) -> bytes:
    """Return what a file that is written once holds: `data` if it was the first, else what came before.

    The file is whole and synced before this returns, and two processes cannot both be first: what a custodian
    answered for one lot must not be forgotten by a crash between remembering and answering.
    """
    folder(path.parent)
    temporary = path.with_name(f".{path.name}.{fresh(8).hex()}")
    store(temporary, data)
    try:
        with suppress(FileExistsError):
            os.link(temporary, path)
    finally:
        temporary.unlink()
    sync(path.parent)
    return path.read_bytes()


def known(path: Path) -> bytes | None:
    """Return what a file holds, None when there is none."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


@contextmanager
def locked(path: Path) -> Iterator[bool]:
    """Hold a file's lock and tell whether it was free; the system drops it when its process ends, however it does."""
    with path.open("ab") as file:
        try:
            if sys.platform == "win32":
                msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
            else:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
        else:
            yield True


def sync(path: Path) -> None:
    """Make a folder's names durable, where the system lets a folder be opened."""
    if sys.platform == "win32":
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_tree(path: Path) -> None:
    """Make all files and folders below a folder durable."""
    if sys.platform == "win32":
        return
    for one in sorted(path.rglob("*")):
        if one.is_dir():
            sync(one)
            continue
        with one.open("rb") as file:
            os.fsync(file.fileno())
    sync(path)
