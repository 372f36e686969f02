"""Merkle tree, signed notes, checkpoints, cosignatures and policy, to the byte of the vectors."""

import hashlib
import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, strategies as st

from kernel.domain import canonical, leaves, merkle, notes

VECTOR = json.loads((Path(__file__).parent.parent / "vectors" / "log.json").read_text())
LOG = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"TEST log key").digest())
WITNESS = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"TEST witness key").digest())
LEAVES = [merkle.leaf_hash(entry.encode()) for entry in VECTOR["entries"]]


def checkpoint_note():
    point = notes.Checkpoint("log.example.org/tender", 7, merkle.root(LEAVES))
    note = notes.Note(point.body(), (notes.sign(point.body(), point.origin, LOG),))
    line = notes.cosign(point.body(), "witness.example.org/w1", WITNESS, VECTOR["witness_time"])
    return note.with_signature(*line)


def test_tree_of_the_vector():
    assert LEAVES[0].hex() == VECTOR["leaf0"]
    assert merkle.root(LEAVES).hex() == VECTOR["root"]
    inclusion = merkle.inclusion_proof(merkle.nodes(LEAVES), 5, 7)
    assert [canonical.b64(step) for step in inclusion] == VECTOR["inclusion_of_5"]
    consistency = merkle.consistency_proof(merkle.nodes(LEAVES), 3, 7)
    assert [canonical.b64(step) for step in consistency] == VECTOR["consistency_3_to_7"]
    eight = [merkle.leaf_hash(bytes.fromhex(leaf)) for leaf in VECTOR["ct_eight_leaf_inputs"]]
    assert merkle.root(eight).hex() == VECTOR["ct_eight_leaf_root"]


def test_note_of_the_vector():
    note = checkpoint_note()
    assert note.body.split("\n")[:3] == VECTOR["checkpoint_body"]
    assert canonical.b64(note.signatures[0][1]) == VECTOR["log_signature"]
    assert canonical.b64(note.signatures[1][1]) == VECTOR["cosignature"]
    assert note.signed_by(notes.VerifierKey.parse(VECTOR["vkey"]))
    found = note.cosigned_by(notes.VerifierKey.parse(VECTOR["witness_vkey"]))
    assert found == notes.Cosignature("witness.example.org/w1", VECTOR["witness_time"])
    assert notes.Note.parse(str(note)) == note
    assert str(notes.VerifierKey.parse(VECTOR["vkey"])) == VECTOR["vkey"]


