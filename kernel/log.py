"""The evidence log: an RFC 6962 tree over ticks, its signed checkpoints, proofs, tiles and cosignatures."""

import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from kernel import keys
from kernel.domain import leaves, merkle, notes
from kernel.models import JournalEntry, LogCheckpoint, LogCosignature, LogEntry, LogNode, LogTick

TILE = 256
TILE_LEVELS = 8


@dataclass(frozen=True, slots=True)
class Proven:
    """An entry with its salt, its proof and the checkpoint (note text) that the proof leads to."""

    entry: leaves.Entry
    salt: bytes
    proof: leaves.Proof
    checkpoint: str
    witnesses: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the four members that a receipt carries."""
        return {
            "entry": self.entry.as_json(),
            "salt": self.salt.hex(),
            "proof": self.proof.as_json(),
            "checkpoint": self.checkpoint,
        }


def size() -> int:
    """Return the number of leaves."""
    last = LogTick.objects.order_by("-index").values_list("index", flat=True).first()
    return 0 if last is None else last + 1


def entry_of(row: JournalEntry, chain: str, seq: int, prev: str) -> leaves.Entry:
    """Return the log's entry for a journal row at a place in a chain."""
    return leaves.Entry(
        tag=row.tag,
        actor=row.actor,
        at=f"{row.at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{row.at.microsecond // 1000:03d}Z",
        lot=str(row.lot_id) if row.lot_id else None,
        chain=chain,
        seq=seq,
        prev=prev,
        payload_sha256=row.payload_sha256,
    )


def logged_entry(row: LogEntry) -> leaves.Entry:
    """Return the entry as it was hashed."""
    return entry_of(row.journal, row.chain, row.seq, row.prev)


@lru_cache(maxsize=65536)
def _complete(level: int, index: int, _store: str) -> bytes:
    base, above = divmod(level, TILE_LEVELS)
    return merkle.root(_row(base, index << above, 1 << above))


def _row(base: int, first: int, count: int) -> list[bytes]:
    """Return `count` neighbouring hashes of a tile level: leaves at 0, complete tiles above."""
    if base == 0:
        ticks = LogTick.objects.filter(index__gte=first, index__lt=first + count).order_by("index")
        found = [merkle.leaf_hash(bytes(root)) for root in ticks.values_list("root", flat=True)]
    else:
        rows = LogNode.objects.filter(level=base, index__gte=first, index__lt=first + count)
        found = [bytes(h) for h in rows.order_by("index").values_list("hash", flat=True)]
    if len(found) != count:
        raise merkle.ProofError(f"the log has not {count} hashes at {first} of tile level {base}")
    return found


def node(level: int, index: int) -> bytes:
    """Return the hash of a complete subtree of 2^level leaves; complete subtrees never change."""
    return _complete(level, index, f"{settings.HOME}|{settings.DATABASES['default']['NAME']}")


def forget() -> None:
    """Forget cached subtrees; for a process that changes its store."""
    _complete.cache_clear()


def root(count: int) -> bytes:
    """Return the root of the log of the first `count` leaves."""
    return merkle.range_root(node, 0, count)


def append_node(index: int) -> None:
    """Store the hash of every tile that leaf `index` completes."""
    level, place = 1, index
    while (place + 1) % TILE == 0:
        place //= TILE
        found = merkle.root(_row(level - 1, place * TILE, TILE))
        LogNode.objects.create(level=level, index=place, hash=found)
        level += 1


def sign_checkpoint(count: int, *, now: datetime) -> LogCheckpoint:
    """Sign and store the checkpoint of the first `count` leaves."""
    found = root(count)
    body = notes.Checkpoint(origin=settings.LOG_ORIGIN, size=count, root=found).body()
    note = notes.Note(
        body=body, signatures=(notes.sign(body, settings.LOG_ORIGIN, keys.log_key(str(settings.HOME))),)
    )
    return LogCheckpoint.objects.create(size=count, at=now, root=found, note=str(note))


def add_cosignature(count: int, witness: str, key_name: str, raw: bytes) -> bool:
    """Store a witness's signature line; returns False when it was there already. The caller verified it."""
    seconds = int.from_bytes(raw[notes.KEY_ID_BYTES : notes.KEY_ID_BYTES + notes.STAMP_BYTES], "big")
    with transaction.atomic():
        _, made = LogCosignature.objects.get_or_create(
            checkpoint_id=count,
            witness=witness,
            defaults={
                "key_name": key_name,
                "raw": raw,
                "cosigned_at": datetime.fromtimestamp(seconds, UTC),
            },
        )
    return made


