"""Dossiers as bags in zips, and the ways in which a forger packs what it changed anew."""

import hashlib
import io
import secrets
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kernel.domain import canonical

WITHHELD = b"yangguang/withheld/v1\n"
TIME = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Bag:
    """A dossier's files by their name below `data/`, and the folder of the bag."""

    folder: str
    files: Mapping[str, bytes]

    def with_files(self, changed: Mapping[str, bytes | None]) -> "Bag":
        """Return the bag with other files, None takes one out."""
        found = {**self.files, **changed}
        return Bag(self.folder, {name: data for name, data in found.items() if data is not None})

    def json(self, name: str) -> Any:
        """Return what a JSON file holds."""
        return canonical.from_bytes(self.files[name])

    def tag_files(self) -> dict[str, bytes]:
        """Return the tag files that belong to the payload."""
        date = self.json("edition.json")["exported_at"][:10]
        length = sum(map(len, self.files.values()))
        info = f"Bagging-Date: {date}\nExternal-Identifier: {self.folder}\nPayload-Oxum: {length}.{len(self.files)}\n"
        tags = {
            "bagit.txt": b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n",
            "bag-info.txt": info.encode(),
            "manifest-sha256.txt": manifest({f"data/{name}": data for name, data in self.files.items()}),
        }
        return tags | {"tagmanifest-sha256.txt": manifest(tags)}

    def entries(self) -> dict[str, bytes]:
        """Return all entries of the zip by name, sorted."""
        inside = self.tag_files() | {f"data/{name}": data for name, data in self.files.items()}
        found = {f"{self.folder}/{name}": data for name, data in inside.items()}
        return dict(sorted(found.items(), key=lambda one: one[0].encode()))

    def packed(self) -> bytes:
        """Return the zip."""
        return pack(self.entries())


def manifest(files: Mapping[str, bytes]) -> bytes:
    """Return a manifest's lines."""
    rows = sorted(files.items(), key=lambda one: one[0].encode())
    return "".join(f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in rows).encode()


def pack(entries: Mapping[str, bytes]) -> bytes:
    """Return a zip of entries in the given order, each stored, at the fixed time."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, data in entries.items():
            archive.writestr(zipfile.ZipInfo(name, TIME), data)
    return target.getvalue()


def withheld(audit: Mapping[str, bytes], public: Mapping[str, bytes]) -> list[dict[str, str]]:
    """Return name, hash and salt of what the public edition withholds, in whole or in part."""
    rows = []
    for name in sorted(audit, key=str.encode):
        if public.get(name) != audit[name]:
            salt = secrets.token_bytes(32)
            mark = hashlib.sha256(WITHHELD + salt + audit[name]).hexdigest()
            rows.append({"name": name, "hash": mark, "salt": salt.hex()})
    return rows