@given(st.integers(1, 200), st.data())
def test_inclusion_holds_for_its_leaf_and_no_other(size, data):
    hashes = [merkle.leaf_hash(bytes([i % 256, i // 256])) for i in range(size)]
    index = data.draw(st.integers(0, size - 1))
    path = merkle.inclusion_proof(merkle.nodes(hashes), index, size)
    root = merkle.root(hashes)
    merkle.verify_inclusion(hashes[index], index, size, path, root)
    with pytest.raises(merkle.ProofError):
        merkle.verify_inclusion(merkle.leaf_hash(b"another"), index, size, path, root)
    if size > 1:
        with pytest.raises(merkle.ProofError):
            merkle.verify_inclusion(hashes[index], index, size, path[:-1], root)
        with pytest.raises(merkle.ProofError):
            merkle.verify_inclusion(hashes[index], (index + 1) % size, size, path, root)


@given(st.integers(1, 200), st.data())
def test_consistency_holds_only_when_the_log_grew(new, data):
    hashes = [merkle.leaf_hash(bytes([i])) for i in range(new)]
    old = data.draw(st.integers(0, new))
    path = merkle.consistency_proof(merkle.nodes(hashes), old, new)
    roots = merkle.root(hashes[:old]), merkle.root(hashes)
    merkle.verify_consistency(old, new, *roots, path)
    forged = merkle.root([merkle.leaf_hash(b"forged"), *hashes[1:]])
    if old:
        with pytest.raises(merkle.ProofError):
            merkle.verify_consistency(old, new, roots[0], forged, path)


@given(
    st.binary(min_size=32, max_size=32),
    st.dictionaries(st.integers(0, 1023), st.binary(min_size=32, max_size=32), min_size=1, max_size=5),
)
def test_batch_path_leads_to_the_batch_root(secret, used):
    values = leaves.batch_values(secret, used)
    root = leaves.batch_root(values)
    for position, value in used.items():
        path = leaves.batch_path(values, position)
        assert leaves.batch_root_from_path(value, position, path) == root
        assert leaves.batch_root_from_path(value, position ^ 1, path) != root


def test_an_entry_is_found_through_both_trees():
    entry = leaves.Entry(
        "tender:lot:published",
        "system",
        "2026-03-02T01:00:00.000Z",
        None,
        "platform",
        0,
        leaves.NO_PREVIOUS,
        "0" * 64,
    )
    digest = entry.hash(b"s" * 32)
    values = leaves.batch_values(b"k" * 32, {700: digest})
    ticks = [merkle.leaf_hash(bytes([i]) * 32) for i in range(5)] + [
        merkle.leaf_hash(leaves.batch_root(values))
    ]
    proof = leaves.Proof(
        5,
        700,
        tuple(leaves.batch_path(values, 700)),
        6,
        tuple(merkle.inclusion_proof(merkle.nodes(ticks), 5, 6)),
    )
    proof.verify(digest, merkle.root(ticks))
    assert leaves.Proof.from_json(proof.as_json()) == proof
    with pytest.raises(merkle.ProofError):
        proof.verify(entry.hash(b"t" * 32), merkle.root(ticks))


POLICY = """# three witnesses, two suffice
log {log}
witness w1 {w1}
witness w2 {w2}
group both all w1 w2
group one any w1 w2
quorum {quorum}
"""


def policy(quorum):
    w1 = notes.VerifierKey(
        "witness.example.org/w1", notes.WITNESS_KEY, WITNESS.public_key().public_bytes_raw()
    )
    w2 = notes.VerifierKey("witness.example.org/w2", notes.WITNESS_KEY, LOG.public_key().public_bytes_raw())
    return notes.Policy.parse(POLICY.format(log=VECTOR["vkey"], w1=w1, w2=w2, quorum=quorum))


@pytest.mark.parametrize(
    ("quorum", "names", "expected"),
    [
        ("both", {"w1"}, False),
        ("both", {"w1", "w2"}, True),
        ("one", {"w2"}, True),
        ("w1", {"w2"}, False),
        ("none", set(), True),
    ],
)
def test_quorum(quorum, names, expected):
    assert policy(quorum).satisfied(names) is expected


def test_policy_counts_only_good_cosignatures_of_its_witnesses():
    found = policy("one").cosignatures(checkpoint_note())
    assert [c.name for c in found] == ["w1"]
    broken = notes.Note(checkpoint_note().body.replace("7", "8", 1), checkpoint_note().signatures)
    assert policy("one").cosignatures(broken) == []


@pytest.mark.parametrize(
    "line",
    [
        "witness w1",
        "group g 3 w1 w2",
        "group g 0 w1",
        "quorum unknown",
        "speak friend",
        "witness w1 x+00+AA==",
    ],
)
def test_unreadable_policy_lines_are_named(line):
    text = POLICY.format(
        log=VECTOR["vkey"], w1=VECTOR["witness_vkey"], w2=VECTOR["witness_vkey"], quorum="one"
    )
    with pytest.raises(notes.NoteError):
        notes.Policy.parse(text + line + "\n")


@pytest.mark.parametrize(
    "change",
    [lambda t: t.replace("— ", "- "), lambda t: t + "x", lambda t: t.replace("\n\n", "\n"), lambda t: t[:-1]],
)
def test_a_note_is_read_strictly(change):
    with pytest.raises(notes.NoteError):
        notes.Note.parse(change(str(checkpoint_note())))
