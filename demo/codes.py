"""One-time codes of the demo's seats, whose secrets lie in the demo's own folder."""

import base64
import hashlib
import hmac
import struct
import time

STEP, DIGITS = 30, 6


def one_time_code(secret: str, at: float | None = None) -> str:
    """Return the six digits of a base32 secret, now or at a Unix time (RFC 6238)."""
    counter = struct.pack(">Q", int((time.time() if at is None else at) // STEP))
    digest = hmac.digest(base64.b32decode(secret), counter, hashlib.sha1)
    offset = digest[-1] & 15
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}d}"
