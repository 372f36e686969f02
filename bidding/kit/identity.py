"""The seat at whose machine the kit runs: its certificate, its key, and what it signs with them."""

from dataclasses import dataclass
from typing import Any

from cryptography import x509

from accounts.domain import certificates, cms
from accounts.domain.certificates import CertificateFacts, PrivateKey
from bidding.kit import files, keys
from bidding.kit.errors import KitError
from bidding.kit.home import Home
from bidding.kit.passphrases import Passphrases
from kernel.domain import canonical


@dataclass(frozen=True, slots=True)
class Identity:
    """A seat that can sign; the key stays in this process."""

    key: PrivateKey
    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...]
    facts: CertificateFacts

    @property
    def credit_code(self) -> str:
        """The organisation that stands behind every signature."""
        return self.facts.credit_code

    def sign(self, value: dict[str, Any]) -> bytes:
        """Return the CMS over a JSON value; only values of a known domain are signed."""
        return cms.sign_json(value, self.key, self.certificate, self.chain)


@dataclass(frozen=True, slots=True)
class Act:
    """A signed message as it is sent and kept: canonical bytes and their CMS."""

    data: bytes
    signature: bytes

    @classmethod
    def of(cls, value: dict[str, Any], identity: Identity) -> "Act":
        """Sign a value."""
        return cls(canonical.to_bytes(value), identity.sign(value))

    def body(self) -> dict[str, str]:
        """Return the act as an API call carries it."""
        return {"document": self.data.decode("utf-8"), "signature": canonical.b64(self.signature)}


def certificate_facts(home: Home) -> CertificateFacts:
    """Return what the seat's certificate says, without its key."""
    return certificates.facts(_chain(home)[0])


def load(home: Home, passphrases: Passphrases) -> Identity:
    """Read certificate and key; raises KitError when they are missing or do not belong together."""
    certificate, *chain = _chain(home)
    pem = files.known(home.key)
    if pem is None:
        raise KitError("key_missing", path=home.key)
    key = keys.from_pem(pem, passphrases.get() if keys.is_locked(pem) else "")
    if not keys.matches(key, certificate):
        raise KitError("key_of_another", path=home.key)
    return Identity(key, certificate, tuple(chain), certificates.facts(certificate))


def _chain(home: Home) -> tuple[x509.Certificate, ...]:
    pem = files.known(home.certificate)
    if pem is None:
        raise KitError("not_enrolled", path=home.certificate)
    try:
        return certificates.load_bundle(pem)
    except certificates.CertificateError as error:
        raise KitError("file_unreadable", path=home.certificate, why=error) from error
