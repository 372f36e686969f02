"""A small world for tests of sealing: an authority, institutions with certificates, custodians, one notice."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from accounts.domain import certificates, cms
from accounts.domain.certificates import PrivateKey, Subject
from bidding.domain import notice as terms, opening, statements
from bidding.domain.notice import Notice, Reading
from bidding.domain.statements import Statement
from bidding.domain.trust import Trust
from bidding.sealing import age, seal, suites
from kernel.domain import canonical, notes

TENDER = "6f1c1b0e-8d0f-4c62-9d3b-2f5a4a1b7c01"
LOT = "0d9b2c7e-3f64-4c0a-8a55-9b6f1e2d3c04"
PUBLISHED = datetime(2026, 3, 2, 9, tzinfo=UTC)
DEADLINE = datetime(2026, 3, 30, 2, tzinfo=UTC)
SEALED = datetime(2026, 3, 20, 8, 31, 7, 120000, tzinfo=UTC)
FROM, UNTIL = datetime(2026, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)

BUYER = Subject("12510800450712347J", "利州区城建中心")
CENTRE = Subject("11510800008612343G", "广元交易中心")
NOTARY = Subject("93510802MA6ABCD102", "广元公证处")
FOURTH = Subject("91350100M000100Y43", "第四保管方")
FIFTH = Subject("91510000201808760A", "第五保管方")
BIDDER = Subject("91510104201923456X", "四川晴川建设")
RIVAL = Subject("91510800738293847T", "广元朝天建工")
PLATFORM = Subject("91510800MA6XWQ1234", "阳光招标平台")


@dataclass(frozen=True)
class Party:
    """Someone who signs: subject, key, certificate."""

    subject: Subject
    key: PrivateKey
    certificate: x509.Certificate

    def sign(self, value: dict[str, Any]) -> bytes:
        return cms.sign_json(value, self.key, self.certificate)


@dataclass(frozen=True)
class World:
    """Everything that one lot's opening needs."""

    notice: dict[str, Any]
    trust: Trust
    parties: dict[str, Party]
    custodians: dict[str, str]
    log_key: Ed25519PrivateKey
    witness_keys: dict[str, Ed25519PrivateKey]
    addenda: list[dict[str, Any]] = field(default_factory=list)

    def reading(self) -> Reading:
        data = canonical.to_bytes(self.notice)
        return terms.read(data, [canonical.to_bytes(one) for one in self.addenda], self.trust, suites.SHAPES)

    @property
    def read_notice(self) -> Notice:
        reading = self.reading()
        assert reading.notice is not None, reading.problems
        assert not reading.problems, reading.problems
        return reading.notice


@cache
def authority() -> Party:
    key = ec.generate_private_key(ec.SECP256R1())
    return Party(FIFTH, key, certificates.create_root(key, name="Test authority", serial=1))


@cache
def party(subject: Subject) -> Party:
    root, key = authority(), ec.generate_private_key(ec.SECP256R1())
    serial = int.from_bytes(subject.credit_code.encode(), "big")
    certificate = certificates.issue(
        key.public_key(),
        subject,
        issuer=root.certificate,
        issuer_key=root.key,
        serial=serial,
        not_before=FROM,
        not_after=UNTIL,
    )
    return Party(subject, key, certificate)


def policy_text(log: Ed25519PrivateKey, witnesses: dict[str, Ed25519PrivateKey]) -> str:
    lines = [f"log {notes.VerifierKey('log.test/tender', 1, log.public_key().public_bytes_raw())}"]
    for name, key in witnesses.items():
        verifier = notes.VerifierKey(f"{name}.test/witness", 4, key.public_key().public_bytes_raw())
        lines.append(f"witness {name} {verifier}")
    return "\n".join([*lines, f"group all-of-them 2 {' '.join(witnesses)}", "quorum all-of-them"]) + "\n"


def organisation(subject: Subject) -> dict[str, str]:
    return {"name": subject.organisation, "credit_code": subject.credit_code}


