"""Witnesses: they sign growth only, remember across restarts, and a missing one refuses nothing."""

import threading
from datetime import UTC, datetime

import httpx
import pytest

from kernel import keys, log, sequencer
from kernel.domain import canonical, merkle, notes
from kernel.models import LogCheckpoint, LogCosignature
from kernel.witness import Witness, WitnessError, serve
from kernel.witnesses import Courier

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


@pytest.fixture
def witness(store, tmp_path):
    return Witness(tmp_path / "w1", "witness.example.org/w1", keys.log_verifier())


@pytest.fixture
def server(witness):
    running = serve(witness, "127.0.0.1", 0)
    threading.Thread(target=running.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{running.server_address[1]}"
    running.shutdown()
    running.server_close()


def request(old, size):
    path = [canonical.b64(step) for step in log.consistency(old, size)]
    return "\n".join([f"old {old}", *path]) + "\n\n" + LogCheckpoint.objects.get(size=size).note


def test_growth_is_cosigned_with_the_moved_time(witness, moved):
    for _ in range(5):
        sequencer.tick(now=NOW)
    line = witness.add_checkpoint(request(0, 3))
    note = notes.Note.parse(LogCheckpoint.objects.get(size=3).note + line)
    seconds = note.cosigned_by(witness.verifier).seconds
    assert abs(seconds - NOW.timestamp()) < 10
    assert witness.add_checkpoint(request(3, 5))


def test_a_forked_log_is_refused(witness):
    for _ in range(4):
        sequencer.tick(now=NOW)
    witness.add_checkpoint(request(0, 2))
    body = notes.Checkpoint(keys.log_verifier().name, 3, merkle.leaf_hash(b"fork")).body()
    fork = notes.Note(
        body, (notes.sign(body, keys.log_verifier().name, keys.log_key(str(log.settings.HOME))),)
    )
    path = "\n".join(canonical.b64(step) for step in log.consistency(2, 3))
    with pytest.raises(WitnessError) as refused:
        witness.add_checkpoint(f"old 2\n{path}\n\n{fork}")
    assert refused.value.status == 422


def test_a_rewound_log_is_refused_after_a_restart(witness, tmp_path):
    for _ in range(4):
        sequencer.tick(now=NOW)
    witness.add_checkpoint(request(0, 4))
    again = Witness(tmp_path / "w1", "witness.example.org/w1", keys.log_verifier())
    assert again.verifier == witness.verifier
    with pytest.raises(WitnessError) as refused:
        again.add_checkpoint(request(0, 3))
    assert (refused.value.status, str(refused.value)) == (409, "4\n")


@pytest.mark.parametrize(
    ("change", "status"),
    [
        (lambda text: text.replace("yangguang.localhost/log", "other.example/log"), 404),
        (lambda text: text.replace("old 0", "young 0"), 400),
        (lambda text: text.replace("old 0", "old x"), 400),
        (lambda text: text.replace("\n1\n", "\n2\n"), 403),
        (lambda text: text.replace("old 0", "old 9"), 400),
    ],
)
def test_other_requests_are_refused_with_their_status(witness, change, status):
    sequencer.tick(now=NOW)
    with pytest.raises(WitnessError) as refused:
        witness.add_checkpoint(change(request(0, 1)))
    assert refused.value.status == status


def test_the_courier_stores_a_cosignature_and_catches_up_with_the_witness(store, witness, server):
    sequencer.tick(now=NOW)
    sequencer.tick(now=NOW)
    with httpx.Client() as client:
        first = Courier("w1", witness.verifier, server)
        assert first.carry(client)
        assert not first.carry(client)
        sequencer.tick(now=NOW)
        forgetful = Courier("w1", witness.verifier, server)
        assert forgetful.carry(client)
    assert list(LogCosignature.objects.order_by("checkpoint_id").values_list("checkpoint_id", flat=True)) == [
        2,
        3,
    ]
    assert log.newest_cosigned(0) == 3
    assert log.note_of(3).cosigned_by(witness.verifier)


def test_a_false_cosignature_is_not_stored(store, witness, server, tmp_path):
    sequencer.tick(now=NOW)
    other = Witness(tmp_path / "w2", "witness.example.org/w1", keys.log_verifier())
    with httpx.Client() as client, pytest.raises(notes.NoteError):
        Courier("w1", other.verifier, server).carry(client)
    assert not LogCosignature.objects.exists()