def note_of(count: int) -> notes.Note:
    """Return a checkpoint with all cosignatures that have come for it."""
    row = LogCheckpoint.objects.get(size=count)
    note = notes.Note.parse(row.note)
    for cosignature in row.cosignatures.order_by("witness"):
        note = note.with_signature(cosignature.key_name, bytes(cosignature.raw))
    return note


def newest_cosigned(minimum: int = 0, witnesses: int = 1) -> int | None:
    """Return the size of the newest checkpoint above `minimum` leaves with so many cosignatures."""
    rows = LogCosignature.objects.filter(checkpoint_id__gt=minimum).order_by("-checkpoint_id")
    seen: dict[int, int] = {}
    for found in rows.values_list("checkpoint_id", flat=True)[: 64 * max(witnesses, 1)]:
        seen[found] = seen.get(found, 0) + 1
        if seen[found] >= witnesses:
            return found
    return None


def prove(row: LogEntry, count: int) -> leaves.Proof:
    """Return the proof of an entry in the log of the first `count` leaves."""
    used = {p: bytes.fromhex(h) for p, h in row.tick.entries.values_list("position", "hash")}
    values = leaves.batch_values(bytes(row.tick.secret), used)
    return leaves.Proof(
        tick=row.tick_id,
        position=row.position,
        batch=tuple(leaves.batch_path(values, row.position)),
        size=count,
        path=tuple(merkle.inclusion_proof(node, row.tick_id, count)),
    )


def leaf_of(journal_id: int) -> int | None:
    """Return the index of the leaf that holds an act, None while the act waits for the log."""
    return LogEntry.objects.filter(journal_id=journal_id).values_list("tick_id", flat=True).first()


def proven(journal_id: int, *, witnesses: int = 1) -> Proven | None:
    """Return an act's proof under the newest checkpoint with so many cosignatures, None while it waits."""
    row = LogEntry.objects.select_related("journal", "tick").filter(journal_id=journal_id).first()
    count = newest_cosigned(row.tick_id, witnesses) if row else None
    if row is None or count is None:
        return None
    note = note_of(count)
    names = tuple(LogCosignature.objects.filter(checkpoint_id=count).values_list("witness", flat=True))
    return Proven(
        entry=logged_entry(row),
        salt=bytes(row.journal.salt),
        proof=prove(row, count),
        checkpoint=str(note),
        witnesses=tuple(sorted(names)),
    )


def consistency(old: int, new: int) -> list[bytes]:
    """Return the consistency proof between two sizes."""
    return merkle.consistency_proof(node, old, new)


def tile_folder() -> Path:
    """Return where the tiles of the log lie as plain files."""
    return Path(settings.HOME) / "log"


def write_tiles(count: int) -> None:
    """Write the tiles that the newest leaf touches; what is missing is made again from the rows."""
    level = 0
    while count:
        full, part = divmod(count, TILE)
        if part:
            _write_tile(level, full, part)
        for index in range(full - 1, -1, -1):
            if tile_path(level, index, TILE).exists():
                break
            _write_tile(level, index, TILE)
        count, level = full, level + 1


def tile_path(level: int, index: int, width: int) -> Path:
    """Return a tile's path by the C2SP tlog-tiles naming."""
    digits = f"{index:03d}"
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    groups = [digits[i : i + 3] for i in range(0, len(digits), 3)]
    name = "/".join([*(f"x{g}" for g in groups[:-1]), groups[-1]])
    suffix = "" if width == TILE else f".p/{width}"
    return tile_folder() / "tile" / str(level) / f"{name}{suffix}"


def _write_tile(level: int, index: int, width: int) -> None:
    target = tile_path(level, index, width)
    target.parent.mkdir(parents=True, exist_ok=True)
    data = b"".join(node(level * TILE_LEVELS, index * TILE + i) for i in range(width))
    with tempfile.NamedTemporaryFile(dir=target.parent, prefix=".new-", delete=False) as file:
        file.write(data)
    Path(file.name).replace(target)
