"""Journal to log: every act is found again, in order, and nothing that was written can change."""

import uuid
from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from kernel import journal, keys, log, sequencer
from kernel.domain import canonical, leaves, merkle, notes
from kernel.models import Chain, JournalEntry, JournalPending, LogCheckpoint, LogEntry, LogTick

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
LOT = uuid.UUID("00000000-0000-4000-8000-000000000001")


def record(tag="test:thing:done", **kwargs):
    with transaction.atomic():
        return journal.record(
            tag, actor="system", at=NOW, payload={"n": JournalEntry.objects.count()}, **kwargs
        )


def test_an_act_outside_the_transaction_of_its_fact_is_refused(store):
    with pytest.raises(transaction.TransactionManagementError):
        journal.record("test:thing:done", actor="system", at=NOW, payload={})


def test_an_act_that_is_rolled_back_was_never_journalled(store):
    with pytest.raises(RuntimeError), transaction.atomic():
        journal.record("test:thing:done", actor="system", at=NOW, payload={})
        raise RuntimeError
    assert JournalEntry.objects.count() == JournalPending.objects.count() == 0


def test_every_tick_adds_one_leaf_full_or_empty(store):
    sequencer.tick(now=NOW)
    rows = [record() for _ in range(3)]
    sequencer.tick(now=NOW)
    sequencer.tick(now=NOW)
    assert log.size() == 3
    assert {e.tick_id for e in LogEntry.objects.all()} == {1}
    assert JournalPending.objects.count() == 0
    assert [e.journal_id for e in LogEntry.objects.order_by("seq")] == [r.pk for r in rows]


def test_overflow_waits_for_the_next_tick(store):
    for _ in range(leaves.POSITIONS + 3):
        record()
    sequencer.tick(now=NOW)
    assert LogEntry.objects.count() == leaves.POSITIONS
    sequencer.tick(now=NOW)
    assert LogEntry.objects.count() == leaves.POSITIONS + 3
    numbers = list(LogEntry.objects.order_by("journal_id").values_list("seq", flat=True))
    assert numbers == list(range(leaves.POSITIONS + 3))


def test_every_entry_is_proven_under_the_signed_checkpoint(store):
    for number in range(9):
        record(lot=LOT if number % 2 else None)
        sequencer.tick(now=NOW)
    newest = LogCheckpoint.objects.order_by("-size").first()
    note = notes.Note.parse(newest.note)
    assert note.signed_by(keys.log_verifier())
    root = note.checkpoint().root
    assert root == merkle.root([merkle.leaf_hash(bytes(t.root)) for t in LogTick.objects.order_by("index")])
    for row in LogEntry.objects.select_related("journal", "tick"):
        entry = log.logged_entry(row)
        digest = entry.hash(bytes(row.journal.salt))
        assert digest.hex() == row.hash
        log.prove(row, newest.size).verify(digest, root)
        assert entry.payload_sha256 == canonical.sha256(bytes(row.journal.payload))


def test_chains_are_gapless_and_linked(store):
    for number in range(6):
        record(lot=LOT, org="91350100M000100Y43" if number < 3 else "")
    sequencer.tick(now=NOW)
    for name in set(LogEntry.objects.values_list("chain", flat=True)):
        prev = leaves.NO_PREVIOUS
        for number, row in enumerate(LogEntry.objects.filter(chain=name).order_by("seq")):
            assert (row.seq, row.prev) == (number, prev)
            prev = row.hash
    private = Chain.objects.get(lot_id=LOT)
    assert private.name.startswith(f"lot:{LOT}/")
    assert len(private.name.rpartition("/")[2]) == 32


def test_from_the_closing_list_on_a_lot_is_one_chain(store):
    record(lot=LOT, org="91350100M000100Y43")
    with pytest.raises(journal.PendingError), journal.closing(LOT):
        pass
    sequencer.tick(now=NOW)
    with journal.closing(LOT) as heads:
        entry = journal.record(
            "bidding:lot:closed", actor="system", at=NOW, payload={"heads": heads}, lot=LOT
        )
        journal.close_gate(LOT, entry)
    late = record(lot=LOT, org="91350100M000100Y43")
    sequencer.tick(now=NOW)
    assert [h["length"] for h in heads] == [1]
    assert LogEntry.objects.get(journal=late).chain == f"lot:{LOT}"


@pytest.mark.parametrize("model", [JournalEntry, LogTick, LogEntry, LogCheckpoint])
@pytest.mark.parametrize("verb", ["update", "delete"])
def test_what_is_written_cannot_change(store, model, verb):
    record()
    sequencer.tick(now=NOW)
    table = model._meta.db_table
    column = next(f.column for f in model._meta.concrete_fields if f.get_internal_type() != "BinaryField")
    column = connection.ops.quote_name(column)
    statement = f"DELETE FROM {table}" if verb == "delete" else f"UPDATE {table} SET {column} = {column}"
    with pytest.raises((IntegrityError, DatabaseError), match="append-only"), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(statement)
    assert model.objects.count() == 1


def test_proofs_and_tiles_across_a_full_tile(store):
    for _ in range(260):
        sequencer.tick(now=NOW)
    leaf_hashes = [merkle.leaf_hash(bytes(t.root)) for t in LogTick.objects.order_by("index")]
    assert log.root(260) == merkle.root(leaf_hashes)
    for old, new in ((1, 260), (255, 257), (256, 260), (100, 256)):
        merkle.verify_consistency(old, new, log.root(old), log.root(new), log.consistency(old, new))
    assert log.tile_path(0, 0, 256).read_bytes() == b"".join(leaf_hashes[:256])
    assert log.tile_path(0, 1, 4).read_bytes() == b"".join(leaf_hashes[256:])
    assert log.tile_path(1, 0, 1).read_bytes() == merkle.root(leaf_hashes[:256])


def test_tiles_that_are_missing_are_made_again(store, monkeypatch):
    monkeypatch.setattr(log, "TILE", 4)
    monkeypatch.setattr(log, "TILE_LEVELS", 2)
    for _ in range(18):
        sequencer.tick(now=NOW)
    whole = {path: path.read_bytes() for path in log.tile_folder().rglob("*") if path.is_file()}
    for index in (1, 2, 3):
        log.tile_path(0, index, 4).unlink()
    log.write_tiles(18)
    assert {path: path.read_bytes() for path in log.tile_folder().rglob("*") if path.is_file()} == whole


def test_tile_names_are_those_of_tlog_tiles():
    assert str(log.tile_path(0, 1234067, 256)).endswith("tile/0/x001/x234/067")
    assert str(log.tile_path(1, 5, 7)).endswith("tile/1/005.p/7")
