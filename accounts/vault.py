"""Seals personal numbers with this store's key, and finds a person again by a keyed hash."""

import hmac
from functools import lru_cache
from pathlib import Path

from cryptography.fernet import Fernet
from django.conf import settings

from kernel import keys


@lru_cache(maxsize=4)
def _keys(home: Path) -> tuple[Fernet, bytes]:
    path = home / "keys" / "person.fernet"
    keys.write_private(path, Fernet.generate_key(), keep=True)
    return Fernet(path.read_bytes()), keys.seed(home / "keys" / "person.hmac")


def seal(text: str) -> bytes:
    """Return text sealed for the store."""
    return _keys(settings.HOME)[0].encrypt(text.encode())


def open_sealed(data: bytes) -> str:
    """Return what was sealed."""
    return _keys(settings.HOME)[0].decrypt(bytes(data)).decode()


def keyed(text: str) -> str:
    """Return the keyed hash by which a number is found again."""
    return hmac.digest(_keys(settings.HOME)[1], text.encode(), "sha256").hex()
