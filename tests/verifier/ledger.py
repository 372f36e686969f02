"""A transparency log of one lot as the platform keeps it: chains, ticks, batches, cosigned checkpoints, proofs."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kernel.domain import canonical, leaves, merkle, notes

ORIGIN = "log.test/tender"
SYSTEM = "system"


@dataclass
class Act:
    """One act: its entry, what hides it, and where the tick put it."""

    entry: leaves.Entry
    payload: dict[str, Any]
    salt: bytes
    public: bool
    tick: int = -1
    position: int = -1

    @property
    def hash(self) -> bytes:
        """The entry's hash."""
        return self.entry.hash(self.salt)


@dataclass
class Keys:
    """The log's key and its witnesses' keys, with the policy that names them."""

    log: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    witnesses: dict[str, Ed25519PrivateKey] = field(
        default_factory=lambda: {name: Ed25519PrivateKey.generate() for name in ("north", "south", "west")}
    )

    def policy(self) -> bytes:
        """Return policy.txt: two of three witnesses make the quorum."""
        lines = [f"log {notes.VerifierKey(ORIGIN, 1, self.log.public_key().public_bytes_raw())}"]
        for name, key in self.witnesses.items():
            verifier = notes.VerifierKey(f"{name}.test/w", 4, key.public_key().public_bytes_raw())
            lines.append(f"witness {name} {verifier}")
        return ("\n".join([*lines, f"group two 2 {' '.join(self.witnesses)}", "quorum two"]) + "\n").encode()


@dataclass
class Ledger:
    """The acts of one lot and the trees over them; other lots' ticks stand between ours."""

    lot: str
    keys: Keys
    acts: list[Act] = field(default_factory=list)
    roots: list[bytes] = field(default_factory=list)
    batches: dict[int, list[bytes]] = field(default_factory=dict)

    def act(
        self,
        tag: str,
        payload: dict[str, Any],
        *,
        at: datetime,
        chain: str = "",
        public: bool = True,
        actor: str = SYSTEM,
    ) -> Act:
        """Write an act down; it stands in the tree from the next tick on."""
        name = f"lot:{self.lot}" + (f"/{chain}" if chain else "")
        before = self.chain(name)
        entry = leaves.Entry(
            tag=tag,
            actor=actor,
            at=canonical.instant(at),
            lot=self.lot,
            chain=name,
            seq=len(before),
            prev=before[-1].hash.hex() if before else leaves.NO_PREVIOUS,
            payload_sha256=canonical.digest(payload),
        )
        found = Act(entry, payload, secrets.token_bytes(leaves.SALT_BYTES), public)
        self.acts.append(found)
        return found

    def chain(self, name: str) -> list[Act]:
        """Return the acts of a chain."""
        return [one for one in self.acts if one.entry.chain == name]

    def tick(self, others: int = 2) -> None:
        """Put all acts that wait into one batch, between `others` batches of other lots."""
        self.roots += [merkle.leaf_hash(secrets.token_bytes(32)) for _ in range(others)]
        waiting = [one for one in self.acts if one.tick < 0]
        places = secrets.SystemRandom().sample(range(leaves.POSITIONS), len(waiting))
        for one, place in zip(waiting, places, strict=True):
            one.tick, one.position = len(self.roots), place
        used = {one.position: one.hash for one in waiting}
        values = leaves.batch_values(secrets.token_bytes(32), used)
        self.batches[len(self.roots)] = values
        self.roots.append(merkle.leaf_hash(leaves.batch_root(values)))

    def checkpoint(self, at: datetime, witnesses: Sequence[str] = ("north", "south", "west")) -> str:
        """Return the log's checkpoint now, cosigned by these witnesses at `at`."""
        body = notes.Checkpoint(ORIGIN, len(self.roots), merkle.root(self.roots)).body()
        note = notes.Note(body, (notes.sign(body, ORIGIN, self.keys.log),))
        for name in witnesses:
            key = self.keys.witnesses[name]
            note = note.with_signature(*notes.cosign(body, f"{name}.test/w", key, int(at.timestamp())))
        return str(note)

    def proof(self, act: Act) -> dict[str, Any]:
        """Return the proof of an act in the log as it stands."""
        node = merkle.nodes(self.roots)
        return leaves.Proof(
            act.tick,
            act.position,
            tuple(leaves.batch_path(self.batches[act.tick], act.position)),
            len(self.roots),
            tuple(merkle.inclusion_proof(node, act.tick, len(self.roots))),
        ).as_json()

    def consistency(self, note: str) -> dict[str, Any]:
        """Return the row of log/consistency.json that leads from a cited checkpoint to the log as it stands."""
        old = notes.Note.parse(note).checkpoint().size
        path = merkle.consistency_proof(merkle.nodes(self.roots), old, len(self.roots))
        return {"from": old, "to": len(self.roots), "path": [step.hex() for step in path]}

    def heads(self) -> list[tuple[str, int, str]]:
        """Return each chain's name, length and last hash, sorted."""
        names = sorted({one.entry.chain for one in self.acts})
        return [(name, len(self.chain(name)), self.chain(name)[-1].hash.hex()) for name in names]
