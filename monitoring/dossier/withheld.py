"""What the public edition leaves out, by salted hashes: the salts prove later that nothing was put in its place."""

import hashlib
import hmac
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.conf import settings

from kernel import keys
from monitoring.dossier.bag import Source, pieces

DOMAIN = b"yangguang/withheld/v1\n"


def salt(lot: str, name: str, content: str) -> bytes:
    """Return the salt of one file: fixed by lot, name and content, and known to nobody without the store's key."""
    key = keys.seed(Path(settings.HOME) / "keys" / "withheld.seed")
    return hmac.digest(key, f"{lot}\n{name}\n{content}".encode(), "sha256")


def listed(lot: str, files: Mapping[str, Source]) -> list[dict[str, Any]]:
    """Return [{name, hash, salt}] of files, sorted by name: hash = SHA-256(domain LF || salt || bytes)."""
    return [_line(lot, name, files[name]) for name in sorted(files, key=str.encode)]


def without_salts(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return what the public edition says of the same files."""
    return [{"name": one["name"], "hash": one["hash"]} for one in lines]


def _line(lot: str, name: str, source: Source) -> dict[str, Any]:
    plain = hashlib.sha256()
    for piece in pieces(source):
        plain.update(piece)
    own = salt(lot, name, plain.hexdigest())
    salted = hashlib.sha256(DOMAIN + own)
    for piece in pieces(source):
        salted.update(piece)
    return {"name": name, "hash": salted.hexdigest(), "salt": own.hex()}
