"""Fresh random bytes for whoever must not be guessed: nonces, salts, contributions to a draw."""

import secrets


def fresh(length: int) -> bytes:
    """Return so many bytes from the system's secure source."""
    return secrets.token_bytes(length)
