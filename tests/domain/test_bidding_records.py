"""Records, receipts, the closing list: what a bidder holds in its hand proves what it says."""

import copy
import hashlib
from dataclasses import replace
from datetime import timedelta

import pytest

from accounts.domain import certificates
from bidding.domain import closing, records, statements
from bidding.domain.closing import Chain, ClosingError, Line, Status
from bidding.domain.records import Outcome, ReceiptError, Standing
from bidding.domain.shapes import ShapeError
from bidding.domain.trust import Trust, TrustError
from kernel.domain import canonical, leaves, merkle, notes
from kernel.domain.refusals import Allowed, Refused
from tests.domain import sealing_world as world

LOT = world.make_world()
SIGNATURE = b"a signature"
SECOND = timedelta(seconds=1)
LATE = Refused("S-02", "late_bid")


@pytest.fixture(scope="module")
def bids(tmp_path_factory):
    """Two bids of one bidder, the second replacing the first, and one of its rival."""
    folder = tmp_path_factory.mktemp("bids")
    first = world.seal_one(LOT, folder / "first")
    second = world.seal_one(LOT, folder / "second", price="9700000.00", supersedes=first[1].hash)
    rival = world.seal_one(LOT, folder / "rival", bidder=world.RIVAL)
    return first, second, rival


def record(bid, *, at=world.SEALED, outcome=Outcome.ACCEPTED, refusal=None, files=None):
    sealed, statement, _ = bid
    return records.build_seal_record(
        statement,
        signature=SIGNATURE,
        files=sealed.files if files is None else files,
        received_at=at,
        deadline=world.DEADLINE,
        outcome=outcome,
        refusal=refusal,
    )


def withdrawn(bid, at=world.SEALED):
    statement = bid[1]
    value = statements.build_withdrawal(statement, bytes(32))
    return records.build_withdrawal_record(
        statement,
        withdrawal=canonical.digest(value),
        signature=SIGNATURE,
        received_at=at,
        deadline=world.DEADLINE,
        outcome=Outcome.ACCEPTED,
    )


def logged(value, *, witnesses=("north",), log_key=None, seconds=None, lot=world.LOT):
    """Return a receipt whose record stands in a log of three ticks, cosigned by these witnesses."""
    platform = world.party(world.PLATFORM)
    entry = leaves.Entry(
        tag="bidding:bid:sealed",
        actor="system",
        at=value["received_at"],
        lot=lot,
        chain=f"lot:{value['lot']}/{'0' * 32}",
        seq=0,
        prev=leaves.NO_PREVIOUS,
        payload_sha256=canonical.digest(value),
    )
    salt = bytes(range(32))
    values = leaves.batch_values(b"tick secret", {77: entry.hash(salt)})
    hashes = [merkle.leaf_hash(bytes([n]) * 32) for n in range(3)]
    hashes[1] = merkle.leaf_hash(leaves.batch_root(values))
    proof = leaves.Proof(
        tick=1,
        position=77,
        batch=tuple(leaves.batch_path(values, 77)),
        size=3,
        path=tuple(merkle.inclusion_proof(merkle.nodes(hashes), 1, 3)),
    )
    body = notes.Checkpoint(origin="log.test/tender", size=3, root=merkle.root(hashes)).body()
    note = notes.Note(body, (notes.sign(body, "log.test/tender", log_key or LOT.log_key),))
    for name in witnesses:
        when = seconds or int(world.SEALED.timestamp())
        line = notes.cosign(body, f"{name}.test/witness", LOT.witness_keys[name], when)
        note = note.with_signature(*line)
    signature = platform.sign(value)
    return records.build_receipt(value, signature, entry=entry, salt=salt, proof=proof, checkpoint=note)


