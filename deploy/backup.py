"""`make backup` and `make restore`: one file with database, blobs, uploads, keys and log; checked on both ways.

The order is what makes the copy whole while the platform runs. Tiles of the log come first: they are never ahead of
the rows, and what is missing of them is made again. Then the database, then uploads, then blobs, which are never
changed and never removed: every row of the copy finds its blob. A saved store is restored only into an empty one.
The file holds the keys of the store: keep it as safe as the store itself.
"""

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tarfile
import tempfile
import time
from contextlib import closing
from io import BytesIO
from pathlib import Path
from typing import IO
from urllib.parse import urlparse

ROOT = Path(__file__).resolve().parent.parent
BEFORE = ("log",)
AFTER = ("uploads", "blobs", "keys")
DATABASE = "yangguang.sqlite3"
DUMP = "database.dump"
MANIFEST = "manifest.json"


class BackupError(Exception):
    """What cannot be saved or restored; the message says what to do."""


class _Hashed:
    """A file that hashes what is read of it."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self.digest = file, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self.digest.update(data)
        return data


def home() -> Path:
    """Return the folder of the store."""
    return Path(os.environ.get("YANGGUANG_HOME") or ROOT / "var").resolve()


def save(target: Path) -> Path:
    """Write the store to a new file; returns it. The file appears only when it is whole."""
    if target.exists():
        raise BackupError(f"{target} exists already: name another file")
    if not (home() / "keys").exists():
        raise BackupError(f"there is no store in {home()}")
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
        partial = Path(scratch) / "partial.tar"
        with tarfile.open(partial, "w") as archive:
            hashes: dict[str, str] = {}
            for folder in BEFORE:
                _add_folder(archive, folder, hashes)
            dump = _dump(Path(scratch))
            _add(archive, dump, dump.name, hashes)
            for folder in AFTER:
                _add_folder(archive, folder, hashes)
            body = json.dumps({"saved_at": int(time.time()), "files": hashes}, indent=1).encode()
            info = tarfile.TarInfo(MANIFEST)
            info.size, info.mode = len(body), 0o600
            archive.addfile(info, BytesIO(body))
        with partial.open("rb") as file:
            os.fsync(file.fileno())
        partial.chmod(0o600)
        partial.replace(target)
    return target


def restore(source: Path) -> int:
    """Bring a saved store back into an empty one; returns how many files came. Every hash is checked first."""
    if not source.exists():
        raise BackupError(f"there is no file {source}")
    target = home()
    if any((target / name).exists() for name in (*BEFORE, *AFTER, DATABASE)):
        raise BackupError(f"{target} holds a store already: name an empty folder by YANGGUANG_HOME")
    target.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.TemporaryDirectory(dir=target) as scratch:
        folder = Path(scratch)
        count = _unpack(source, folder)
        _load(folder)
        for name in (*BEFORE, *AFTER):
            (folder / name).mkdir(exist_ok=True)
            (folder / name).chmod(0o700)
            (folder / name).replace(target / name)
    return count


def _unpack(source: Path, folder: Path) -> int:
    """Unpack a backup and hold every file against the manifest; returns how many there are."""
    try:
        with tarfile.open(source) as archive:
            archive.extractall(folder, filter="data")
        hashes: dict[str, str] = json.loads((folder / MANIFEST).read_text())["files"]
    except (tarfile.TarError, FileNotFoundError, ValueError, KeyError) as error:
        raise BackupError(f"{source} is no whole backup ({error}); nothing was restored") from error
    found = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    for name in sorted(found.symmetric_difference({*hashes, MANIFEST})):
        raise BackupError(f"{source} is damaged at {name}: nothing was restored; take another backup")
    for name, wanted in hashes.items():
        with (folder / name).open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != wanted:
                raise BackupError(f"{source} is damaged at {name}: nothing was restored; take another backup")
    return len(hashes)


def _dump(scratch: Path) -> Path:
    url = os.environ.get("DATABASE_URL", "")
    if not url:
        copy = scratch / DATABASE
        with closing(sqlite3.connect(home() / DATABASE)) as live, closing(sqlite3.connect(copy)) as saved:
            live.backup(saved)
        return copy
    dump = scratch / DUMP
    _tool("pg_dump", "--format=custom", f"--file={dump}", f"--dbname={url}")
    return dump


def _load(folder: Path) -> None:
    url = os.environ.get("DATABASE_URL", "")
    if (folder / DATABASE).exists():
        if url:
            raise BackupError("this backup is of an embedded store: unset DATABASE_URL to restore it")
        with closing(sqlite3.connect(folder / DATABASE)) as saved:
            if saved.execute("PRAGMA integrity_check").fetchone() != ("ok",):
                raise BackupError("the saved database is damaged: take another backup")
        shutil.move(folder / DATABASE, home() / DATABASE)
        return
    if not url:
        raise BackupError("this backup is of a PostgreSQL store: set DATABASE_URL to an empty database")
    name = urlparse(url).path.lstrip("/")
    _tool("pg_restore", "--no-owner", "--single-transaction", f"--dbname={url}", str(folder / DUMP))
    sys.stderr.write(f"restored the database {name}\n")


def _tool(name: str, *arguments: str) -> None:
    if shutil.which(name) is None:
        raise BackupError(f"{name} is not installed: sudo apt-get install -y postgresql-client")
    done = subprocess.run([name, *arguments], capture_output=True, text=True, check=False)  # noqa: S603 - ours
    if done.returncode:
        raise BackupError(f"{name} failed: {done.stderr.strip()}")


def _add_folder(archive: tarfile.TarFile, folder: str, hashes: dict[str, str]) -> None:
    for path in sorted((home() / folder).rglob("*")):
        if path.is_file() and not path.name.startswith("."):
            _add(archive, path, str(path.relative_to(home())), hashes)


def _add(archive: tarfile.TarFile, path: Path, name: str, hashes: dict[str, str]) -> None:
    """Add as much of a file as there is now: an upload may grow meanwhile, or become a blob."""
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return
    with file:
        content = _Hashed(file)
        archive.addfile(archive.gettarinfo(arcname=name, fileobj=file), content)
    hashes[name] = content.digest.hexdigest()


def main(words: list[str]) -> int:
    """Save or restore, as the command line says."""
    try:
        match words:
            case ["save"]:
                stamp = time.strftime("%Y%m%d-%H%M%S")
                print(save(home() / "backups" / f"yangguang-{stamp}.tar"))
            case ["save", name]:
                print(save(Path(name)))
            case ["restore", name]:
                print(f"restored {restore(Path(name))} files into {home()}")
            case _:
                sys.stderr.write("usage: python -m deploy.backup save [FILE] | restore FILE\n")
                return 2
    except (BackupError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
