"""The platform's signed records of what arrived, and the receipt by which a bidder proves it to anyone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from accounts.domain.cms import SignatureError
from bidding.domain import shapes
from bidding.domain.parts import FileFact
from bidding.domain.shapes import ShapeError
from bidding.domain.statements import STATEMENT_SHAPE, Statement
from bidding.domain.trust import Trust
from kernel.domain import canonical, leaves, merkle, notes
from kernel.domain.refusals import Refused

SEAL_DOMAIN = "yangguang/seal/v1"
WITHDRAWAL_RECORD_DOMAIN = "yangguang/withdrawal-record/v1"
RECEIPT_DOMAIN = "yangguang/receipt/v1"


class Outcome(StrEnum):
    """What the platform says of an upload or a withdrawal."""

    ACCEPTED = "accepted"
    HELD = "held"
    REFUSED = "refused"


class Standing(StrEnum):
    """The word that a client may show: `received` binds the platform, `submitted` is witnessed by others."""

    RECEIVED = "received"
    SUBMITTED = "submitted"


_FILE = shapes.record(name=shapes.text, sha256=shapes.digest, length=shapes.whole_number())
_OUTCOME = shapes.one_of(*Outcome)
_COMMON = {
    "tender": shapes.identifier,
    "lot": shapes.identifier,
    "bid": shapes.identifier,
    "bidder": shapes.credit_code,
    "signature": shapes.digest,
    "received_at": shapes.instant,
    "deadline": shapes.instant,
    "outcome": _OUTCOME,
    "rule": shapes.nullable(shapes.text),
    "reason": shapes.nullable(shapes.text),
}
SEAL_SHAPE = shapes.record(
    domain=shapes.exactly(SEAL_DOMAIN),
    statement=shapes.digest,
    files=shapes.rows(_FILE),
    supersedes=shapes.nullable(shapes.digest),
    **_COMMON,
)
WITHDRAWAL_SHAPE = shapes.record(
    domain=shapes.exactly(WITHDRAWAL_RECORD_DOMAIN), withdrawal=shapes.digest, **_COMMON
)
_ENTRY = shapes.record(
    tag=shapes.text,
    actor=shapes.text,
    at=shapes.instant,
    lot=shapes.nullable(shapes.text),
    chain=shapes.text,
    seq=shapes.whole_number(),
    prev=shapes.digest,
    payload_sha256=shapes.digest,
)
EVIDENCE_SHAPES: Mapping[str, shapes.Shape] = {
    "entry": _ENTRY,
    "salt": shapes.digest,
    "proof": shapes.anything,
    "checkpoint": shapes.any_text,
}
RECEIPT_SHAPE = shapes.record(
    domain=shapes.exactly(RECEIPT_DOMAIN),
    record=shapes.anything,
    signature=shapes.base64_of(),
    **{name: shapes.nullable(shape) for name, shape in EVIDENCE_SHAPES.items()},
)
_BROKEN = (
    ShapeError,
    SignatureError,
    merkle.ProofError,
    notes.NoteError,
    canonical.NotCanonicalError,
)


class ReceiptError(ValueError):
    """A receipt that proves less than it claims; the message says what fails."""


@dataclass(frozen=True, slots=True)
class Proven:
    """What a receipt proves: the record, how far it stands, and the witnesses who saw it."""

    record: dict[str, Any]
    standing: Standing
    witnesses: tuple[notes.Cosignature, ...]


def build_seal_record(
    statement: Statement,
    *,
    signature: bytes,
    files: Sequence[FileFact],
    received_at: datetime,
    deadline: datetime,
    outcome: Outcome,
    refusal: Refused | None = None,
) -> dict[str, Any]:
    """Return the record of a sealing, or of its refusal with rule and reason; `files` are those that arrived.

    Raises ShapeError for an accepted one whose files are not exactly the stated ones, or that came after T.
    """
    value = {
        "domain": SEAL_DOMAIN,
        **_who(statement),
        "statement": statement.hash,
        "files": [one.as_json() for one in sorted(files, key=lambda one: one.name.encode())],
        "supersedes": statement.supersedes,
        **_what(signature, received_at, deadline, outcome, refusal),
    }
    parse_seal_record(value)
    if outcome is not Outcome.REFUSED:
        match_statement(value, statement, signature)
    return value


def build_refusal_record(
    value: dict[str, Any],
    *,
    signature: bytes,
    files: Sequence[FileFact],
    received_at: datetime,
    deadline: datetime,
    refusal: Refused,
) -> dict[str, Any]:
    """Return the record of refusing a statement that does not answer the lot's notice.

    `value` is the statement as it came; raises ShapeError when it is none at all.
    """
    shapes.check(value, STATEMENT_SHAPE, "statement")
    found = {
        "domain": SEAL_DOMAIN,
        **{name: value[name] for name in ("tender", "lot", "bid", "bidder")},
        "statement": canonical.digest(value),
        "files": [one.as_json() for one in sorted(files, key=lambda one: one.name.encode())],
        "supersedes": value["supersedes"],
        **_what(signature, received_at, deadline, Outcome.REFUSED, refusal),
    }
    return parse_seal_record(found)


def build_withdrawal_record(
    statement: Statement,
    *,
    withdrawal: str,
    signature: bytes,
    received_at: datetime,
    deadline: datetime,
    outcome: Outcome,
    refusal: Refused | None = None,
) -> dict[str, Any]:
    """Return the record of a withdrawal; `withdrawal` is the hash of what the bidder signed."""
    value = {
        "domain": WITHDRAWAL_RECORD_DOMAIN,
        **_who(statement),
        "withdrawal": withdrawal,
        **_what(signature, received_at, deadline, outcome, refusal),
    }
    parse_withdrawal_record(value)
    return value


def parse_seal_record(value: Any) -> dict[str, Any]:
    """Return a seal record, its shape and inner logic checked; raises ShapeError."""
    shapes.check(value, SEAL_SHAPE, "seal")
    names = [one["name"] for one in value["files"]]
    if names != sorted(set(names), key=str.encode):
        raise ShapeError("seal.files: sorted names, each once, are wanted")
    return _logical(value, "seal")


def parse_withdrawal_record(value: Any) -> dict[str, Any]:
    """Return a withdrawal record, its shape and inner logic checked; raises ShapeError."""
    shapes.check(value, WITHDRAWAL_SHAPE, "withdrawal record")
    return _logical(value, "withdrawal record")


def match_statement(record: dict[str, Any], statement: Statement, signature: bytes) -> None:
    """Raise ShapeError unless a seal record is of exactly this statement, its signature and its files."""
    expected = {
        **_who(statement),
        "statement": statement.hash,
        "signature": canonical.sha256(signature),
        "supersedes": statement.supersedes,
    }
    for name, wanted in expected.items():
        if record[name] != wanted:
            raise ShapeError(f"seal.{name}: the record is of another bid")
    stated = statement.files()
    found = {one["name"]: one for one in record["files"]}
    if found.keys() != stated.keys():
        raise ShapeError("seal.files: the record names other files than the statement")
    for name, (sha256, length) in stated.items():
        if found[name]["sha256"] != sha256 or length not in {None, found[name]["length"]}:
            raise ShapeError(f"seal.files: {name} is not the stated file")


def build_receipt(
    record: dict[str, Any],
    signature: bytes,
    *,
    entry: leaves.Entry | None = None,
    salt: bytes | None = None,
    proof: leaves.Proof | None = None,
    checkpoint: notes.Note | None = None,
) -> dict[str, Any]:
    """Return a receipt: "received" with record and signature alone, "submitted" with all four others too."""
    if len({one is None for one in (entry, salt, proof, checkpoint)}) != 1:
        raise ShapeError("a receipt holds entry, salt, proof and checkpoint, or none of them")
    return {
        "domain": RECEIPT_DOMAIN,
        "record": record,
        "signature": canonical.b64(signature),
        "entry": None if entry is None else entry.as_json(),
        "salt": None if salt is None else salt.hex(),
        "proof": None if proof is None else proof.as_json(),
        "checkpoint": None if checkpoint is None else str(checkpoint),
    }


def verify_receipt(value: Any, trust: Trust) -> Proven:
    """Return what a receipt proves to anyone with the trust folder; raises ReceiptError saying what fails.

    "received" needs the platform's signature; "submitted" also the record's place in the log and at least
    one witness of the policy who cosigned the checkpoint.
    """
    try:
        shapes.check(value, RECEIPT_SHAPE, "receipt")
        record = _parse_record(value["record"])
        at = canonical.parse_instant(record["received_at"])
        trust.signed_by_platform(record, canonical.unb64(value["signature"]), at)
        evidence = [value[name] for name in EVIDENCE_SHAPES]
        if all(one is None for one in evidence):
            return Proven(record=record, standing=Standing.RECEIVED, witnesses=())
        if any(one is None for one in evidence):
            raise ReceiptError("the receipt has a part of its proof only; fetch it again")
        witnesses = _verify_logged(value, record, trust)
    except _BROKEN as error:
        raise ReceiptError(f"the receipt proves nothing: {error}") from error
    return Proven(record=record, standing=Standing.SUBMITTED, witnesses=witnesses)


def verify_logged(
    payload: dict[str, Any], evidence: Mapping[str, Any], trust: Trust
) -> tuple[notes.Cosignature, ...]:
    """Return the witnesses who saw a lot's act in the log; raises ReceiptError saying what fails.

    `payload` is what the act's entry names by its hash, such as a closing list; `evidence` holds its `entry`,
    `salt`, `proof` and `checkpoint` as a receipt does.
    """
    try:
        for name, shape in EVIDENCE_SHAPES.items():
            shapes.check(evidence.get(name), shape, name)
        return _verify_logged(evidence, payload, trust)
    except _BROKEN as error:
        raise ReceiptError(f"the log does not show this: {error}") from error


def _verify_logged(
    value: Mapping[str, Any], record: Mapping[str, Any], trust: Trust
) -> tuple[notes.Cosignature, ...]:
    entry = leaves.Entry(**value["entry"])
    if entry.payload_sha256 != canonical.digest(record) or entry.lot != record["lot"]:
        raise ReceiptError("the log entry is of another record")
    note = notes.Note.parse(value["checkpoint"])
    if not note.signed_by(trust.policy.log):
        raise ReceiptError("the checkpoint is not signed by the log that you trust")
    checkpoint, proof = note.checkpoint(), leaves.Proof.from_json(value["proof"])
    if proof.as_json() != value["proof"]:
        raise ReceiptError("the proof is not in its canonical form")
    if proof.size != checkpoint.size:
        raise ReceiptError("the proof is for a log of another size than the checkpoint's")
    proof.verify(entry.hash(bytes.fromhex(value["salt"])), checkpoint.root)
    witnesses = tuple(trust.policy.cosignatures(note))
    if not witnesses:
        raise ReceiptError("no witness that you trust has cosigned the checkpoint yet")
    return witnesses


def _parse_record(value: Any) -> dict[str, Any]:
    domain = value.get("domain") if isinstance(value, dict) else None
    if domain == WITHDRAWAL_RECORD_DOMAIN:
        return parse_withdrawal_record(value)
    return parse_seal_record(value)


def _logical(value: dict[str, Any], what: str) -> dict[str, Any]:
    named = {value["rule"] is not None, value["reason"] is not None}
    if value["outcome"] == Outcome.REFUSED and named != {True}:
        raise ShapeError(f"{what}: a refusal names its rule and its reason")
    if value["outcome"] == Outcome.ACCEPTED and named != {False}:
        raise ShapeError(f"{what}: what is accepted names no rule against it")
    if value["outcome"] == Outcome.ACCEPTED and not value["received_at"] < value["deadline"]:
        raise ShapeError(f"{what}.received_at: what arrives at T or later cannot be accepted")
    return value


def _who(statement: Statement) -> dict[str, Any]:
    return {
        "tender": statement.value["tender"],
        "lot": statement.value["lot"],
        "bid": statement.bid,
        "bidder": statement.bidder,
    }


def _what(
    signature: bytes, received_at: datetime, deadline: datetime, outcome: Outcome, refusal: Refused | None
) -> dict[str, Any]:
    return {
        "signature": canonical.sha256(signature),
        "received_at": canonical.instant(received_at),
        "deadline": canonical.instant(deadline),
        "outcome": str(outcome),
        "rule": None if refusal is None else refusal.rule,
        "reason": None if refusal is None else refusal.reason,
    }