def test_a_receipt_proves_first_receipt_then_submission(bids):
    value = record(bids[0])
    early = records.build_receipt(value, world.party(world.PLATFORM).sign(value))
    proven = records.verify_receipt(early, LOT.trust)
    assert (proven.record, proven.standing, proven.witnesses) == (value, Standing.RECEIVED, ())
    full = records.verify_receipt(logged(value, witnesses=("north", "west")), LOT.trust)
    assert full.standing is Standing.SUBMITTED
    assert {one.name for one in full.witnesses} == {"north", "west"}


def test_a_withdrawal_has_a_receipt_too(bids):
    value = withdrawn(bids[0])
    assert records.verify_receipt(logged(value), LOT.trust).record == value


def test_no_part_of_a_receipt_can_change(bids):
    receipt = logged(record(bids[0]))
    records.verify_receipt(receipt, LOT.trust)
    changes = {
        ("record", "received_at"): canonical.instant(world.SEALED - SECOND),
        ("record", "statement"): "0" * 64,
        ("record", "outcome"): "held",
        ("record", "bidder"): world.RIVAL.credit_code,
        ("signature",): canonical.b64(b"nothing"),
        ("entry", "payload_sha256"): "0" * 64,
        ("entry", "seq"): 1,
        ("entry", "lot"): world.TENDER,
        ("salt",): "0" * 64,
        ("proof", "position"): 78,
        ("proof", "tick"): 0,
        ("proof", "size"): 4,
        ("proof", "batch"): [],
        ("proof", "path"): ["0" * 64] * 2,
        ("proof", "more"): 1,
        ("proof",): {},
        ("checkpoint",): receipt["checkpoint"].replace("\n3\n", "\n4\n"),
        ("domain",): "yangguang/receipt/v2",
    }
    for path, value in changes.items():
        changed = copy.deepcopy(receipt)
        target = changed
        for step in path[:-1]:
            target = target[step]
        target[path[-1]] = value
        with pytest.raises(ReceiptError):
            records.verify_receipt(changed, LOT.trust)
    for name in ("entry", "salt", "proof", "checkpoint"):
        with pytest.raises(ReceiptError, match="part of its proof only"):
            records.verify_receipt({**receipt, name: None}, LOT.trust)
    for value in (None, [], {**receipt, "more": 1}, {k: v for k, v in receipt.items() if k != "salt"}):
        with pytest.raises(ReceiptError):
            records.verify_receipt(value, LOT.trust)


def test_another_platform_log_or_witness_proves_nothing(bids):
    value = record(bids[0])
    forged = records.build_receipt(value, world.party(world.RIVAL).sign(value))
    with pytest.raises(ReceiptError, match="not by the platform"):
        records.verify_receipt(forged, LOT.trust)
    other = world.make_world()
    with pytest.raises(ReceiptError, match="log that you trust"):
        records.verify_receipt(logged(value, log_key=other.log_key), LOT.trust)
    with pytest.raises(ReceiptError, match="no witness that you trust"):
        records.verify_receipt(logged(value, witnesses=()), LOT.trust)
    strangers = replace(LOT.trust, policy=replace(LOT.trust.policy, witnesses=other.trust.policy.witnesses))
    with pytest.raises(ReceiptError, match="no witness that you trust"):
        records.verify_receipt(logged(value), strangers)


def test_an_entry_of_another_lot_or_record_proves_nothing(bids):
    value, other = record(bids[0]), record(bids[1])
    with pytest.raises(ReceiptError, match="another record"):
        records.verify_receipt(logged(value, lot=world.TENDER), LOT.trust)
    mixed = {**logged(other), "record": value, "signature": logged(value)["signature"]}
    with pytest.raises(ReceiptError, match="another record"):
        records.verify_receipt(mixed, LOT.trust)


