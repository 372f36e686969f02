"""A lot's acts as the log holds them, with their proofs to one checkpoint: what a dossier is made of."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from kernel import evidence, journal, log
from kernel.domain import leaves, merkle, notes
from kernel.models import JournalPending, LogCosignature, LogEntry, LogTick


@dataclass(frozen=True)
class Logged:
    """An act in the log: its entry, what was hashed with it, its payload, and whether the public may read it."""

    entry: leaves.Entry
    salt: bytes
    payload: bytes
    public: bool
    tick: int
    position: int

    @cached_property
    def hash(self) -> bytes:
        """The entry's hash, which the log holds."""
        return self.entry.hash(self.salt)


def of_lot(lot: uuid.UUID, *, below: int) -> list[Logged]:
    """Return a lot's acts among the first `below` leaves, by chain (by its bytes), then number.

    Until its closing list is logged only the lot's public chain: that private ones exist is told to nobody.
    """
    rows = LogEntry.objects.select_related("journal").filter(journal__lot_id=lot, tick_id__lt=below)
    if not journal.gate_closed(lot):
        rows = rows.filter(chain=f"lot:{lot}")
    found = [
        Logged(
            entry=log.logged_entry(row),
            salt=bytes(row.journal.salt),
            payload=bytes(row.journal.payload),
            public=row.journal.public,
            tick=row.tick_id,
            position=row.position,
        )
        for row in rows
    ]
    return sorted(found, key=lambda act: (act.entry.chain, act.entry.seq))


def waiting(lot: uuid.UUID) -> bool:
    """Tell whether an act of the lot that `of_lot` would give still waits for the log."""
    rows = JournalPending.objects.filter(lot_id=lot)
    return rows.exists() if journal.gate_closed(lot) else rows.filter(entry__org="").exists()


def newest_leaf(lot: uuid.UUID) -> int | None:
    """Return the leaf of the newest of a lot's acts that `of_lot` would give; None when there is none."""
    rows = LogEntry.objects.filter(journal__lot_id=lot)
    if not journal.gate_closed(lot):
        rows = rows.filter(chain=f"lot:{lot}")
    return rows.order_by("-tick_id").values_list("tick_id", flat=True).first()


def witnessed(minimum: int) -> int | None:
    """Return the newest size above `minimum` leaves that a quorum of the policy's witnesses has cosigned."""
    policy = notes.Policy.parse(evidence.policy_text())
    if policy.satisfied(set()):
        size = log.size()
        return size if size > minimum else None
    rows = LogCosignature.objects.filter(checkpoint_id__gt=minimum).order_by("-checkpoint_id")
    seen: dict[int, set[str]] = {}
    for size, name in rows.values_list("checkpoint_id", "witness").iterator():
        seen.setdefault(size, set()).add(name)
        if policy.satisfied(seen[size]):
            return size
    return None


def prove(acts: Sequence[Logged], size: int) -> list[leaves.Proof]:
    """Return each act's proof in the log of the first `size` leaves; a batch is computed once for all its acts."""
    batches = _batches({act.tick for act in acts})
    paths = {tick: tuple(merkle.inclusion_proof(log.node, tick, size)) for tick in batches}
    return [
        leaves.Proof(
            tick=act.tick,
            position=act.position,
            batch=_batch_path(batches[act.tick], act.position),
            size=size,
            path=paths[act.tick],
        )
        for act in acts
    ]


def _batches(ticks: Iterable[int]) -> dict[int, list[list[bytes]]]:
    """Return the hashes of each tick's batch, level by level from its leaves to its root."""
    found = {}
    for row in LogTick.objects.filter(index__in=set(ticks)).order_by("index"):
        used = {p: bytes.fromhex(h) for p, h in row.entries.values_list("position", "hash")}
        values = leaves.batch_values(bytes(row.secret), used)
        levels = [[merkle.leaf_hash(value) for value in values]]
        while len(below := levels[-1]) > 1:
            levels.append([merkle.node_hash(below[i], below[i + 1]) for i in range(0, len(below), 2)])
        found[row.index] = levels
    return found


def _batch_path(levels: list[list[bytes]], position: int) -> tuple[bytes, ...]:
    return tuple(row[(position >> level) ^ 1] for level, row in enumerate(levels[:-1]))
