"""The people and institutions of a made-up town, with certificates as two authorities would issue them."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from accounts.domain import certificates, cms
from accounts.domain.certificates import PrivateKey, Subject
from kernel.domain import canonical

FROM, UNTIL = datetime(2026, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)
BUYER = Subject("12510800450712347J", "利州区城建中心")
CENTRE = Subject("11510800008612343G", "广元交易中心")
NOTARY = Subject("93510802MA6ABCD102", "广元公证处")
PLATFORM = Subject("91510800MA6XWQ1234", "阳光招标平台")
STRANGER = Subject("91510000201808760A", "陌生公司")
BIDDERS = tuple(
    Subject(f"915108007382938{n}7T", name)
    for n, name in enumerate(
        ("朝天建工", "晴川建设", "嘉陵路桥", "剑门工程", "昭化市政", "苍溪建筑", "旺苍营造", "青川土木")
    )
)
HOST = Subject(BUYER.credit_code, BUYER.organisation, "主持人", "seat-host")
REVIEWER = Subject(BUYER.credit_code, BUYER.organisation, "复核人", "seat-reviewer")
SUPERVISOR = Subject("11510800008613000W", "广元监督局", "监督人", "seat-supervisor")
WITNESS = Subject(CENTRE.credit_code, CENTRE.organisation, "见证人", "seat-witness")
EXPERTS = tuple(
    Subject(CENTRE.credit_code, CENTRE.organisation, f"专家{n}", f"seat-expert-{n}") for n in range(5)
)
WITH_RSA, BELOW_ANOTHER = BIDDERS[1], BIDDERS[2]


@dataclass(frozen=True)
class Party:
    """Someone who signs: key, certificate, and what authorities stand between it and the root."""

    key: PrivateKey
    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...] = ()

    def sign(self, value: dict[str, Any]) -> bytes:
        """Return a signature, whatever the value's domain: forgers ask nobody."""
        return cms.sign(canonical.to_bytes(value), self.key, self.certificate, self.chain)


@cache
def authority() -> Party:
    """Return the root authority that the trust folder names."""
    key = ec.generate_private_key(ec.SECP256R1())
    return Party(key, certificates.create_root(key, name="Authority", serial=1, path_length=1))


@cache
def foreign_authority() -> Party:
    """Return a root that nobody trusts."""
    key = ec.generate_private_key(ec.SECP256R1())
    return Party(key, certificates.create_root(key, name="Foreign authority", serial=2))


@cache
def middle_authority() -> Party:
    """Return an authority below the root."""
    root, key = authority(), ec.generate_private_key(ec.SECP256R1())
    certificate = certificates.issue_authority(
        key.public_key(),
        issuer=root.certificate,
        issuer_key=root.key,
        name="Authority below",
        serial=3,
        not_before=FROM,
        not_after=UNTIL,
    )
    return Party(key, certificate)


@cache
def party(subject: Subject, *, foreign: bool = False, until: datetime = UNTIL) -> Party:
    """Return someone's key and certificate, the same at each call."""
    issuer = foreign_authority() if foreign else authority()
    chain: tuple[x509.Certificate, ...] = ()
    if subject is BELOW_ANOTHER:
        issuer = middle_authority()
        chain = (issuer.certificate,)
    key: PrivateKey = ec.generate_private_key(ec.SECP256R1())
    if subject is WITH_RSA:
        key = rsa.generate_private_key(65537, 2048)
    certificate = certificates.issue(
        key.public_key(),
        subject,
        issuer=issuer.certificate,
        issuer_key=issuer.key,
        serial=int.from_bytes(f"{subject.credit_code}{subject.seat}".encode()[-18:], "big"),
        not_before=FROM,
        not_after=until,
    )
    return Party(key, certificate, chain)


def organisation(subject: Subject) -> dict[str, str]:
    """Return an organisation as notices name it."""
    return {"name": subject.organisation, "credit_code": subject.credit_code}