def test_a_record_says_no_more_than_its_facts(bids):
    first = bids[0]
    with pytest.raises(ShapeError, match="at T or later"):
        record(first, at=world.DEADLINE)
    record(first, at=world.DEADLINE - timedelta(microseconds=1))
    with pytest.raises(ShapeError, match="other files"):
        record(first, files=first[0].files[:-1])
    changed = [replace(first[0].files[0], sha256="0" * 64), *first[0].files[1:]]
    with pytest.raises(ShapeError, match="not the stated file"):
        record(first, files=changed)
    with pytest.raises(ShapeError, match="names its rule"):
        record(first, outcome=Outcome.REFUSED)
    with pytest.raises(ShapeError, match="no rule against"):
        record(first, refusal=LATE)


def test_a_refusal_lists_what_arrived_and_why(bids):
    arrived = bids[0][0].files[:1]
    value = record(bids[0], at=world.DEADLINE, outcome=Outcome.REFUSED, refusal=LATE, files=arrived)
    assert (value["rule"], value["reason"]) == ("S-02", "late_bid")
    assert [one["name"] for one in value["files"]] == [arrived[0].name]
    held = record(bids[0], outcome=Outcome.HELD)
    assert held["outcome"] == "held"


def test_a_statement_to_another_notice_is_recorded_and_refused(bids):
    value = {**bids[0][0].statement, "notice": "0" * 64}
    given = {
        "signature": SIGNATURE,
        "files": (),
        "received_at": world.SEALED,
        "deadline": world.DEADLINE,
        "refusal": Refused("S-06", "another_notice"),
    }
    found = records.build_refusal_record(value, **given)
    assert (found["outcome"], found["rule"], found["bid"]) == ("refused", "S-06", bids[0][1].bid)
    assert found["statement"] == canonical.digest(value)
    assert found["files"] == []
    with pytest.raises(ShapeError):
        records.build_refusal_record({**value, "more": 1}, **given)


def test_a_record_is_of_one_statement(bids):
    value = record(bids[0])
    records.match_statement(value, bids[0][1], SIGNATURE)
    with pytest.raises(ShapeError, match="another bid"):
        records.match_statement(value, bids[1][1], SIGNATURE)
    with pytest.raises(ShapeError, match="signature"):
        records.match_statement(value, bids[0][1], b"another signature")


def make_closing(seals, withdrawals=()):
    found = closing.lines(seals, withdrawals)
    salted = [Line(hashlib.sha256(bytes([n])).digest(), one) for n, one in enumerate(found)]
    chains = [Chain("lot:b", 2, "1" * 64), Chain("lot:a", 1, "2" * 64)]
    value = closing.build(
        LOT.read_notice, counted_at=world.DEADLINE + 15 * SECOND, salted=salted, chains=chains
    )
    return value, salted


def test_the_closing_list_says_what_each_bid_was(bids):
    first, second, rival = bids
    seals = [record(second, at=world.SEALED + SECOND), record(rival), record(first)]
    seals.append(record(first, at=world.DEADLINE, outcome=Outcome.REFUSED, refusal=LATE, files=()))
    found = {one["bid"]: one for one in closing.lines(seals, [withdrawn(rival)])}
    assert len(found) == 3
    assert found[first[1].bid]["status"] == Status.SUPERSEDED
    assert found[first[1].bid]["by"] == second[1].hash
    assert (found[second[1].bid]["status"], found[second[1].bid]["by"]) == (Status.VALID, None)
    assert found[rival[1].bid]["status"] == Status.WITHDRAWN
    assert found[rival[1].bid]["seal"] == canonical.digest(record(rival))
    value, salted = make_closing(seals, [withdrawn(rival)])
    assert value["valid"] == 1
    assert [one["chain"] for one in value["chains"]] == ["lot:a", "lot:b"]
    assert closing.parse(value, LOT.read_notice) == value
    closing.check_lines(value, salted)
    closing.check_lines(value, salted[:1])


