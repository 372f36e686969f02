"""Canonical JSON (RFC 8785), so that the same facts always have the same bytes and the same hash."""

import base64
import binascii
import hashlib
import json
import unicodedata
from datetime import UTC, datetime
from typing import Any

import rfc8785

MAX_INTEGER = 2**53 - 1


class NotCanonicalError(ValueError):
    """A value or a byte string that has no place in a signed or logged file; the message says where."""


def to_bytes(value: Any) -> bytes:
    """Return the RFC 8785 bytes of a JSON value.

    Raises NotCanonicalError for a float, an integer beyond 2^53, text that is not NFC, a key that is no text.
    """
    _check(value, "$")
    return bytes(rfc8785.dumps(value))


def from_bytes(data: bytes) -> Any:
    """Parse canonical bytes; raises NotCanonicalError, and nothing else, when re-rendering gives other bytes."""
    try:
        value = json.loads(data.decode("utf-8"), object_pairs_hook=_unique)
        rendered = to_bytes(value)
    except NotCanonicalError:
        raise
    except (ValueError, RecursionError) as error:  # also an integer of thousands of digits, and deep nesting
        raise NotCanonicalError(f"not JSON in UTF-8: {error}") from error
    if rendered != data:
        raise NotCanonicalError("the bytes are not the canonical form (RFC 8785) of what they say")
    return value


def sha256(data: bytes) -> str:
    """Return SHA-256 as 64 lower-case hex digits."""
    return hashlib.sha256(data).hexdigest()


def digest(value: Any) -> str:
    """Return H(value): SHA-256 over the canonical bytes of a JSON value."""
    return sha256(to_bytes(value))


def instant(moment: datetime) -> str:
    """Write an aware datetime as UTC with three decimals, cut off and never rounded up."""
    if moment.tzinfo is None:
        raise NotCanonicalError("an instant needs a time zone")
    utc = moment.astimezone(UTC)
    return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}Z"


def parse_instant(text: str) -> datetime:
    """Read what `instant` writes, and nothing else."""
    try:
        moment = datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
    except (TypeError, ValueError) as error:
        raise NotCanonicalError(f"not an instant: {text!r}") from error
    if instant(moment) != text:
        raise NotCanonicalError(f"not an instant with three decimals: {text!r}")
    return moment


def b64(data: bytes) -> str:
    """Write bytes as standard base64 with padding."""
    return base64.b64encode(data).decode("ascii")


def unb64(text: str) -> bytes:
    """Read standard base64 strictly: padding present, no other characters, no loose last bits."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError, TypeError) as error:
        raise NotCanonicalError(f"not base64: {error}") from error
    if b64(data) != text:
        raise NotCanonicalError("base64 is not in its one canonical form")
    return data


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise NotCanonicalError("a key stands twice in one object")
    return found


def _check(value: Any, path: str) -> None:
    if value is None or isinstance(value, bool):
        return
    if isinstance(value, int):
        if abs(value) > MAX_INTEGER:
            raise NotCanonicalError(f"{path}: integer beyond 2^53")
    elif isinstance(value, str):
        _check_text(value, path)
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            _check(item, f"{path}[{index}]")
    elif isinstance(value, dict):
        for key, item in value.items():
            if not isinstance(key, str):
                raise NotCanonicalError(f"{path}: a key must be text, not {type(key).__name__}")
            _check_text(key, path)
            _check(item, f"{path}.{key}")
    else:
        raise NotCanonicalError(f"{path}: {type(value).__name__} has no canonical form; write it as text")


def _check_text(text: str, path: str) -> None:
    if text.isascii():
        return
    if not unicodedata.is_normalized("NFC", text):
        raise NotCanonicalError(f"{path}: text must be in Unicode NFC")
    if any("\ud800" <= char <= "\udfff" for char in text):
        raise NotCanonicalError(f"{path}: text holds a lone surrogate")
