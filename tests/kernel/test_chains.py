"""A lot's acts for its dossier: all chains after the closing list, the public one before, proofs to one checkpoint."""

import uuid
from datetime import UTC, datetime

import pytest
from django.db import transaction

from kernel import chains, journal, log, sequencer
from kernel.domain import leaves

NOW = datetime(2026, 3, 2, tzinfo=UTC)


def record(lot, tag, *, org="", public=False):
    with transaction.atomic():
        return journal.record(
            tag, actor="system", at=NOW, payload={"tag": tag}, lot=lot, org=org, public=public
        )


def close(lot):
    with journal.closing(lot):
        journal.close_gate(lot, record(lot, "lot:closed", public=True))


def test_private_chains_are_told_only_after_the_closing_list(store):
    lot = uuid.uuid4()
    record(lot, "public", public=True)
    record(lot, "private", org="91A")
    record(uuid.uuid4(), "other lot", public=True)
    sequencer.tick(now=NOW)
    assert [act.entry.tag for act in chains.of_lot(lot, below=9)] == ["public"]
    close(lot)
    assert chains.waiting(lot)
    sequencer.tick(now=NOW)
    assert not chains.waiting(lot)
    tags = [
        (act.entry.chain == f"lot:{lot}", act.entry.seq, act.entry.tag) for act in chains.of_lot(lot, below=9)
    ]
    assert tags == [(True, 0, "public"), (True, 1, "lot:closed"), (False, 0, "private")]
    assert [act.entry.tag for act in chains.of_lot(lot, below=1)] == ["public", "private"]


def test_what_waits_of_a_private_chain_before_the_closing_holds_nothing_up(store):
    lot = uuid.uuid4()
    record(lot, "private", org="91A")
    assert not chains.waiting(lot)
    assert chains.newest_leaf(lot) is None
    record(lot, "public", public=True)
    assert chains.waiting(lot)
    sequencer.tick(now=NOW)
    assert (chains.waiting(lot), chains.newest_leaf(lot)) == (False, 0)


def test_every_proof_leads_from_its_act_to_the_one_root(store):
    lot = uuid.uuid4()
    for n in range(30):
        record(lot, f"act {n}", public=n % 2 == 0)
        if n % 7 == 0:
            sequencer.tick(now=NOW)
    sequencer.tick(now=NOW)
    size = log.size()
    acts = chains.of_lot(lot, below=size)
    assert len(acts) == 30
    for act, proof in zip(acts, chains.prove(acts, size), strict=True):
        assert proof == log.prove(_row(act), size)
        proof.verify(act.hash, log.root(size))
        with pytest.raises(ValueError, match="root"):
            proof.verify(leaves.filler(b"x" * 32, 1), log.root(size))


def _row(act):
    from kernel.models import LogEntry

    return LogEntry.objects.get(chain=act.entry.chain, seq=act.entry.seq)


def test_the_quorum_of_the_policy_decides_which_checkpoint_serves(store, monkeypatch):
    from kernel import witnesses
    from tests.openings import Watch

    for _ in range(2):
        sequencer.tick(now=NOW)
    assert chains.witnessed(0) == 2, "nobody witnesses a log without a policy"
    watch = Watch(store / "witnesses", monkeypatch)
    assert chains.witnessed(0) is None
    watch.tick("north")
    assert chains.witnessed(0) is None
    watch.tick("north", "west")
    assert chains.witnessed(0) == 4
    watch.tick("south")
    assert chains.witnessed(0) == 4
    assert chains.witnessed(4) is None
    witnesses.policy.cache_clear()
