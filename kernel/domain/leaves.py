"""How an act becomes a leaf: the entry's hash, the batch of 1,024 positions, the proof through both trees."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kernel.domain import canonical, merkle

POSITIONS = 1024
LEVELS = 10
SALT_BYTES = 32
NO_PREVIOUS = "0" * 64
LEAF_DOMAIN = b"yangguang/leaf/v1\n"


@dataclass(frozen=True, slots=True)
class Entry:
    """What the log says of one act; the payload itself stays outside, by its hash."""

    tag: str
    actor: str
    at: str
    lot: str | None
    chain: str
    seq: int
    prev: str
    payload_sha256: str

    def as_json(self) -> dict[str, Any]:
        """Return the entry as its JSON object."""
        return {name: getattr(self, name) for name in self.__slots__}

    def hash(self, salt: bytes) -> bytes:
        """Return SHA-256(domain LF || salt || canonical entry)."""
        if len(salt) != SALT_BYTES:
            raise ValueError("a salt has 32 bytes")
        return hashlib.sha256(LEAF_DOMAIN + salt + canonical.to_bytes(self.as_json())).digest()


@dataclass(frozen=True, slots=True)
class Proof:
    """The way of an entry's hash to the root of a log of `size` leaves."""

    tick: int
    position: int
    batch: tuple[bytes, ...]
    size: int
    path: tuple[bytes, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the proof as its JSON object (docs/formats.md section 2)."""
        return {
            "tick": self.tick,
            "position": self.position,
            "batch": [step.hex() for step in self.batch],
            "size": self.size,
            "path": [step.hex() for step in self.path],
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Proof":
        """Read a proof; raises ProofError when it has another shape."""
        try:
            return cls(
                tick=int(value["tick"]),
                position=int(value["position"]),
                batch=tuple(bytes.fromhex(step) for step in value["batch"]),
                size=int(value["size"]),
                path=tuple(bytes.fromhex(step) for step in value["path"]),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise merkle.ProofError(f"not a proof: {error}") from error

    def verify(self, entry_hash: bytes, root: bytes) -> None:
        """Raise ProofError unless this proof leads from the entry's hash to the log's root."""
        batch = batch_root_from_path(entry_hash, self.position, self.batch)
        merkle.verify_inclusion(merkle.leaf_hash(batch), self.tick, self.size, self.path, root)


def filler(secret: bytes, position: int) -> bytes:
    """Return what fills an unused position: HMAC-SHA256(tick secret, uint32 position)."""
    return hmac.digest(secret, position.to_bytes(4, "big"), "sha256")


def batch_values(secret: bytes, used: Mapping[int, bytes]) -> list[bytes]:
    """Return the 1,024 values of a batch: entry hashes at their positions, filler elsewhere."""
    return [used.get(p) or filler(secret, p) for p in range(POSITIONS)]


def batch_root(values: list[bytes]) -> bytes:
    """Return the Merkle root over the values of a batch."""
    return merkle.root([merkle.leaf_hash(value) for value in values])


def batch_path(values: list[bytes], position: int) -> list[bytes]:
    """Return the ten hashes that lead from a position to the batch root."""
    hashes = [merkle.leaf_hash(value) for value in values]
    return merkle.inclusion_proof(merkle.nodes(hashes), position, POSITIONS)


def batch_root_from_path(value: bytes, position: int, path: tuple[bytes, ...] | list[bytes]) -> bytes:
    """Return the batch root to which a value at a position leads; raises ProofError on a wrong length."""
    if len(path) != LEVELS or not 0 <= position < POSITIONS:
        raise merkle.ProofError("a batch path has ten steps and a position below 1,024")
    found = merkle.leaf_hash(value)
    for level, step in enumerate(path):
        right = position >> level & 1
        found = merkle.node_hash(step, found) if right else merkle.node_hash(found, step)
    return found