def test_a_line_is_hidden_behind_its_salt(bids):
    value, salted = make_closing([record(bids[0])])
    line = salted[0]
    joined = b"yangguang/closing-line/v1\n" + line.salt + canonical.to_bytes(line.value)
    assert value["lines"] == [hashlib.sha256(joined).hexdigest()]
    with pytest.raises(ClosingError, match="not in the closing list"):
        closing.check_lines(value, [replace(line, salt=bytes(32))])
    with pytest.raises(ClosingError, match="not in the closing list"):
        closing.check_lines(value, [line, line])


def test_records_that_contradict_each_other_give_no_list(bids):
    first, second, rival = bids
    one, two, three = record(first), record(second, at=world.SEALED + SECOND), record(rival)
    stranger = {**three, "supersedes": first[1].hash}
    again = {**two, "bid": world.LOT, "statement": "0" * 64}
    cases = [
        ([one, one], []),
        ([one, stranger], []),
        ([one, two, again], []),
        ([one, {**two, "supersedes": None}], []),
        ([two], []),
        ([one, {**two, "received_at": canonical.instant(world.SEALED - SECOND)}], []),
        ([record(first, outcome=Outcome.HELD)], []),
        ([one], [withdrawn(rival)]),
        ([one], [withdrawn(first), withdrawn(first)]),
        ([one, two], [withdrawn(first)]),
        ([one, {**three, "lot": world.TENDER}], []),
    ]
    for seals, withdrawals in cases:
        with pytest.raises(ClosingError):
            closing.lines(seals, withdrawals)


def test_a_withdrawn_replacement_does_not_revive_the_old_bid(bids):
    first, second, _ = bids
    found = closing.lines([record(first), record(second, at=world.SEALED + SECOND)], [withdrawn(second)])
    assert [one["status"] for one in found] == [Status.SUPERSEDED, Status.WITHDRAWN]


def test_a_closing_list_of_another_shape_is_refused(bids):
    value, salted = make_closing([record(bids[0]), record(bids[2])])
    notice = LOT.read_notice
    for field, wrong in (
        ("lot", world.TENDER),
        ("notice", "0" * 64),
        ("deadline", canonical.instant(world.DEADLINE + SECOND)),
        ("counted_at", canonical.instant(world.DEADLINE - SECOND)),
        ("lines", value["lines"][::-1]),
        ("lines", value["lines"][:1] * 2),
        ("chains", value["chains"][::-1]),
        ("valid", 3),
        ("valid", "2"),
        ("addenda", ["0" * 64]),
    ):
        with pytest.raises(ShapeError):
            closing.parse({**value, field: wrong}, notice)
    with pytest.raises(ClosingError, match="counts 1"):
        closing.check_lines({**value, "valid": 1}, salted)
    with pytest.raises(ClosingError, match="salt of its own"):
        closing.build(
            notice,
            counted_at=world.DEADLINE,
            salted=[salted[0], replace(salted[1], salt=salted[0].salt)],
            chains=[],
        )


def test_too_few_bids_are_not_opened():
    assert isinstance(closing.enough({"valid": 3}, least=3), Allowed)
    refused = closing.enough({"valid": 2}, least=3)
    assert isinstance(refused, Refused)
    assert (refused.rule, refused.facts) == ("C-01", {"valid": "2", "least": "3"})


def test_the_trust_folder_reads_back_as_written():
    files = LOT.trust.files()
    assert Trust.of(files).files() == files
    assert Trust.of(files).platform == {certificates.fingerprint(world.party(world.PLATFORM).certificate)}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("roots.pem", b""),
        ("policy.txt", b"nothing"),
        ("policy.txt", b"\xff"),
        ("platform.txt", b""),
        ("platform.txt", b"ABC"),
        ("platform.txt", None),
    ],
)
def test_a_trust_folder_that_cannot_be_used_is_named(name, content):
    files = {**LOT.trust.files(), name: content}
    if content is None:
        del files[name]
    with pytest.raises(TrustError, match=name if content != b"\xff" else "not text"):
        Trust.of(files)