def make_world(
    *, parts: tuple[str, ...] = ("opening",), mode: str = "consent", custodians: int = 3, lot: str = LOT
) -> World:
    subjects = (BUYER, CENTRE, NOTARY, FOURTH, FIFTH)[:custodians]
    keys = {role: age.Identity.generate() for role in terms.ROLES[:custodians]}
    kept = []
    for (role, key), subject in zip(keys.items(), subjects, strict=True):
        signature = party(subject).sign(terms.custodian_key(lot, role, str(key.recipient)))
        signed = {"recipient": str(key.recipient), "signature": canonical.b64(signature)}
        kept.append({"role": role, **organisation(subject), **signed})
    log, witnesses = Ed25519PrivateKey.generate(), {}
    for name in ("north", "south", "west"):
        witnesses[name] = Ed25519PrivateKey.generate()
    platform = party(PLATFORM)
    trust = Trust.of(
        {
            "roots.pem": certificates.to_bundle([authority().certificate]),
            "platform.txt": certificates.fingerprint(platform.certificate).encode() + b"\n",
            "policy.txt": policy_text(log, witnesses).encode(),
        }
    )
    return World(
        notice={
            "domain": terms.NOTICE_DOMAIN,
            "suite": "age1",
            "tender": TENDER,
            "lot": lot,
            "code": "LZ-2026-001",
            "title": "滨江路改造",
            "project": "滨江路",
            "regime": "T",
            "edition": {"id": "T-2026", "sha256": "a" * 64},
            "category": "works",
            "procuring_entity": organisation(BUYER),
            "agency": None,
            "centre": organisation(CENTRE),
            "published_at": canonical.instant(PUBLISHED),
            "documents_until": canonical.instant(PUBLISHED + timedelta(days=7)),
            "deadline": canonical.instant(DEADLINE),
            "deadline_rule": "an addendum may move it later",
            "estimate": "20000000.00",
            "ceiling": "19800000.00",
            "parts": list(parts),
            "mode": mode,
            "threshold": custodians // 2 + 1,
            "custodians": kept,
            "validity_days": 90,
            "deposit": {"amount": "400000.00", "forms": ["guarantee", "transfer"]},
            "method": {"formula": "mean_benchmark", "parameters": {}, "price_full": "60", "items": []},
            "coefficients": [{"name": "K", "values": ["0.01", "0.02"]}],
            "beacon": "",
            "ties": ["price", "seal"],
            "candidates": 3,
            "committee": {"size": 5, "experts": 4, "strata": []},
            "documents": [],
            "round_of": None,
        },
        trust=trust,
        parties={one.credit_code: party(one) for one in (*subjects, BIDDER, RIVAL, PLATFORM)},
        custodians={role: str(key) for role, key in keys.items()},
        log_key=log,
        witness_keys=witnesses,
    )


def opening_file(folder: Path, price: str = "9800000.00") -> Path:
    fields = opening.build_fields(price=Decimal(price), period_days=180, quality="合格", enterprise="small")
    path = folder / f"opening-{price}.json"
    path.write_bytes(canonical.to_bytes(fields))
    return path


def seal_one(
    world: World, folder: Path, *, bidder: Subject = BIDDER, price: str = "9800000.00", **more: Any
) -> tuple[seal.Sealed, Statement, Path]:
    """Seal one bid below `folder`; returns what sealing gave, the parsed statement, and where the files are."""
    folder.mkdir(parents=True, exist_ok=True)
    files = {"opening": {"opening.json": opening_file(folder, price)}, **more.pop("files", {})}
    sealed = seal.seal_bid(
        world.reading(),
        bidder=bidder.credit_code,
        files=files,
        folder=folder / "sealed",
        supersedes=more.pop("supersedes", None),
        client_time=SEALED,
        **more,
    )
    return sealed, statements.parse_statement(sealed.statement, world.read_notice), folder / "sealed"
